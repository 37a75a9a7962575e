"""What every preset promises."""

import re

import pytest

from explorer import cost, lower, paths
from explorer.analysis.budget import admit
from explorer.spec.codec import decode, encode, from_data
from explorer.spec.limits import Limits
from explorer.spec.presets import name_of, preset, presets

PRESETS = presets()
every = pytest.mark.parametrize("name", PRESETS)


@every
def test_it_is_named_and_described(name):
    found = PRESETS[name]
    assert found.name == name
    assert name == name.lower()
    assert name.replace("_", "").isalnum()
    assert found.family
    assert found.line.endswith(".")
    assert len(found.line) <= 100
    assert [p.title for p in PRESETS.values()].count(found.title) == 1


@every
def test_it_is_within_the_limits(name):
    graph, found = admit(preset(name), limits=Limits())
    assert found == cost(preset(name))
    assert graph.output.out_shape[0] == preset(name).head.num_classes


@every
def test_it_is_valid_and_has_a_link(name):
    spec = preset(name)
    assert from_data(spec.model_dump()) == spec
    assert decode(encode(spec)) == spec


@every
def test_its_network_knows_its_name(name):
    known = name_of(preset(name))
    assert known is not None
    assert preset(known) == preset(name)
    assert list(PRESETS).index(known) <= list(PRESETS).index(name)


@every
def test_its_depth_is_the_number_in_its_name(name):
    digits = re.sub(r"\D+", " ", name.replace("res2ne", "resne")).split()
    counted = cost(preset(name)).depth
    if name.startswith("wider_or_deeper"):
        # Named by letters: ResNet-38, or 37 layers and two of the head for segmentation.
        digits = ["39" if "_seg" in name else "38"]
    if name == "wider_or_deeper_seg_small":
        digits = ["13"]
    # The WRN paper counts the three projections of a network that widens; k = 1 keeps the formula.
    expected = int(digits[0]) - (2 if name.startswith("wrn_") else 0)
    # Res2Net v1b keeps its name although its stem is two layers deeper.
    expected += 2 if re.fullmatch(r"res2net\d+d", name) else 0
    if match := re.fullmatch(r"wrn_\d+_\d+_b(\d+)_n(\d+)", name):
        # These keep the name of Table 2, whose N does not depend on the block type.
        expected = 3 * len(match[1]) * int(match[2]) + 2
    if name == "densenet264d":
        # By the rule that gives 121 to 201 the network has 265 layers; its stem two more.
        expected += 3
    assert counted == expected


@every
def test_its_paths_are_two_to_the_number_of_its_shortcuts(name):
    blocks = lower(preset(name)).blocks
    residual = sum(block.merge is not None for block in blocks)
    found = paths(preset(name))
    assert found.num_paths == 2**residual
    assert found.mean == residual / 2 + (len(blocks) - residual)


def test_presets_are_many_and_families_stay_together():
    families = [found.family for found in PRESETS.values()]
    runs = [f for i, f in enumerate(families) if i == 0 or families[i - 1] != f]
    assert len(PRESETS) >= 90
    assert set(families) >= {"Plain", "ResNet", "ResNet v2", "Wide ResNet", "ResNeXt", "Res2Net"}
    assert len(runs) < len(PRESETS) / 2
