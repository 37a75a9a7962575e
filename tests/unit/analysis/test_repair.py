"""A repair makes the network work again and names its true price."""

from __future__ import annotations

import pytest

from explorer.analysis.budget import admit
from explorer.analysis.cost import cost
from explorer.analysis.repair import place_of, repairs
from explorer.errors import BudgetError, SpecError
from explorer.spec import edit
from explorer.spec.limits import Limits
from explorer.spec.presets import preset


def refused(spec):
    with pytest.raises(SpecError) as caught:
        admit(spec)
    return repairs(spec, caught.value)


def test_an_identity_where_the_shape_changes_becomes_a_projection_or_padding() -> None:
    broken = edit.change_blocks(preset("resnet50"), 1, shortcut="identity")
    found = {repair.action: repair for repair in refused(broken)}
    assert set(found) == {"projection", "padding"}
    # 256 -> 512 channels by a 1x1 convolution, and its batch norm.
    assert found["projection"].added_params == 256 * 512 + 2 * 512
    price = cost(found["projection"].spec).params - cost(found["padding"].spec).params
    assert price == found["projection"].added_params


def test_padding_that_would_have_to_shrink_becomes_a_projection() -> None:
    narrowing = edit.change_stages(preset("resnet20"), 1, width=8)
    actions = [repair.action for repair in refused(narrowing)]
    assert actions == ["projection"]


def test_a_base_width_that_leaves_no_channel_becomes_the_smallest_that_does() -> None:
    thin = edit.change_blocks(edit.change_family(preset("resnet20"), None, "res2net"), None,
                              base_width=2)  # fmt: skip
    first = refused(thin)[0]
    assert (first.action, first.value, first.address) == ("base_width", 4, "layer1")


def test_a_network_over_the_budget_becomes_narrower_or_shorter() -> None:
    huge = edit.change(preset("wrn_28_12"), width_multiplier=32.0)
    huge = edit.change_stages(huge, None, depth=40)
    found = {repair.action: repair for repair in refused(huge)}
    narrower = found["narrower"]
    assert narrower.value == narrower.spec.width_multiplier
    # One step more would be too much: it is about the nearest.
    for repair in found.values():
        assert cost(repair.spec).params > 0.5 * Limits().params
    wider = edit.change(huge, width_multiplier=narrower.value + 2)
    with pytest.raises(BudgetError):
        admit(wider)


def test_a_width_is_rounded_to_what_the_cardinality_divides() -> None:
    grouped = edit.change_blocks(edit.change_family(preset("resnet20"), None, "senet"), None,
                                 groups=24)  # fmt: skip
    one = edit.change_stages(edit.change_blocks(grouped, None, groups=1), 1, width=100)
    broken = edit.change_blocks(one, 1, groups=24)
    found = [(r.action, r.address, r.value) for r in refused(broken)]
    assert ("groups", "layer2", 25) in found
    assert ("width", "layer2", 96) in found


def test_a_single_block_is_mended_by_itself() -> None:
    narrow = edit.change_block(preset("resnet20"), "layer2.1", width=24)
    found = {repair.action: repair for repair in refused(narrow)}
    assert found["projection"].address == "layer2.1"
    assert found["reset"].spec == preset("resnet20")
    # What the projection costs: 32 to 24 channels and its norm.
    assert found["projection"].added_params == 32 * 24 + 2 * 24


def test_units_without_a_choice_of_shortcut_lose_what_is_special() -> None:
    model_a = edit.change_family(preset("resnet20"), None, "wider")
    odd = edit.change_block(model_a, "layer2.1", width=48)
    first = refused(odd)[0]
    assert (first.action, first.address) == ("reset", "layer2.1")


def test_too_small_a_map_gets_fewer_strides_or_a_larger_image() -> None:
    dense = edit.change(preset("densenet121"), image_size=16)
    found = {(r.action, r.address) for r in refused(dense)}
    assert ("pool", "stem") in found
    assert ("image_size", "") in found
    assert any(action == "stride" for action, _ in found)


def test_streams_that_a_single_block_cannot_divide_are_mended() -> None:
    wide = edit.change_block(preset("dpn68"), "layer2.2", width=1024)
    assert "reset" in {r.action for r in refused(wide)}


def test_several_faults_are_mended_one_after_the_other() -> None:
    broken = edit.change_blocks(preset("resnet20"), None, shortcut="identity")
    broken = edit.change_family(broken, 0, "senet")
    broken = edit.change_blocks(broken, 0, groups=7)
    (repair,) = refused(broken)
    assert repair.also
    admit(repair.spec)


def test_groups_as_branches_beyond_the_limit_become_one_convolution() -> None:
    many = edit.change_blocks(preset("resnext50_32x4d"), None, form="a", groups=256, base_width=1)
    found = refused(edit.change_stages(many, None, depth=12))
    assert "form" in {repair.action for repair in found}


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (lambda s: edit.change_blocks(s, 0, se=500), 64),
        (lambda s: edit.change_stages(s, 0, depth=5000), 1000),
        (lambda s: edit.change_stages(s, 0, stride=9), 2),
        (lambda s: edit.change(s, image_size=2), 8),
        (lambda s: edit.change(s, width_multiplier=-1), 0.25),
        (lambda s: edit.change_part(s, "stem", kernel_size=6), 5),
        (lambda s: edit.change_block(s, "layer2.1", survival=0.12), 0.1),
        (lambda s: edit.change_block(s, "layer2.1", width=0), 1),
    ],
)
def test_a_value_out_of_range_becomes_the_nearest_in_it(change, value) -> None:
    spec = edit.change_blocks(preset("resnet20"), None, shortcut="B")
    with pytest.raises(SpecError) as caught:
        change(spec)
    (repair,) = repairs(spec, caught.value)
    assert (repair.action, repair.value) == ("value", value)
    assert repair.spec != spec
    admit(repair.spec)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda s: edit.change_blocks(s, 1, shortcut="identity"), "layer2.0"),
        (lambda s: edit.change_block(s, "layer2.1", shortcut="identity", width=8), "layer2.1"),
        (lambda s: edit.change_blocks(s, 1, shortcut="Z"), "layer2"),
        (lambda s: edit.change_block(s, "layer2.1", shortcut="Z"), "layer2.1"),
        (lambda s: edit.change_part(s, "stem", width=0), "stem"),
        (lambda s: edit.change(s, image_size=0), "network"),
        (lambda s: edit.change_stages(edit.change(s, width_multiplier=32), 0, depth=900),
         "network"),
    ],
)  # fmt: skip
def test_every_error_has_a_place(change, place) -> None:
    spec = preset("resnet20")
    try:
        spec = change(spec)
    except SpecError as error:
        refusal = error
    else:
        with pytest.raises(SpecError) as caught:
            admit(spec)
        refusal = caught.value
    assert place_of(spec, refusal) == place


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "preact_resnet20", "res2net20_31w_4s"])
def test_every_repair_works(name: str) -> None:
    refused = 0
    for scope in (None, 0, 1):
        broken = edit.change_blocks(preset(name), scope, shortcut="identity")
        try:
            admit(broken)
        except SpecError as error:
            refused += 1
            found = repairs(broken, error)
            assert found
            for repair in found:
                admit(repair.spec)
    assert refused
