"""Which blocks and ops of two networks correspond."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from explorer.compare.alignment import align_graphs
from explorer.graph import lower
from explorer.spec import arrange, edit
from explorer.spec.presets import preset
from tests.property.strategies import networks

RESNET = preset("resnet50")


def aligned(before, after):
    return align_graphs((before, lower(before)), (after, lower(after)))


def statuses(pairs, status):
    return [(pair.before, pair.after) for pair in pairs if pair.status == status]


def test_a_network_is_the_same_as_itself() -> None:
    found = aligned(RESNET, RESNET)
    assert found.counts() == {"same": 16}
    assert {pair.status for pair in (*found.ends, *found.stages)} == {"same"}
    assert all(one == other for one, other in found.partners.items())
    assert set(lower(RESNET).nodes) < set(found.partners)


def test_more_blocks_are_added_at_the_end_of_their_stage() -> None:
    found = aligned(RESNET, preset("resnet101"))
    assert found.counts() == {"same": 16, "added": 17}
    assert [after for _before, after in statuses(found.blocks, "added")] == [
        f"layer3.{i}" for i in range(6, 23)
    ]
    assert [pair.after for pair in found.stages if pair.status == "changed"] == ["layer3"]


def test_a_block_put_in_front_is_the_one_that_was_added() -> None:
    special = edit.change_block(preset("resnet20"), "layer2.1", shortcut="C")
    after = arrange.add_block(special, "layer2.1")
    found = aligned(special, after)
    assert statuses(found.blocks, "added") == [(None, "layer2.1")]
    assert found.partners["layer2.1.conv1"] == "layer2.2.conv1"


def test_a_removed_stage_takes_its_blocks_along() -> None:
    found = aligned(RESNET, arrange.remove(RESNET, "layer3"))
    assert statuses(found.stages, "removed") == [("layer3", None)]
    assert found.counts()["removed"] == 6
    assert found.partners["layer4.2"] == "layer3.2"
    assert "layer3.1" not in found.partners


def test_ops_of_another_family_are_paired_by_what_they_compute() -> None:
    found = aligned(RESNET, preset("res2net50_26w_4s"))
    assert found.counts() == {"changed": 16}
    assert [pair.status for pair in found.ends] == ["same", "same"]
    assert found.partners["layer2.1.conv2"] == "layer2.1.convs.0"
    assert found.partners["layer2.1.add"] == "layer2.1.add"
    block = found.blocks[0]
    ops = {(op.before, op.after): op.status for op in block.ops}
    assert ops["conv1", "conv1"] == "changed"
    assert ops["downsample.0", "downsample.0"] == "same"
    assert ops[None, "convs.2"] == "added"


def test_a_stem_without_its_pool_is_changed() -> None:
    found = aligned(RESNET, edit.change_part(RESNET, "stem", pool=False))
    stem, head = found.ends
    assert (stem.status, head.status) == ("changed", "same")
    assert [op.before for op in stem.ops if op.status == "removed"] == ["maxpool"]


def test_the_size_of_the_maps_changes_no_block() -> None:
    assert aligned(RESNET, edit.change(RESNET, image_size=64)).counts() == {"same": 16}


@pytest.mark.parametrize("names", [("resnet1202", "preact_resnet1001"), ("wrn_16_8", "dpn92")])
def test_presets_far_apart(names) -> None:
    before, after = map(preset, names)
    counts = aligned(before, after).counts()
    depths = [sum(stage.depth for stage in spec.stages) for spec in (before, after)]
    assert counts["same"] + counts["changed"] + counts["removed"] == depths[0]
    assert counts["same"] + counts["changed"] + counts["added"] == depths[1]


@settings(max_examples=40)
@given(networks, networks)
def test_every_part_is_named_once_and_order_is_kept(one, other) -> None:
    found = aligned(one, other)
    graphs = [lower(one), lower(other)]
    for side, graph in enumerate(graphs):
        named = [pair[side] for pair in found.blocks if pair[side]]
        assert named == [block.address for block in graph.blocks]
    partners = found.partners
    assert len(set(partners.values())) == len(partners)
    for before, after in partners.items():
        if before in graphs[0].nodes:
            assert type(graphs[0].nodes[before].op) is type(graphs[1].nodes[after].op)
    assert {pair.status for pair in aligned(one, one).blocks} == {"same"}
