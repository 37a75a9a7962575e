"""Edits give valid networks or one sentence, whatever a browser sends."""

from __future__ import annotations

import pytest

from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.spec import arrange, edit
from explorer.spec.presets import preset

RESNET = preset("resnet20")


def test_a_family_can_be_changed_in_one_stage_or_in_all() -> None:
    one = edit.change_family(RESNET, 1, "res2net")
    assert [s.block.kind for s in one.stages] == ["basic", "res2net", "basic"]
    every = edit.change_family(RESNET, None, "bottleneck")
    assert {s.block.kind for s in every.stages} == {"bottleneck"}


def test_shared_parameters_survive_a_change_of_family_but_not_the_base_width() -> None:
    wide = edit.change_blocks(
        edit.change_family(RESNET, None, "bottleneck"), None, base_width=128, groups=4, shortcut="C"
    )
    block = edit.change_family(wide, None, "res2net").stages[0].block
    assert (block.groups, block.shortcut) == (4, "C")
    assert block.base_width == FAMILIES["res2net"]().base_width


def test_a_shared_parameter_with_a_value_of_its_own_family_is_left_behind() -> None:
    group = edit.change_blocks(
        edit.change_family(RESNET, None, "iresnet"), None, layout="group", groups=4, survival=0.5
    )
    block = edit.change_family(group, None, "preact").stages[0].block
    assert block == FAMILIES["preact"](survival=0.5)
    assert edit.change_family(group, None, "bottleneck").stages[0].block.groups == 4


def test_a_parameter_goes_only_to_families_that_have_it() -> None:
    mixed = edit.change_family(RESNET, 0, "res2net")
    changed = edit.change_blocks(mixed, None, scale=2)
    assert changed.stages[0].block.scale == 2
    assert changed.stages[1] == mixed.stages[1]


def test_a_new_stage_is_twice_as_wide_at_half_the_resolution_and_can_go_again() -> None:
    more = arrange.add_stage(RESNET)
    assert (more.stages[-1].width, more.stages[-1].stride) == (128, 2)
    assert arrange.remove(more, "layer4") == RESNET


def test_an_edit_that_changes_nothing_gives_an_equal_network() -> None:
    assert edit.change_stages(RESNET, 0, depth=3) == RESNET
    assert edit.change_part(RESNET, "stem", width=16) == RESNET
    assert edit.change(RESNET, image_size=32) == RESNET


@pytest.mark.parametrize(
    "change",
    [
        lambda: edit.change_family(RESNET, None, "no such block"),
        lambda: edit.change_family(RESNET, 7, "basic"),
        lambda: edit.change_stages(RESNET, -1, depth=2),
        lambda: edit.change_stages(RESNET, None, depth=0),
        lambda: edit.change_stages(RESNET, None, depth=10**9),
        lambda: edit.change_stages(RESNET, None, stride=3),
        lambda: edit.change_stages(RESNET, None, width=float("nan")),
        lambda: edit.change_blocks(RESNET, None, shortcut="Z"),
        lambda: edit.change_part(RESNET, "head", num_classes=-1),
        lambda: edit.change(RESNET, width_multiplier="wide"),
        lambda: edit.change(RESNET, no_such_field=1),
        lambda: arrange.remove(edit.blank(), "layer1"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(change) -> None:
    with pytest.raises(SpecError) as caught:
        change()
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)
