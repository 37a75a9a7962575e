"""What every block family promises."""

import re
from typing import Literal, get_args, get_origin

import networkx as nx
import pytest
from annotated_types import Ge, Le

from explorer.blocks import FAMILIES
from explorer.errors import ShapeError
from explorer.graph import lower
from explorer.ir.ops import Conv2d
from explorer.spec import NetworkSpec, StageSpec, StemSpec

# The papers count the splits of a Res2Net as one layer; in series they are more.
COUNTS_SPLITS_AS_ONE = {"res2net"}
# These append channels to what they read, and bridge a change of resolution on their own.
GROWS = {"densenet", "dpn"}

EXAMPLES = [
    pytest.param(family(**{name: value}), id=f"{kind}-{name}-{value}")
    for kind, family in FAMILIES.items()
    for name, field in family.model_fields.items()
    for value in (
        get_args(field.annotation)
        if get_origin(field.annotation) is Literal
        else (False, True)
        if field.annotation is bool
        else (field.default,)
    )
]


def spec_of(block):
    stages = (StageSpec(depth=3, width=32, block=block), StageSpec(width=64, stride=2, block=block))
    return NetworkSpec(image_size=64, stem=StemSpec(width=32), stages=stages)


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_family_explains_itself(kind):
    family = FAMILIES[kind]
    assert family.model_fields["kind"].default == kind
    assert family.__doc__
    assert family.title
    assert family.reference
    assert re.search(r"\b20[12]\d\b", family.reference)
    assert "=" in family.formula
    titles = [other.title for other in FAMILIES.values()]
    assert titles.count(family.title) == 1


@pytest.mark.parametrize(
    ("kind", "name"),
    [(k, n) for k, family in FAMILIES.items() for n in family.model_fields if n != "kind"],
)
def test_a_form_can_be_made_of_every_field(kind, name):
    field = FAMILIES[kind].model_fields[name]
    assert field.title
    assert field.description
    assert field.description.endswith(".")
    assert not field.is_required()
    if get_origin(field.annotation) is Literal:
        assert field.default in get_args(field.annotation)
    elif field.annotation is not bool:
        assert field.annotation in {int, float}
        bounds = {type(m): m for m in field.metadata}
        assert bounds[Ge].ge <= field.default <= bounds[Le].le


@pytest.mark.parametrize("block", EXAMPLES)
def test_out_channels_and_stride_are_what_the_family_says(block):
    try:
        graph = lower(spec_of(block))
    except ShapeError:
        # Identity alone cannot bridge a change of shape; nothing else may fail.
        assert getattr(block, "shortcut", "") == "identity"
        return
    first, second = graph.stages
    found = [graph.nodes[stage.blocks[-1].exit].out_shape for stage in (first, second)]
    assert [shape[1:] for shape in found] == [(16, 16), (8, 8)]
    assert (block.out_channels(32) is None) == (block.kind in GROWS)
    if block.kind not in GROWS:
        assert [shape[0] for shape in found] == [block.out_channels(32), block.out_channels(64)]


@pytest.mark.parametrize("block", EXAMPLES)
def test_num_layers_is_the_longest_chain_of_convolutions(block):
    try:
        graph = lower(spec_of(block))
    except ShapeError:
        assert getattr(block, "shortcut", "") == "identity"
        return
    for lowered in graph.blocks:
        chain = nx.DiGraph()
        for node in graph.nodes_of(lowered):
            weight = int(isinstance(node.op, Conv2d))
            chain.add_edges_from((source, node.address, {"w": weight}) for source in node.inputs)
        longest = nx.dag_longest_path_length(chain, weight="w")
        if block.kind in COUNTS_SPLITS_AS_ONE and lowered.address.endswith((".1", ".2")):
            assert longest == 2 + max(1, block.scale - 1)
        else:
            has_transition = any(a.startswith("layer2.0.transition.") for a in chain)
            assert longest == lowered.num_layers == block.num_layers + has_transition


@pytest.mark.parametrize("kind", FAMILIES)
def test_only_a_merge_at_the_end_needs_a_last_norm(kind):
    block = FAMILIES[kind]()
    graph = lower(spec_of(block))
    ends_with_merge = graph.blocks[-1].exit == graph.blocks[-1].merge
    # A highway layer adds what is activated already.
    assert block.activates_before == (ends_with_merge and kind != "highway")
    assert ("norm" in graph.nodes) == block.activates_before
