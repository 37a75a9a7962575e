"""A repair makes the network work again and names its true price."""

from __future__ import annotations

import pytest

from explorer.analysis.budget import admit
from explorer.analysis.cost import cost
from explorer.analysis.repair import repairs
from explorer.errors import SpecError
from explorer.spec import edit
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
    (repair,) = refused(thin)
    assert (repair.action, repair.value) == ("base_width", 4)


def test_a_network_over_the_budget_becomes_narrower() -> None:
    huge = edit.change(preset("wrn_28_12"), width_multiplier=32.0)
    (repair,) = refused(edit.change_stages(huge, None, depth=40))
    assert repair.action == "narrower"
    assert repair.value == repair.spec.width_multiplier


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "preact_resnet20", "res2net20_31w_4s"])
def test_every_repair_works(name: str) -> None:
    for scope in (None, 0, 1):
        broken = edit.change_blocks(preset(name), scope, shortcut="identity")
        try:
            admit(broken)
        except SpecError as error:
            for repair in repairs(broken, error):
                admit(repair.spec)
