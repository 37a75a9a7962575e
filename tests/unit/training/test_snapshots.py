"""Weights kept on the way: when, and that they change nothing."""

from __future__ import annotations

import pytest
import torch

from explorer.errors import WeightsError
from explorer.store import runs
from explorer.training import session, snapshots
from explorer.training.run import train_run
from explorer.training.snapshots import BUDGET, snapshot_epochs
from explorer.weights import load_run

MB = 2**20


@pytest.mark.parametrize(
    ("epochs", "size", "expected"),
    [
        (1, MB, ()),
        (2, MB, (1,)),
        (5, MB, (1, 2, 3, 4)),
        (30, MB, (1, 2, 3, 5, 10, 17)),
        (200, 7 * MB, (1, 14)),
        (30, BUDGET, (1,)),
        (30, BUDGET + 1, ()),
    ],
)
def test_epochs_are_even_on_a_log_scale_and_fit_the_budget(epochs, size, expected):
    found = snapshot_epochs(epochs, size)
    assert found == expected
    assert len(found) * size <= BUDGET


def test_snapshots_change_no_weight(spec, data, recipe, tmp_path, monkeypatch):
    with_them, without = tmp_path / "with", tmp_path / "without"
    train_run(spec, data, recipe, folder=with_them, device="cpu")
    monkeypatch.setattr(session, "snapshot_epochs", lambda *_: ())
    train_run(spec, data, recipe, folder=without, device="cpu")
    assert runs.snapshots(without) == ()
    assert (with_them / runs.WEIGHTS).read_bytes() == (without / runs.WEIGHTS).read_bytes()


def test_a_snapshot_is_the_network_after_that_epoch(spec, data, recipe, tmp_path):
    folder, short = tmp_path / "run", tmp_path / "short"
    # A constant learning rate: two epochs are then the beginning of three.
    steady = recipe.changed(schedule="step", milestones=())
    train_run(spec, data, steady, folder=folder, device="cpu")
    train_run(spec, data, steady.changed(epochs=2), folder=short, device="cpu")
    at_two = load_run(folder, 2)[0].state_dict()
    assert all(torch.equal(v, at_two[k]) for k, v in load_run(short)[0].state_dict().items())
    assert not all(torch.equal(v, at_two[k]) for k, v in load_run(folder)[0].state_dict().items())


def test_an_epoch_that_was_not_kept(spec, data, recipe, tmp_path):
    train_run(spec, data, recipe, folder=tmp_path / "run", device="cpu")
    with pytest.raises(WeightsError, match="no weights of epoch 7") as caught:
        load_run(tmp_path / "run", 7)
    assert "these epochs: 1, 2." in caught.value.hint


def test_the_size_counts_every_value():
    network = torch.nn.BatchNorm2d(3)
    assert snapshots.state_size(network) == 4 * 3 * 4 + 8
