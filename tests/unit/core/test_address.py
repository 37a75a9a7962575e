import random

import pytest

from explorer import lower, preset
from explorer.address import is_inside, leaf, parent, sort_key, stage_of


@pytest.mark.parametrize(
    ("address", "above", "last", "first"),
    [
        ("layer3.5.conv2", "layer3.5", "conv2", "layer3"),
        ("layer1.0.downsample.0", "layer1.0.downsample", "0", "layer1"),
        ("fc", "", "fc", "fc"),
    ],
)
def test_parts(address, above, last, first):
    assert (parent(address), leaf(address), stage_of(address)) == (above, last, first)


def test_inside_is_by_parts_and_not_by_letters():
    assert is_inside("layer1.1.conv1", "layer1.1")
    assert is_inside("layer1.1", "layer1.1")
    assert not is_inside("layer1.10.conv1", "layer1.1")
    assert not is_inside("layer1", "layer1.1")


def test_numbers_sort_as_numbers():
    stages = lower(preset("resnet101")).stages
    blocks = [block.address for stage in stages for block in stage.blocks]
    mixed = random.Random(5).sample(blocks, len(blocks))  # noqa: S311
    assert sorted(mixed, key=sort_key) == blocks
    assert sorted(["layer2.10", "layer2.9", "conv1"], key=sort_key)[1:] == ["layer2.9", "layer2.10"]
    assert sorted(["a.²", "a.1"], key=sort_key) == ["a.1", "a.²"]
