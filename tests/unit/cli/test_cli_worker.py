"""Every command answers for itself, and the worker works until it is told to leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from explorer.cli.commands import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json(name, capsys):
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert "--json" in text
    assert COMMANDS[name][1:10] in text


@pytest.mark.parametrize("slots", ["0", "-1", "many", "65", "²"])
def test_slots_that_cannot_be_meant_are_one_line(slots, capsys):
    with pytest.raises(SystemExit) as left:
        main(["worker", f"--slots={slots}"])
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def start(home):
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", "worker", "--json"],
        env={**os.environ, "EXPLORER_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_worker_is_refused_in_one_sentence_and_the_first_leaves_when_told(tmp_path):
    first = start(tmp_path)
    try:
        deadline = time.monotonic() + 30
        assert first.stderr
        while "ready" not in first.stderr.readline():
            assert time.monotonic() < deadline
        second = start(tmp_path)
        _, said = second.communicate(timeout=60)
        assert second.returncode == 2
        assert "A worker is already at work" in said.splitlines()[-1]
    finally:
        first.send_signal(signal.SIGTERM)
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert str(tmp_path) in out
