import json
import re
from pathlib import Path

import pytest

from explorer import cost, preset
from explorer.analysis.published import compare
from explorer.spec import HeadSpec
from explorer.spec.presets import name_of, presets
from explorer.spec.published import PUBLISHED
from tests.parity.entries import num_classes, preset_of

# Where a paper's figure is not the exact count rounded, and is explained.
DIFFERENT = {
    ("resnet34", "3.6 G"): False,
    ("resnet50_v1", "3.8 G"): False,
    ("resnet50", "3.8 G"): False,
    ("resnet50", "4.2 G"): False,
    ("resnet101", "7.6 G"): False,
    ("resnet152", "11.3 G"): False,
    ("resnet1001", "10.2 M"): False,
    ("preact_resnet1001", "10.2 M"): False,
    ("highway32", "1.25 M"): False,
    ("resnext29_16x64d", "68.1 M"): False,
    ("res2net50_26w_4s", "4.2 G"): False,
    ("dpn68", "2.5 G"): False,
}


def compared(name):
    return compare(preset(name), cost(preset(name)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_figures_belong_to_presets_and_agree_or_say_why_not(name):
    assert name in presets()
    assert name_of(preset(name)) == name
    assert len(compared(name)) == len(PUBLISHED[name])
    for found in compared(name):
        assert found.agrees == DIFFERENT.get((name, found.printed), True)
        assert found.agrees or found.note
        assert found.source
        assert abs(found.difference) < 0.08 * found.ours


REFERENCE = json.loads(Path("tests/reference.json").read_bytes())


def printed_params():
    for entry, facts in REFERENCE.items():
        # The count of a trunk is somebody's own, not a paper's.
        if entry == "_about" or entry.endswith("-trunk") or num_classes(entry):
            continue
        for paper in facts.get("published", ()):
            if match := re.match(r"([\d.]+)M", paper.get("params", "")):
                yield preset_of(entry), f"{match[1]} M"


@pytest.mark.parametrize(("name", "printed"), sorted(set(printed_params())))
def test_no_printed_parameter_count_of_the_reference_is_missing(name, printed):
    assert printed in [figure.printed for figure in PUBLISHED[name]]


def test_res2net():
    params, macs = compared("res2net50_26w_4s")
    assert (params.quantity, params.printed, params.agrees) == ("params", "25.70 M", True)
    assert params.difference == 25_699_120 - 25_700_000
    assert (macs.quantity, macs.printed, macs.ours) == ("macs", "4.2 G", 4_255_166_464)
    assert macs.difference == 55_166_464


def test_macs_are_compared_at_the_networks_own_size_only():
    spec = preset("resnet18")
    assert [c.quantity for c in compare(spec, cost(spec))] == ["macs", "params"]
    assert [c.quantity for c in compare(spec, cost(spec, 320))] == ["params"]


def test_a_network_of_ones_own_has_no_printed_figures():
    spec = preset("resnet18").model_copy(update={"head": HeadSpec(num_classes=7)})
    assert compare(spec, cost(spec)) == ()
