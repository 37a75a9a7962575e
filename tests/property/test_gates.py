"""A gate weights the signal: it is no way through the network and widens no view."""

from hypothesis import given

from explorer import paths
from explorer.analysis.receptive import receptive_fields
from explorer.graph import lower
from explorer.ir.ops import DropPath, Multiply
from tests.property.strategies import networks


def bare(spec):
    """Return the network without SE and stochastic depth."""
    stages = [stage.model_dump() for stage in spec.stages]
    for stage in stages:
        for name in ("se", "se_multiple", "survival"):
            for part in (stage, *stage["overrides"]):
                part["block"].pop(name, None)
    return type(spec).model_validate(spec.model_dump() | {"stages": stages})


@given(networks)
def test_gates_and_survival_change_neither_paths_nor_fields(spec):
    for unit in ("block", "conv"):
        assert paths(spec, unit) == paths(bare(spec), unit)
    found = receptive_fields(lower(spec))
    assert {a: found[a] for a in receptive_fields(lower(bare(spec)))} == receptive_fields(
        lower(bare(spec))
    )


@given(networks)
def test_only_the_first_input_of_a_gate_is_a_signal(spec):
    for node in lower(spec).nodes.values():
        gated = isinstance(node.op, Multiply)
        assert node.signals == (node.inputs[:1] if gated else node.inputs)


@given(networks)
def test_survival_falls_linearly_to_the_last_block(spec):
    graph = lower(spec)
    blocks = [stage.block_at(i) for stage in spec.stages for i in range(stage.depth)]
    for position, (block, params) in enumerate(zip(graph.blocks, blocks, strict=True), start=1):
        drops = [n.op.survival for n in graph.nodes_of(block) if isinstance(n.op, DropPath)]
        last = getattr(params, "survival", 1.0)
        expected = [] if last == 1 else [1 - position / len(blocks) * (1 - last)]
        assert drops == expected
