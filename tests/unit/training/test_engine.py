"""When recording or compiling pays, and that a recorded step is the step: with a GPU of paper."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch

from explorer.builder import build
from explorer.training import engine
from explorer.training.augment import draw_epoch
from explorer.training.engine import WARMUP_STEPS, GraphedStep, break_even_steps, choose_engine
from explorer.training.feed import Feed
from explorer.training.optimiser import make_optimiser, set_learning_rate
from explorer.training.plan import Plan
from explorer.training.step import Step

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
RESNET20, WRN_28_10, RESNET152 = 70, 100, 517


def chosen(steps, step_seconds, num_nodes, wanted="auto", device=CUDA):
    return choose_engine(
        wanted, device, steps=steps, step_seconds=step_seconds, num_nodes=num_nodes
    )


def test_a_small_network_waits_for_launches_and_is_recorded():
    assert chosen(7_000, 0.002, RESNET20) == "graph"
    assert chosen(500, 0.002, RESNET20) == "eager"  # a second of training saves no second


def test_a_large_network_is_compiled_only_in_a_long_training():
    assert chosen(2_000, 0.08, WRN_28_10) == "eager"
    assert chosen(20_000, 0.08, WRN_28_10) == "compile"
    assert chosen(20_000, 0.06, RESNET152) == "eager"  # 129 s to compile
    assert chosen(100_000, 0.06, RESNET152) == "compile"


def test_nothing_measured_changes_nothing():
    assert chosen(10**6, 0.0, RESNET20) == "eager"


def test_a_wish_is_kept_and_processors_never_gain(monkeypatch):
    assert chosen(1, 1.0, 10, wanted="graph") == "graph"
    assert chosen(1, 1.0, 10, wanted="compile") == "compile"
    assert chosen(10**9, 1.0, RESNET20, device=CPU) == "eager"
    assert chosen(10**9, 1.0, RESNET20, wanted="graph", device=CPU) == "eager"
    monkeypatch.setattr(engine.shutil, "which", lambda _: "/usr/bin/c++")
    assert chosen(1, 1.0, 10, wanted="compile", device=CPU) == "compile"
    monkeypatch.setattr(engine.shutil, "which", lambda _: None)
    assert chosen(1, 1.0, 10, wanted="compile", device=CPU) == "eager"


@pytest.mark.parametrize(
    ("setup", "eager", "other", "steps"),
    [(22.6, 0.2845, 0.270, 1559), (127.0, 0.0591, 0.0426, 7697), (1.0, 0.1, 0.1, float("inf"))],
)
def test_break_even(setup, eager, other, steps):
    assert break_even_steps(setup, eager, other) == pytest.approx(steps, rel=0.01)


class PaperGraph:
    """Records the function that was captured; to replay is to call it again."""

    def __init__(self):
        self.replays = 0
        self.body = lambda: None

    def replay(self):
        self.replays += 1
        self.body()


@pytest.fixture
def gpu(monkeypatch):
    """Streams and graphs that run on the processor."""
    found = SimpleNamespace(captured=0, aside=0, graphs=[])
    stream = SimpleNamespace(wait_stream=lambda _: None)

    def graph_of():
        found.graphs.append(PaperGraph())
        return found.graphs[-1]

    @contextmanager
    def capturing(graph):
        # What is recorded does not run: it is put aside and called by a replay.
        run, step = Step.run, []
        monkeypatch.setattr(Step, "run", lambda self, draws: step.append((self, draws)))
        yield
        monkeypatch.setattr(Step, "run", run)
        found.captured += 1
        ((one, draws),) = step
        graph.body = lambda: one.run(draws)

    @contextmanager
    def beside(_):
        found.aside += 1
        yield

    monkeypatch.setattr(torch.cuda, "Stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: stream)
    monkeypatch.setattr(torch.cuda, "stream", beside)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", graph_of)
    monkeypatch.setattr(torch.cuda, "graph", capturing)
    return found


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_replays_change_the_weights_as_steps_do(spec, dataset, recipe, gpu, optimiser, monkeypatch):
    # Recording an AdamW step needs counters on the GPU; on paper they stay here.
    adamw = torch.optim.AdamW

    def here(*groups, capturable, **options):
        assert capturable is (options["lr"] is not recipe.lr)
        return adamw(*groups, **options)

    monkeypatch.setattr(torch.optim, "AdamW", here)
    recipe = recipe.changed(mixup=0.5, cutout=3, optimiser=optimiser)
    feed = Feed(dataset, recipe, CPU)
    found = []
    for name in ("eager", "graph"):
        torch.manual_seed(0)
        step = Step(build(spec), feed, recipe, Plan(engine=name), CPU)
        step.network.train()
        take = engine.stepper(step)
        assert isinstance(take, GraphedStep if name == "graph" else Step)
        for i in range(6):
            draws = draw_epoch(50, recipe, 0, i, feed.size).batch(8 * (i % 3), 8)
            torch.manual_seed(i)  # dropout
            take(draws, 0.1 / (i + 1))
        found.append((step.network.state_dict(), step.sums))
    (eager, sums), (graphed, graphed_sums) = found
    for key, value in eager.items():
        torch.testing.assert_close(value, graphed[key], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(sums, graphed_sums)
    assert (gpu.aside, gpu.captured) == (WARMUP_STEPS, 1)
    assert [graph.replays for graph in gpu.graphs] == [6 - WARMUP_STEPS]


def test_a_recorded_rate_is_a_tensor_that_changes_in_place(spec, recipe):
    optimiser = make_optimiser(build(spec), recipe, graph=True)
    rates = [group["lr"] for group in optimiser.param_groups]
    set_learning_rate(optimiser, 0.025)
    for before, group in zip(rates, optimiser.param_groups, strict=True):
        assert group["lr"] is before
        assert float(before) == pytest.approx(0.025)
