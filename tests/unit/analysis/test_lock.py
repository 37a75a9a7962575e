"""The budget lock finds what the papers found by hand."""

from __future__ import annotations

import pytest

from explorer.analysis.cost import cost
from explorer.analysis.lock import Lock, free_variables, solve
from explorer.errors import SpecError
from explorer.spec.edit import change_blocks, change_family, change_stages
from explorer.spec.presets import preset, presets


def lock_of(name: str, quantity: str = "params", free: str = "base_width", tolerance=0.03) -> Lock:
    return Lock(quantity, getattr(cost(preset(name)), quantity), tolerance, free)


@pytest.mark.parametrize(("scale", "width"), [(2, 48), (4, 26), (8, 14)])
def test_scales_of_res2net_at_equal_macs_are_those_of_the_paper(scale: int, width: int) -> None:
    spec = change_blocks(preset("res2net50_26w_4s"), None, scale=scale)
    found = solve(spec, lock_of("res2net50_26w_4s", "macs"))
    assert abs(found.value - width) <= 1
    assert found.fits


@pytest.mark.parametrize(("groups", "width"), [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)])
def test_cardinalities_at_equal_parameters_are_those_of_the_paper(groups: int, width: int) -> None:
    spec = change_blocks(preset("resnext50_32x4d"), None, groups=groups)
    assert solve(spec, lock_of("resnet50", "params")).value == width


def test_what_is_locked_to_itself_stays_as_it_is() -> None:
    for name in ("resnet50", "res2net50_26w_4s", "res2next50", "resnet164"):
        found = solve(preset(name), lock_of(name))
        assert cost(found.spec) == cost(preset(name))
        assert found.deviation == 0
    assert solve(preset("wrn_28_10"), lock_of("wrn_28_10", free="width_multiplier")).value == 10


def test_twice_the_depth_at_equal_macs_is_narrower() -> None:
    deeper = change_stages(preset("resnet20"), None, depth=6)
    found = solve(deeper, lock_of("resnet20", "macs", "all_widths"))
    assert found.value < 1
    assert found.fits
    assert abs(found.deviation) == abs(cost(found.spec).macs / cost(preset("resnet20")).macs - 1)


def test_no_neighbour_is_nearer() -> None:
    lock = lock_of("resnet50", "macs")
    spec = change_family(preset("resnet50"), None, "res2net")
    found = solve(spec, lock)
    for other in (found.value - 1, found.value + 1):
        neighbour = change_blocks(spec, None, base_width=int(other))
        assert abs(cost(neighbour).macs - lock.target) >= abs(cost(found.spec).macs - lock.target)


def test_a_budget_out_of_reach_is_said_and_the_nearest_is_given() -> None:
    tiny = Lock("params", 10, 0.03, "width_multiplier")
    found = solve(preset("resnet110"), tiny)
    assert not found.fits
    assert found.deviation > 0


def test_a_network_without_base_width_says_what_else_can_give_way() -> None:
    assert free_variables(preset("resnet20")) == ("all_widths", "width_multiplier")
    assert free_variables(preset("resnet50"))[0] == "base_width"
    with pytest.raises(SpecError, match="no base width"):
        solve(preset("resnet20"), lock_of("resnet50"))


def test_a_network_that_never_works_is_a_sentence() -> None:
    broken = change_blocks(preset("resnet50"), None, shortcut="identity")
    with pytest.raises(SpecError, match="does not fit at any width"):
        solve(broken, lock_of("resnet50"))


def test_every_preset_can_be_locked() -> None:
    for name, found in presets().items():
        free = free_variables(found.spec)[-1]
        assert solve(found.spec, lock_of(name, free=free)).deviation == 0, name
