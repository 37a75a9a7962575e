"""Random networks: every family and field, small enough to build."""

from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le, MultipleOf
from hypothesis import strategies as st

from explorer.blocks import FAMILIES
from explorer.errors import ShapeError
from explorer.graph import lower
from explorer.spec import BlockOverride, HeadSpec, NetworkSpec, StageSpec, StemSpec

# What keeps a random network buildable in milliseconds; everything else is the field's own range.
CAPS = {
    "groups": 4,
    "base_width": 48,
    "scale": 5,
    "se": 16,
    "dilation": 4,
    "growth": 12,
    "bottleneck": 4,
}


def _of_field(name, field):
    if get_origin(field.annotation) is Literal:
        return st.sampled_from(get_args(field.annotation))
    if field.annotation is bool:
        return st.booleans()
    bounds = {type(m): m for m in field.metadata}
    low, high = bounds[Ge].ge, bounds[Le].le
    if field.annotation is float:
        step = bounds[MultipleOf].multiple_of
        return st.integers(round(low / step), round(high / step)).map(lambda i: round(i * step, 10))
    return st.integers(low, min(high, CAPS.get(name, high)))


def params_of(family):
    """Return a strategy for the parameters of one family, over all of its fields."""
    fields = {n: _of_field(n, f) for n, f in family.model_fields.items() if n != "kind"}
    return st.builds(family, **fields)


blocks = st.one_of([params_of(family) for family in FAMILIES.values()])

stems = st.builds(
    StemSpec,
    width=st.integers(1, 24),
    kernel_size=st.sampled_from((3, 5, 7)),
    stride=st.sampled_from((1, 2)),
    pool=st.booleans(),
    activation=st.booleans(),
    deep=st.booleans(),
    ceil_pool=st.booleans(),
)


@st.composite
def _stages(draw):
    depth = draw(st.integers(1, 4))
    overrides = ()
    if draw(st.integers(0, 3)) == 3:
        width = draw(st.none() | st.integers(1, 32))
        at = draw(st.integers(0, depth - 1))
        overrides = (BlockOverride(at=at, block=draw(blocks), width=width),)
    return StageSpec(
        depth=depth,
        width=draw(st.integers(1, 32)),
        stride=draw(st.sampled_from((1, 2))),
        block=draw(blocks),
        overrides=overrides,
    )


stages = _stages()

specs = st.builds(
    NetworkSpec,
    image_size=st.integers(8, 40),
    in_channels=st.integers(1, 4),
    stem=stems,
    stages=st.lists(stages, min_size=1, max_size=3).map(tuple),
    head=st.builds(
        HeadSpec,
        kind=st.sampled_from(("classify", "segment")),
        num_classes=st.integers(1, 12),
        width=st.integers(1, 64),
        dilation=st.integers(1, 12),
        upsample=st.booleans(),
    ),
    width_multiplier=st.floats(0.25, 2),
    init=st.sampled_from(("fan_out", "fan_in")),
)
"""Valid values; some cannot be lowered, such as an identity shortcut where the shape changes."""


def can_be_lowered(spec):
    """Return whether branches and shortcuts of a network fit."""
    try:
        lower(spec)
    except ShapeError:
        return False
    return True


networks = specs.filter(can_be_lowered)
"""Networks that can be built."""
