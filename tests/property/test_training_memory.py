"""Predicted training memory against what torch's allocator reports."""

from statistics import median

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from torch.nn.functional import cross_entropy
from torch.profiler import ProfilerActivity, profile

from explorer.analysis.memory import training_memory
from explorer.builder import build
from explorer.graph import lower
from tests.property.strategies import networks

BATCH = 16


def random_specs(number):
    found = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(networks)
    def collect(spec):
        found.append(spec)

    collect()
    return found


def step(network, optimiser, images, labels, dtype):
    with torch.autocast("cpu", dtype, enabled=dtype is not None):
        scores = network(images)
    loss = cross_entropy(scores.float(), labels)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()


def measured(spec, dtype, optimiser):
    """Return the most bytes that torch had allocated at once while it made and trained."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        network = build(spec)
        images = torch.randn(BATCH, spec.in_channels, spec.image_size, spec.image_size)
        out = lower(spec).output.out_shape
        labels = torch.zeros((BATCH, *out[1:]), dtype=torch.long)
        if optimiser == "sgd":
            steps = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, fused=True)
        else:
            steps = torch.optim.AdamW(network.parameters(), fused=True)
        for _ in range(2):
            step(network, steps, images, labels, dtype)
    events = [e for e in profiler.profiler.kineto_results.events() if e.name() == "[memory]"]
    alive = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        alive += event.nbytes()
        most = max(most, alive)
    return most


def ratios(number, dtype=None, optimiser="sgd"):
    precision = "float32" if dtype is None else "bfloat16"
    found = []
    for spec in random_specs(number):
        threads = torch.get_num_threads()
        predicted = training_memory(lower(spec), BATCH, precision, optimiser, threads).peak
        found.append(predicted / measured(spec, dtype, optimiser))
    print(f"\n{len(found)} random networks, {precision}, {optimiser}: predicted / measured")
    print(f"least {min(found):.3f}, median {median(found):.3f}, most {max(found):.3f}")
    return found


def test_the_prediction_is_not_below_what_is_measured():
    found = ratios(15)
    assert min(found) >= 1
    assert median(found) <= 1.5


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("dtype", "optimiser"), [(None, "sgd"), (None, "adamw"), (torch.bfloat16, "sgd")]
)
def test_the_prediction_on_a_hundred_networks(dtype, optimiser):
    found = ratios(100, dtype, optimiser)
    assert len(found) == 100
    assert min(found) >= 1
    assert median(found) <= 1.5
