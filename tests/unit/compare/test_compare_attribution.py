"""The difference of two networks, shared out over its edits."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.analysis.cost import cost
from explorer.compare.attribution import MAX_EDITS, QUANTITIES, attribute, shapley
from explorer.compare.edits import GROUPINGS, Composer
from explorer.errors import SpecError
from explorer.spec import arrange, edit
from explorer.spec.presets import preset
from tests.property.strategies import can_be_lowered, networks, specs

RESNET, RES2NET = preset("resnet50"), preset("res2net50_26w_4s")


def by_orders(num, worth):
    """Return the Shapley values as means over all orders."""
    orders = list(permutations(range(num)))
    totals = [Fraction(0)] * num
    for order in orders:
        made = 0
        for player in order:
            totals[player] += worth(made | 1 << player) - worth(made)
            made |= 1 << player
    return [total / len(orders) for total in totals]


@given(st.integers(1, 5), st.data())
def test_the_values_are_means_over_all_orders(num, data) -> None:
    table = data.draw(st.lists(st.integers(-1000, 1000), min_size=1 << num, max_size=1 << num))
    found = shapley(num, table.__getitem__)
    assert found == by_orders(num, table.__getitem__)
    assert sum(found) == table[-1] - table[0]


def test_a_player_without_effect_gets_nothing_and_equal_ones_the_same() -> None:
    found = shapley(3, lambda made: [0, 6, 6, 20][made & 3])
    assert found == [10, 10, 0]


@settings(max_examples=80)
@given(specs, specs)
def test_no_edit_is_the_first_network_and_all_are_the_second(one, other) -> None:
    composer = Composer(one, other)
    assert composer.compose(()) == one
    assert composer.compose(composer.atoms) == other
    assert bool(composer.atoms) == (one != other)
    for grouping in GROUPINGS:
        edits = composer.edits(grouping)
        made = [atom for each in edits for atom in each.atoms]
        assert len(made) == len(set(made))
        assert set(made) == set(composer.atoms)


@settings(max_examples=25)
@given(networks, networks, st.sampled_from(GROUPINGS))
def test_shares_add_up_exactly_and_every_subset_is_a_network(one, other, grouping) -> None:
    found = attribute(one, other, grouping, max_edits=5)
    costs = [cost(spec) for spec in (one, other)]
    assert len(found.edits) <= 5
    composer = Composer(one, other)
    for quantity in QUANTITIES:
        total = getattr(costs[1], quantity) - getattr(costs[0], quantity)
        assert found.totals[quantity] == total
        assert sum(share.value for share in found.shares[quantity]) == total
    for mask in range(1 << len(found.edits)):
        atoms = [a for i, e in enumerate(found.edits) if mask >> i & 1 for a in e.atoms]
        assert can_be_lowered(composer.compose(atoms))


def test_two_edits_of_res2net_against_a_hand_count() -> None:
    found = attribute(RESNET, RES2NET)
    assert [sorted({a.field for a in e.atoms}) for e in found.edits] == [["kind"], ["base_width"]]
    composer = Composer(RESNET, RES2NET)
    kind, width = (cost(composer.compose(e.atoms)).params for e in found.edits)
    start, end = cost(RESNET).params, cost(RES2NET).params
    family = found.shares["params"][0]
    assert family.alone == kind - start
    assert family.last == end - width
    assert family.value == Fraction(family.alone + family.last, 2)
    assert found.num_networks == 4


def test_groups_by_field_by_place_and_each() -> None:
    composer = Composer(RESNET, RES2NET)
    sizes = {grouping: len(composer.edits(grouping)) for grouping in GROUPINGS}
    assert sizes == {"field": 2, "place": 4, "each": 8}
    places = attribute(RESNET, RES2NET, "place").edits
    assert [{d.address for d in e.differences} for e in places] == [
        {f"layer{i}"} for i in range(1, 5)
    ]


def test_edits_that_only_work_together_are_joined() -> None:
    # Zero-padded shortcuts reach neither a wider stem nor narrower stages.
    before = preset("resnet20")
    after = edit.change_part(before, "stem", width=48)
    for stage, width in enumerate((48, 96, 192)):
        after = edit.change_stages(after, stage, width=width)
    composer = Composer(before, after)
    assert not can_be_lowered(composer.compose([composer.atoms[0]]))
    found = attribute(before, after, "each")
    assert any(each.joined for each in found.edits)
    assert not any(each.is_rest for each in found.edits)
    assert sum(share.value for share in found.shares["params"]) == found.totals["params"]


def test_more_than_eight_edits_are_taken_together() -> None:
    found = attribute(preset("resnet20"), RESNET, "each")
    assert len(Composer(preset("resnet20"), RESNET).edits("each")) > MAX_EDITS
    assert len(found.edits) <= MAX_EDITS
    assert any(each.is_rest for each in found.edits)


def test_equal_networks_have_nothing_to_share() -> None:
    found = attribute(RESNET, RESNET)
    assert found.edits == ()
    assert set(found.totals.values()) == {0}


def test_added_and_removed_stages_are_edits() -> None:
    before = preset("resnet20")
    after = arrange.add_stage(arrange.remove(before, "layer1"), "")
    found = attribute(before, after, "each")
    assert {d.kind for e in found.edits for d in e.differences} == {"added", "removed"}


def test_every_difference_is_in_some_edit() -> None:
    special = edit.change_block(RES2NET, "layer2.1", base_width=30)
    found = Composer(RESNET, arrange.add_block(special, "layer3.2")).edits("each")
    said = {(d.address, d.field) for e in found for d in e.differences}
    assert {("layer1", "kind"), ("layer2.1", "base_width"), ("layer3", "depth")} <= said


@settings(max_examples=20)
@given(specs, specs)
def test_a_network_that_does_not_work_is_refused(one, other) -> None:
    assume(not can_be_lowered(one))
    with pytest.raises(SpecError):
        attribute(one, other)
