"""Memory that is too small: batches in parts, twice at most, then words."""

from __future__ import annotations

import weakref

import pytest
import torch

from explorer.errors import GpuMemoryError, MachineMemoryError
from explorer.store import runs
from explorer.training import loop, session, step
from explorer.training.feed import Feed
from explorer.training.plan import Plan
from explorer.training.run import train_run

CPU_WORDS = "[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory"


@pytest.fixture(autouse=True)
def report_every_step(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)


@pytest.fixture
def plain(recipe):
    return recipe.changed(crop_padding=0, flip="none", label_smoothing=0)


def refusing(monkeypatch, largest: int, error: BaseException, after: int = 0):
    """Make the allocator refuse more images at once than ``largest``, after some steps."""
    forward, taken, held = step.Step._backward, [], []

    def backward(self, batch, weight):
        taken.append(len(batch.images))
        if len(taken) > after and len(batch.images) > largest:
            activations = torch.zeros(1000)
            held.append(weakref.ref(activations))
            raise type(error)(*error.args)  # a fresh one: a kept one would keep its frames
        # Nothing of the step that failed is alive when the next one begins.
        assert all(reference() is None for reference in held)
        return forward(self, batch, weight)

    monkeypatch.setattr(step.Step, "_backward", backward)
    return taken


ERRORS = (torch.OutOfMemoryError("CUDA out of memory"), RuntimeError(CPU_WORDS), MemoryError())


@pytest.mark.parametrize("error", ERRORS, ids=("cuda", "cpu", "python"))
@pytest.mark.parametrize("fits", [(4, 2), (3, 4), (2, 4)])
def test_a_batch_that_does_not_fit_is_split(spec, data, plain, tmp_path, monkeypatch, error, fits):
    largest, parts = fits
    taken = refusing(monkeypatch, largest, error)
    record = train_run(spec, data, plain, device="cpu", folder=tmp_path)
    assert record.result is not None
    assert record.result.steps == 18
    assert record.plan["parts"] == parts
    (note,) = record.notes
    assert note == (
        f"Memory was too small for whole batches: each is worked through in {parts} parts, "
        "as batch norm sees them."
    )
    assert sum(taken[-parts:]) == 8  # the batch that the optimiser sees is as large as asked
    steps = [line for line in (tmp_path / runs.METRICS).read_text().splitlines() if '"lr"' in line]
    assert len(steps) == 18


def test_after_two_retries_it_is_said(spec, data, plain, tmp_path, monkeypatch):
    taken = refusing(monkeypatch, 1, ERRORS[0])
    with pytest.raises(GpuMemoryError, match="The GPU has too little memory") as caught:
        train_run(spec, data, plain, device="cpu", folder=tmp_path)
    assert taken == [8, 4, 2]
    assert "Lower the batch size" in caught.value.hint
    refusing(monkeypatch, 0, RuntimeError(CPU_WORDS))
    with pytest.raises(MachineMemoryError, match="This machine has too little memory"):
        train_run(spec, data, plain, device="cpu", folder=tmp_path / "other")


def test_other_errors_are_not_retried(spec, data, plain, tmp_path, monkeypatch):
    taken = refusing(monkeypatch, 1, RuntimeError("a defect"))
    with pytest.raises(RuntimeError, match="a defect"):
        train_run(spec, data, plain, device="cpu", folder=tmp_path)
    assert taken == [8]


def test_it_goes_on_from_the_checkpoint(spec, data, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "CHECKPOINT_SECONDS", 0.0)
    taken = refusing(monkeypatch, 4, ERRORS[0], after=11)
    record = train_run(spec, data, plain, device="cpu", folder=tmp_path)
    assert taken.count(8) == 12  # eleven that fitted and the one that did not
    assert taken.count(4) == 2 * (18 - 11)
    assert record.plan["parts"] == 2


def test_the_next_training_in_the_process_is_whole_again(spec, data, plain, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        refusing(patch, 4, ERRORS[0])
        train_run(spec, data, plain, device="cpu", folder=tmp_path / "a")
    assert train_run(spec, data, plain, device="cpu", folder=tmp_path / "b").plan["parts"] == 1


@pytest.mark.parametrize("mixup", [0.0, 0.5])
@pytest.mark.parametrize("parts", [2, 3, 4])
def test_parts_add_up_to_the_batch(dataset, plain, parts, mixup):
    """Without batch norm the gradients of parts are those of the batch."""
    plain = plain.changed(mixup=mixup)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3), torch.nn.Flatten(), _Mean())
    found = []
    for number in (1, parts):
        copy = torch.nn.Sequential(*network)
        copy.load_state_dict(network.state_dict())
        for parameter in copy.parameters():
            parameter.grad = None
        feed = Feed(dataset, plain, torch.device("cpu"))
        plan = Plan(parts=number)
        one = step.Step(copy, feed, plain, plan, torch.device("cpu"))
        draws = loop.draw_epoch(50, plain, 0, 0, feed.size).batch(0, 7)
        one.optimiser.step = lambda: None  # the gradients are what is compared
        one.run(draws)
        found.append(([p.grad.clone() for p in copy.parameters()], one.sums.clone()))
    (whole, sums), (split, split_sums) = found
    for a, b in zip(whole, split, strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(sums, split_sums, atol=1e-5, rtol=1e-5)


class _Mean(torch.nn.Module):
    def forward(self, x):
        return x[:, :192].view(len(x), 3, 64).mean(2)
