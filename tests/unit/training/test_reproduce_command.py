"""The command line that every run keeps really makes the same run."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from explorer.cli.commands import main
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.training import loop, process, reproduce, tuning
from explorer.training.recipe import Recipe, Stop
from explorer.training.recipes import resolve
from explorer.training.run import train_run


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    """The command prepares its process; here that is the one of the tests."""
    monkeypatch.setattr(process, "prepare", lambda: None)
    monkeypatch.setenv("EXPLORER_THREADS", "1")


def repeat(record, folder, *more):
    """Run the command of a record in another folder."""
    words = shlex.split(record.command)
    assert words[:3] == ["python", "-m", "explorer"]
    assert words[-2:] == ["--out", "RUN"]
    assert main([*words[3:-1], str(folder), *more, "--json"]) == 0
    return runs.read(folder)


def same_weights(one, two):
    first, second = load_file(one / runs.WEIGHTS), load_file(two / runs.WEIGHTS)
    return all(torch.equal(first[name], second[name]) for name in first)


RECIPES = {
    "of one's own": Recipe(
        epochs=2,
        batch_size=8,
        lr=0.05,
        schedule="step",
        milestones=(0.25, 0.5),
        gamma=0.3,
        crop_padding=2,
        cutout=3,
        ema=0.9,
        mixup=0.4,
        stop=Stop(metric="test_loss", patience=3),
    ),
    "named and changed": resolve("quick").changed(epochs=1, batch_size=16),
    "of a paper": resolve("wrn").changed(steps=5, epochs=1, batch_size=10),
    "with a name that is JSON": Recipe(name="12", epochs=1, batch_size=8),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_command_makes_the_same_run(spec, data, recipe, tmp_path, capsys):
    record = train_run(spec, data, recipe, seed=7, device="cpu", folder=tmp_path / "one")
    again = repeat(record, tmp_path / "two")
    assert same_weights(tmp_path / "one", tmp_path / "two")
    assert again.result is not None
    assert record.result is not None
    assert again.result.accuracy == record.result.accuracy
    assert again.command == record.command
    assert again.spec == record.spec
    assert (again.seed, again.plan["precision"]) == (7, record.plan["precision"])


def test_another_seed_is_another_run(spec, data, recipe, tmp_path, capsys):
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path / "one")
    changed = record.model_copy(update={"command": record.command.replace("--seed 0", "--seed 1")})
    repeat(changed, tmp_path / "two")
    assert not same_weights(tmp_path / "one", tmp_path / "two")


def test_seconds_become_the_steps_they_came_to(spec, data, recipe, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tuning, "_milliseconds", lambda *_: 100.0)
    timed = recipe.changed(seconds=1.0)
    record = train_run(spec, data, timed, device="cpu", folder=tmp_path / "one")
    assert "--set steps=10" in record.command
    assert "seconds" not in record.command
    monkeypatch.setattr(tuning, "_milliseconds", lambda *_: 1.0)
    repeat(record, tmp_path / "two")
    assert same_weights(tmp_path / "one", tmp_path / "two")


def test_what_was_measured_is_not_measured_again(spec, data, recipe, tmp_path, capsys, monkeypatch):
    slow = {"channels_last float32": 2e4, "contiguous float32": 1e4}
    monkeypatch.setattr(tuning, "LEAST_STEPS", 1)
    monkeypatch.setattr(tuning, "data_folder", lambda: tmp_path)
    monkeypatch.setattr(tuning, "_milliseconds", lambda _, plan, __: slow[tuning._named(plan)])
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path / "one")
    assert record.plan["layout"] == "contiguous"
    assert "--set layout=contiguous" in record.command
    monkeypatch.setattr(tuning, "_measured", None)
    assert repeat(record, tmp_path / "two").plan["layout"] == "contiguous"
    assert same_weights(tmp_path / "one", tmp_path / "two")


def test_a_preset_goes_by_its_name(data, recipe, tmp_path):
    asked = preset("resnet20")
    short = recipe.changed(steps=1)
    record = train_run(asked, data, short, device="cpu", folder=tmp_path)
    assert record.command.startswith("python -m explorer train resnet20 --data ")
    assert "--threads 1 --out RUN" in record.command


def test_the_command_goes_on_with_an_interrupted_run(
    spec, data, recipe, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    whole, broken = tmp_path / "whole", tmp_path / "my runs"
    train_run(spec, data, recipe, device="cpu", folder=whole)
    seen = []
    stopped = train_run(
        spec,
        data,
        recipe,
        device="cpu",
        folder=broken,
        title="Mine",
        on_event=seen.append,
        should_stop=lambda: len(seen) > 8,
    )
    assert stopped.result is None
    words = shlex.split(reproduce.resume_command(stopped, broken))
    assert words[-3:] == ["--out", str(broken), "--resume"]
    assert main([*words[3:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Mine"
    assert same_weights(whole, broken)
    assert runs.read(broken).recipe == stopped.recipe


def test_only_such_a_command_is_one(spec, data, recipe, tmp_path):
    record = train_run(spec, data, recipe.changed(steps=1), device="cpu", folder=tmp_path)
    assert reproduce.is_command(record.command)
    for text in (
        "",
        "rm -rf ~",
        record.command + "; rm -rf ~",
        record.command.replace("--seed", "$(rm) --seed"),
        record.command.replace("python", "curl", 1),
        record.command.replace("--out RUN", "--out /etc"),
        record.command.replace("--seed", "'--seed"),
    ):
        assert not reproduce.is_command(text)


def test_threads_are_what_the_command_says():
    code = (
        "import os, torch\n"
        "from explorer.cli import train\n"
        "from explorer.training import process\n"
        "train._set_threads(3)\n"
        "process.prepare()\n"
        "assert torch.get_num_threads() == 3\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
