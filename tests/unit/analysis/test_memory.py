"""Training memory of networks that can be counted by hand."""

import pytest

from explorer import preset
from explorer.analysis.memory import training_memory
from explorer.errors import SpecError
from explorer.graph import lower


@pytest.fixture(scope="module")
def graph():
    return lower(preset("resnet20"))


def test_weights_gradients_and_optimiser(graph):
    params, buffers = 269_722, 19 * 8 + 2 * 4 * (7 * 16 + 6 * 32 + 6 * 64)
    sgd = training_memory(graph)
    assert sgd.parameters == 4 * params + buffers
    assert sgd.gradients == sgd.optimiser_state == 4 * params
    # 19 convolutions, 19 times two tensors of a norm, and two of the classifier.
    adamw = training_memory(graph, optimiser="adamw")
    assert adamw.optimiser_state == 8 * params + 4 * (19 + 38 + 2)
    assert adamw.kept == sgd.kept


def test_what_the_first_layers_keep(graph):
    kept = training_memory(graph, 10).kept
    one = 10 * 16 * 32 * 32 * 4
    # bn1 reads conv1's output; relu's output is read by the ReLU's own derivative.
    assert kept["input"] == 10 * 3 * 32 * 32 * 4
    assert kept["conv1"] == one
    assert kept["bn1"] == 2 * 16 * 4
    assert kept["relu"] == one
    # An addition needs nothing, and what it gives is only read by a ReLU.
    assert "layer1.0.add" not in kept
    assert kept["layer1.0.relu2"] == one


def test_the_parts_add_up_to_the_peak(graph):
    memory = training_memory(graph, 64)
    assert memory.peak == (
        memory.parameters
        + memory.gradients
        + memory.optimiser_state
        + sum(memory.kept.values())
        + memory.temporary
    )


def test_activations_grow_with_the_batch_and_weights_do_not(graph):
    small, large = training_memory(graph, 32), training_memory(graph, 64)
    assert small.weights == large.weights
    constant = sum(2 * 4 * node.op.channels for node in graph.nodes.values() if is_norm(node))
    assert large.activations - small.activations == pytest.approx(
        small.activations - constant, abs=64
    )


def is_norm(node):
    return type(node.op).__name__ == "BatchNorm2d"


def test_narrow_feature_maps_take_about_half(graph):
    wide, narrow = training_memory(graph, 128), training_memory(graph, 128, "bfloat16")
    assert 0.5 < narrow.activations / wide.activations < 0.55
    assert narrow.weights == wide.weights


@pytest.mark.parametrize("batch_size", [0, -1, 4097])
def test_a_batch_size_out_of_range_is_refused(graph, batch_size):
    with pytest.raises(SpecError, match=f"A batch of {batch_size} images cannot be used") as caught:
        training_memory(graph, batch_size)
    assert "from 1 to 4096" in caught.value.hint
