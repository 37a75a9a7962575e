"""Exported source of networks whose blocks differ within a stage."""

import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from explorer.blocks import FAMILIES
from explorer.export.source import to_source
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.model import BlockOverride
from tests.property.strategies import can_be_lowered, params_of, stems
from tests.unit.export.test_export_source import executed, randomised

# A dual path block that stands behind others can be described but not yet built.
blocks = st.one_of([params_of(family) for kind, family in FAMILIES.items() if kind != "dpn"])


@st.composite
def mixed_stages(draw):
    """Draw a stage in which at least one block is not like the others."""
    depth = draw(st.integers(2, 5))
    places = draw(st.sets(st.integers(0, depth - 1), min_size=1, max_size=3))
    overrides = tuple(
        BlockOverride(at=at, block=draw(blocks), width=draw(st.none() | st.integers(4, 24)))
        for at in sorted(places)
    )
    width, stride = draw(st.integers(4, 24)), draw(st.sampled_from((1, 2)))
    block = draw(blocks)
    return StageSpec(depth=depth, width=width, stride=stride, block=block, overrides=overrides)


mixed = st.builds(
    NetworkSpec,
    image_size=st.integers(16, 32),
    stem=stems,
    stages=st.lists(mixed_stages(), min_size=1, max_size=2).map(tuple),
    head=st.builds(HeadSpec, num_classes=st.integers(2, 5)),
    init=st.sampled_from(("fan_out", "fan_in")),
).filter(can_be_lowered)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(mixed)
def test_the_file_has_the_names_and_outputs_of_the_network(spec):
    network, other = randomised(spec), executed(spec)
    assert list(other.state_dict()) == list(network.state_dict())
    other.load_state_dict(network.state_dict(), strict=True)
    images = torch.randn(2, 3, spec.image_size, spec.image_size, dtype=torch.double)
    with torch.inference_mode():
        expected, found = network.double()(images), other.double().eval()(images)
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-7, equal_nan=True)


def test_a_stage_of_three_families_is_one_readable_sequence():
    stage = StageSpec(
        depth=5,
        width=16,
        block=FAMILIES["basic"](),
        overrides=(
            BlockOverride(at=1, block=FAMILIES["preact"]()),
            BlockOverride(at=3, block=FAMILIES["basic"](se=4)),
        ),
    )
    spec = NetworkSpec(image_size=32, stem=StemSpec(width=16, pool=False), stages=(stage,))
    text = to_source(spec)
    assert text.count("(nn.Module):") == 4
    network = executed(spec)
    assert [type(block).__name__ for block in network.layer1] == [
        "Basic",
        "Preact",
        "Basic",
        "Basic2",
        "Basic",
    ]
