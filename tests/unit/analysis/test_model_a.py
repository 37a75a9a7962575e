"""Model A at equal MACs."""

from __future__ import annotations

import pytest

from explorer.analysis.cost import cost
from explorer.analysis.model_a import TOLERANCE, equal_macs
from explorer.graph import lower
from explorer.spec.presets import preset


@pytest.mark.parametrize("name", ["resnet20", "resnet110", "preact_resnet164"])
def test_input_classes_and_macs_are_the_networks(name):
    spec = preset(name)
    found = equal_macs(spec)
    assert found.fits
    assert cost(found.spec).macs == pytest.approx(cost(spec).macs, rel=TOLERANCE)
    assert (found.spec.image_size, found.spec.head.num_classes) == (32, 10)
    assert len(lower(found.spec).blocks) == 17
