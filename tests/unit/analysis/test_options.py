"""Options that cannot work or change nothing are found, and no others."""

from __future__ import annotations

import pytest

from explorer.analysis.options import senseless
from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.graph import lower
from explorer.spec import edit
from explorer.spec.presets import preset

WHOLE = None
RESNET50 = preset("resnet50")


def whole(spec, address=""):
    return {name for name, reasons in senseless(spec, address).items() if WHOLE in reasons}


def test_what_changes_nothing_is_named_with_a_reason():
    found = senseless(RESNET50, "layer1")
    assert "SE" in found["se_multiple"][WHOLE]
    assert "cardinality" in found["form"][WHOLE]
    assert "halve" in found["stride_on"][WHOLE]
    assert "stride_on" not in senseless(RESNET50, "layer2")


def test_an_option_that_cannot_work_has_the_reason_and_the_field_stays():
    found = senseless(RESNET50, "layer2")["shortcut"]
    assert set(found) == {"identity"}
    assert "shortcut brings 256" in found["identity"]
    assert "layer" not in found["identity"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"se": 20}, "se_multiple"), ({"groups": 2}, "form")],
)
def test_a_field_comes_alive_with_the_one_that_it_depends_on(change, field):
    assert field in whole(RESNET50)
    assert field not in whole(edit.change_blocks(RESNET50, None, **change))


def test_a_single_block_is_judged_where_it_stands():
    assert "shortcut" in senseless(RESNET50, "layer3.0")
    assert "shortcut" not in senseless(RESNET50, "layer3.5")
    assert "stride_on" in whole(RESNET50, "layer3.5")


def test_a_stride_for_which_the_map_is_too_small_is_refused():
    dense = edit.change_family(edit.change_stages(preset("resnet20"), None, stride=1), None,
                               "densenet")  # fmt: skip
    tiny = edit.change_part(edit.change(dense, image_size=8), "stem", stride=2, pool=True)
    tiny = edit.change_stages(tiny, 1, stride=2)
    found = senseless(tiny, "layer3")["stride"]
    assert set(found) == {2}
    assert "does not fit" in found[2]


def test_a_broken_network_restricts_nothing():
    broken = edit.change_blocks(RESNET50, None, shortcut="identity")
    assert senseless(broken) == {}


def test_no_such_place_is_a_sentence():
    with pytest.raises(SpecError):
        senseless(RESNET50, "layer9")


@pytest.mark.parametrize("kind", FAMILIES)
def test_what_is_called_senseless_is(kind):
    spec = edit.change_family(preset("resnet20"), None, kind)
    for name, reasons in senseless(spec).items():
        for option, reason in reasons.items():
            assert reason.endswith(".")
            if option is WHOLE:
                continue
            with pytest.raises(SpecError):
                lower(edit.change_blocks(spec, None, **{name: option}))
