"""Stages and blocks change places, and take along what is special about them."""

from __future__ import annotations

import pytest

from explorer.blocks.res2net import Res2Net
from explorer.errors import SpecError
from explorer.spec import arrange, edit
from explorer.spec.presets import preset

RESNET = preset("resnet20")
SPECIAL = edit.change_block(RESNET, "layer2.1", shortcut="C", width=40)


def depths(spec):
    return [stage.depth for stage in spec.stages]


def overridden(spec):
    return {(i + 1, o.at): o.width for i, s in enumerate(spec.stages) for o in s.overrides}


def test_a_block_takes_its_width_into_another_stage_and_shifts_the_others():
    moved = arrange.move(SPECIAL, "layer1.0", "layer2.0")
    assert depths(moved) == [2, 4, 3]
    assert overridden(moved) == {(2, 0): 16, (2, 2): 40}


def test_a_block_that_comes_home_is_like_the_others_again():
    away = arrange.move(RESNET, "layer1.2", "layer2.1")
    assert arrange.move(away, "layer2.1", "layer1.2") == RESNET


def test_a_block_that_moves_behind_itself_stays():
    for before in ("layer2.1", "layer2.2"):
        assert arrange.move(SPECIAL, "layer2.1", before) == SPECIAL
    assert overridden(arrange.move(SPECIAL, "layer2.1", "layer2.3")) == {(2, 2): 40}
    assert overridden(arrange.move(SPECIAL, "layer2.1", "layer2.0")) == {(2, 0): 40}


def test_a_stage_that_loses_its_last_block_is_gone():
    short = edit.change_stages(RESNET, 1, depth=1)
    moved = arrange.move(short, "layer2.0", "layer3.3")
    assert depths(moved) == [3, 4]
    assert overridden(moved) == {(2, 3): 32}
    assert depths(arrange.remove(short, "layer2.0")) == [3, 3]


def test_stages_change_places():
    widths = [s.width for s in arrange.move(RESNET, "layer3", "layer1").stages]
    assert widths == [64, 16, 32]
    assert [s.width for s in arrange.move(RESNET, "layer1", "").stages] == [32, 64, 16]
    assert arrange.move(RESNET, "layer2", "layer2") == RESNET
    assert arrange.move(RESNET, "layer2", "layer3") == RESNET


def test_what_is_duplicated_stands_there_twice():
    twice = arrange.duplicate(SPECIAL, "layer2.1")
    assert depths(twice) == [3, 4, 3]
    assert overridden(twice) == {(2, 1): 40, (2, 2): 40}
    assert arrange.remove(twice, "layer2.2") == SPECIAL
    stages = arrange.duplicate(SPECIAL, "layer2").stages
    assert stages[1] == stages[2] == SPECIAL.stages[1]


def test_a_new_block_is_like_its_stage_and_shifts_what_is_special():
    more = arrange.add_block(SPECIAL, "layer2.0")
    assert depths(more) == [3, 4, 3]
    assert overridden(more) == {(2, 2): 40}
    assert arrange.add_block(RESNET, "layer2.3") == edit.change_stages(RESNET, 1, depth=4)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", [(16, 1), (32, 2), (64, 2), (128, 2)]),
        ("layer1", [(16, 1), (16, 1), (32, 2), (64, 2)]),
        ("layer3", [(16, 1), (32, 2), (32, 1), (64, 2)]),
    ],
)
def test_a_new_stage_fits_where_it_stands(before, expected):
    stages = arrange.add_stage(RESNET, before).stages
    assert [(s.width, s.stride) for s in stages] == expected


def test_a_single_block_changes_its_family_and_back():
    one = edit.change_block_family(RESNET, "layer1.1", "res2net")
    assert isinstance(one.stages[0].block_at(1), Res2Net)
    assert one.stages[0].block_at(0) == RESNET.stages[0].block
    assert edit.reset_block(one, "layer1.1") == RESNET
    shortcut = RESNET.stages[1].block.shortcut
    assert edit.change_block(SPECIAL, "layer2.1", shortcut=shortcut, width=32) == RESNET


def test_a_shorter_stage_forgets_what_was_special_behind_its_end():
    assert overridden(edit.change_stages(SPECIAL, 1, depth=1)) == {}
    assert overridden(edit.change_stages(SPECIAL, 1, depth=2)) == {(2, 1): 40}


def test_an_edit_of_a_stage_leaves_its_overridden_blocks():
    changed = edit.change_blocks(SPECIAL, None, se=16)
    assert changed.stages[1].block_at(0).se == 16
    assert changed.stages[1].block_at(1) == SPECIAL.stages[1].block_at(1)


def test_the_blank_network_is_one_block():
    blank = edit.blank(7, 48)
    assert (blank.head.num_classes, blank.image_size, depths(blank)) == (7, 48, [1])
    assert blank.stages[0].width == blank.stem.width == 16


@pytest.mark.parametrize(
    "change",
    [
        lambda: arrange.remove(edit.blank(), "layer1"),
        lambda: arrange.remove(edit.blank(), "layer1.0"),
        lambda: arrange.remove(RESNET, "layer4"),
        lambda: arrange.remove(RESNET, "layer1.3"),
        lambda: arrange.remove(RESNET, "conv1"),
        lambda: arrange.remove(RESNET, ""),
        lambda: arrange.move(RESNET, "layer1", "layer2.0"),
        lambda: arrange.move(RESNET, "layer1.0", "layer2"),
        lambda: arrange.move(RESNET, "layer1.0", "layer2.4"),
        lambda: arrange.add_block(RESNET, "layer2"),
        lambda: arrange.add_stage(preset("resnet20"), "layer9"),
        lambda: arrange.duplicate(edit.change_stages(RESNET, 0, depth=1000), "layer1.999"),
        lambda: arrange.move(edit.change_stages(RESNET, 0, depth=1000), "layer2.0", "layer1.9"),
        lambda: edit.change_block(RESNET, "layer1", se=16),
        lambda: edit.change_block(RESNET, "layer1.0", scale=4),
        lambda: edit.change_block(RESNET, "layer1.0", width=0),
        lambda: edit.change_block(RESNET, "layer1.0", width="wide"),
        lambda: edit.change_block_family(RESNET, "layer1.0", "inception"),
        lambda: edit.blank(0),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_a_place(change):
    with pytest.raises(SpecError) as caught:
        change()
    assert caught.value.location
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)


def test_a_ninth_stage_is_refused():
    spec = RESNET
    for _ in range(5):
        spec = arrange.add_stage(spec, "layer1")
    for change in (arrange.add_stage, lambda s: arrange.duplicate(s, "layer1")):
        with pytest.raises(SpecError, match="8 stages at most") as caught:
            change(spec)
        assert caught.value.location == "layer8"
