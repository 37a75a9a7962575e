"""Receptive fields over the paths of networks whose distribution is known."""

from collections import Counter
from itertools import product
from math import comb

import pytest

from explorer import preset
from explorer.analysis.receptive_paths import receptive_paths
from explorer.spec.edit import change, change_blocks


def test_a_stage_of_basic_blocks_is_binomial():
    spec = preset("resnet20")
    spec = change(spec, stages=spec.stages[:1])
    # A 3x3 stem, then three units of two 3x3 each, at stride 1.
    assert dict(receptive_paths(spec).counts) == {3 + 4 * k: comb(3, k) for k in range(4)}


def test_resnet110():
    found = receptive_paths(preset("resnet110"))
    assert found.num_paths == 2**54
    assert found.largest == 501
    assert found.mean == 252
    assert found.std == pytest.approx(38.43, abs=0.01)


def test_resnet50_by_enumeration():
    counts = Counter()
    # Every unit adds a 3x3 at the jump of its stage, the first one at the jump before it.
    sizes = [2 * jump for jump in (4, 4, 4, 4, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32)]
    sizes[3], sizes[7], sizes[13] = 2 * 4, 2 * 8, 2 * 16
    for taken in product((0, 1), repeat=16):
        counts[11 + sum(s * t for s, t in zip(sizes, taken, strict=True))] += 1
    assert dict(receptive_paths(preset("resnet50")).counts) == dict(sorted(counts.items()))


def test_scales_spread_what_a_block_sees():
    res2net = preset("res2net50_26w_4s")
    one_scale = receptive_paths(change_blocks(res2net, None, scale=1))
    assert one_scale.counts == receptive_paths(preset("resnet50")).counts
    scales = receptive_paths(res2net)
    assert scales.std > 1.5 * one_scale.std
    assert len(scales.counts) > 2 * len(one_scale.counts)


def test_a_plain_network_has_one_path():
    found = receptive_paths(preset("plain20"))
    assert found.num_paths == len(found.counts) == 1
    assert found.std == 0
    assert found.central() == (found.largest, found.largest)
