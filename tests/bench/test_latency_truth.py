"""Whether a measured latency is that of a plain loop over the same network."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import pytest
import torch

from explorer.builder import build
from explorer.latency import measure, outcome
from explorer.latency.outcome import Settings
from explorer.spec.presets import preset

pytestmark = pytest.mark.bench

ROUNDS = 5


def plain(network: torch.nn.Module, images: torch.Tensor, passes: int) -> list[float]:
    """Time passes as anyone would write it down."""
    times: list[float] = []
    with torch.inference_mode():
        for _ in range(passes):
            start = perf_counter()
            network(images)
            times.append(perf_counter() - start)
    return times


@pytest.mark.parametrize(("name", "batch"), [("resnet20", 8), ("resnet18", 1), ("res2next50", 1)])
def test_a_measurement_agrees_with_a_plain_loop(monkeypatch, tmp_path, name, batch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(measure, "BUDGET", 0.6)
    spec = preset(name)
    network = build(spec).eval()
    images = torch.randn(batch, spec.in_channels, spec.image_size, spec.image_size)
    plain(network, images, 3)
    ratios: list[float] = []
    # Interleaved, so that a busy moment of the machine meets both.
    for _ in range(ROUNDS):
        ours = measure.measure(spec, Settings(batch_size=batch))
        theirs = median(plain(network, images, max(5, min(30, ours.repeats))))
        ratios.append(ours.median / theirs)
    print(
        f"\n{name}, batch of {batch}: {1e3 * ours.median:.1f} ms, {ours.low / ours.median:.2f} to "
        f"{ours.high / ours.median:.2f} of it; against a plain loop × {median(ratios):.3f}"
    )
    assert 0.85 <= median(ratios) <= 1.15


def test_flops_are_not_time(monkeypatch, tmp_path) -> None:
    """Equal MACs, unequal time: what the page is for."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    names = ("resnet50", "resnext50_32x4d", "res2net50_26w_4s", "iresnet50")
    found: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(3):
        for name in names:
            found[name].append(measure.measure(preset(name), Settings()).median)
    times = {name: min(values) for name, values in found.items()}
    print(f"\n{outcome.cpu_name()}, batch of 1, fastest of three medians")
    for name, time in times.items():
        print(f"{name}: {1e3 * time:.1f} ms, × {time / times['resnet50']:.2f}")
    assert times["res2net50_26w_4s"] > 1.1 * times["resnet50"]
