"""Parameters and MACs of every preset against counts from independent implementations."""

import json
from pathlib import Path

import pytest

from explorer import cost, lower, preset
from explorer.analysis.cost import node_costs
from explorer.spec import HeadSpec
from tests.parity.entries import num_classes, preset_of

pytestmark = pytest.mark.reference

ENTRIES = json.loads(Path("tests/reference.json").read_bytes())
RULE = ENTRIES.pop("_about")
TRUNK = ENTRIES.pop("imagenet/wider-or-deeper-model-A-trunk")


def test_the_reference_counts_what_we_count():
    assert RULE["counting_rule"].startswith("MACs: conv + linear multiply-adds only")
    assert len(ENTRIES) == 225


@pytest.mark.parametrize("entry", ENTRIES)
def test_params_and_macs_are_exact(entry):
    spec = preset(preset_of(entry))
    if classes := num_classes(entry):
        spec = spec.model_copy(update={"head": HeadSpec(num_classes=classes)})
    expected = ENTRIES[entry]
    if entry.startswith("segm/"):
        # Counted there at 504 px, where parameters are all that is stated.
        assert cost(spec, expected["input"][-1]).params == expected["params"]
        return
    assert list(expected["input"]) == [spec.in_channels, spec.image_size, spec.image_size]
    found = cost(spec)
    macs = expected["macs_224"] or expected["macs_at_input"]
    assert (found.params, found.macs) == (expected["params"], macs)


def test_the_trunk_of_model_a_is_exact():
    costs = node_costs(lower(preset("wider_or_deeper_a")))
    assert sum(c.params for a, c in costs.items() if a != "fc") == TRUNK["params"]
