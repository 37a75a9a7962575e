"""``pack`` and ``unpack``."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest

from explorer.cli.commands import main
from explorer.data.dataset import Dataset, Split
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.store import runs
from explorer.store.imported import imported
from explorer.training import process
from explorer.training.recipe import Recipe
from explorer.training.run import train_run

SPEC = NetworkSpec(
    image_size=8,
    stem=StemSpec(width=4, kernel_size=3, stride=1, pool=False),
    stages=(StageSpec(depth=1, width=4),),
    head=HeadSpec(num_classes=2),
)
RECIPE = Recipe(epochs=2, batch_size=8, crop_padding=0, flip="none")


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
    labels = np.arange(40) % 2
    train, test = Split(images[:30], labels[:30]), Split(images[30:], labels[30:])
    dataset = Dataset("tiny", ("a", "b"), train, test, (0.5,) * 3, (0.3,) * 3, "x")
    monkeypatch.setattr("explorer.training.run.load", lambda *_, **__: dataset)
    monkeypatch.setattr(process, "prepare", lambda: None)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_THREADS", "1")


def said(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_run_goes_from_one_installation_to_another(tmp_path, capsys):
    record = train_run(SPEC, "tiny", RECIPE, device="cpu", folder=tmp_path / "run")
    packed = said(capsys, "pack", tmp_path / "run", "-o", tmp_path / "run.zip")
    assert packed["bytes"] == (tmp_path / "run.zip").stat().st_size
    assert packed["command"].startswith("python -m explorer train ")
    taken = said(capsys, "unpack", tmp_path / "run.zip")
    (one,) = imported()
    assert taken == {
        "run": str(one.folder),
        "title": one.record.title,
        "command": one.record.command,
    }
    assert one.record.result == record.result
    main(["pack", str(tmp_path / "run"), "-o", str(tmp_path / "run.zip")])
    assert f"To make it again: {packed['command']}" in capsys.readouterr().out
    main(["unpack", str(tmp_path / "run.zip"), "--out", str(tmp_path / "there")])
    assert capsys.readouterr().out.endswith(f"is in {tmp_path / 'there'}.\n")


def test_an_unfinished_run_says_how_to_go_on(tmp_path, capsys):
    seen = []
    train_run(
        SPEC,
        "tiny",
        RECIPE,
        device="cpu",
        folder=tmp_path / "run",
        on_event=seen.append,
        should_stop=lambda: len(seen) > 0,
    )
    said(capsys, "pack", tmp_path / "run", "-o", tmp_path / "run.zip")
    taken = said(capsys, "unpack", tmp_path / "run.zip", "--out", tmp_path / "there")
    words = shlex.split(taken["resume"])
    assert words[:3] == ["python", "-m", "explorer"]
    assert said(capsys, *words[3:])["epochs"] == 2
    assert runs.is_complete(tmp_path / "there")
    main(["unpack", str(tmp_path / "run.zip"), "--out", str(tmp_path / "other")])
    assert "it has not ended. To go on with it:\npython -m" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pack", "nowhere", "-o", "x.zip"], "There is no run in nowhere."),
        (["unpack", "nowhere.zip"], "The file nowhere.zip cannot be read: No such file"),
        (["unpack", "junk.zip"], "The bundle junk.zip cannot be taken in: it is no zip"),
    ],
)
def test_errors_are_one_line(tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "junk.zip").write_text("junk")
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith(words)
