"""What changed between two networks, said once and where it stands."""

from __future__ import annotations

from hypothesis import given, settings

from explorer.spec import arrange, edit
from explorer.spec.difference import Difference, differences
from explorer.spec.presets import preset
from tests.property.strategies import specs

RESNET = preset("resnet20")
SPECIAL = edit.change_block(RESNET, "layer2.1", shortcut="C", width=40)


def test_fields_are_named_with_their_place_and_title():
    after = edit.change_part(edit.change(RESNET, image_size=64), "stem", kernel_size=7)
    after = edit.change_blocks(edit.change_stages(after, 1, depth=5), 2, se=16)
    found = differences(RESNET, after)
    assert found == (
        Difference("network", "image_size", 32, 64),
        Difference("stem", "kernel_size", 3, 7),
        Difference("layer2", "depth", 3, 5),
        Difference("layer3", "se", 0, 16),
    )
    assert [d.title for d in found] == ["Image size", "Kernel", "Blocks", "SE reduction"]


def test_an_inserted_stage_is_one_difference():
    # The stage before layer1 is its twin: either of the two can be called the new one.
    for before, address in (("layer1", "layer2"), ("layer3", "layer3"), ("", "layer4")):
        after = arrange.add_stage(RESNET, before)
        (found,) = differences(RESNET, after)
        assert (found.kind, found.address, found.field) == ("added", address, "")
        (back,) = differences(after, RESNET)
        assert (back.kind, back.before) == ("removed", found.after)


def test_a_stage_that_moves_is_removed_and_added():
    moved = arrange.move(RESNET, "layer3", "layer1")
    assert sorted(d.kind for d in differences(RESNET, moved)) == ["added", "removed"]


def test_a_special_block_is_compared_with_what_stood_there():
    assert differences(RESNET, SPECIAL) == (
        Difference("layer2.1", "width", None, 40),
        Difference("layer2.1", "shortcut", "A", "C"),
    )
    assert {d.address for d in differences(SPECIAL, RESNET)} == {"layer2.1"}


def test_a_block_before_a_special_one_does_not_make_it_another():
    after = arrange.add_block(SPECIAL, "layer2.0")
    assert differences(SPECIAL, after) == (Difference("layer2", "depth", 3, 4),)


def test_another_family_names_what_came_and_went():
    wide = edit.change_blocks(
        edit.change_family(RESNET, 0, "res2net"), 0, scale=8, shortcut="A", convolves_all=True
    )
    found = differences(RESNET, wide)
    assert Difference("layer1", "kind", "basic", "res2net") in found
    assert Difference("layer1", "scale", None, 8, "added") in found
    assert Difference("layer1", "scale", 8, None, "removed") in differences(wide, RESNET)
    assert "passes" not in {d.field for d in found}


@settings(max_examples=60)
@given(specs, specs)
def test_only_equal_networks_have_no_difference(one, other):
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (one != other)
