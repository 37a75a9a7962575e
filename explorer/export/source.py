"""The network as one readable PyTorch file that needs nothing of this project.

One class for each form of block, one for the network; the names in the state dict are the
graph's addresses, so weights go from one to the other by ``load_state_dict``.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from explorer.address import INPUT
from explorer.analysis.cost import cost_of_graph
from explorer.export.calls import DROP_PATH, constructor
from explorer.export.flow import Flow
from explorer.export.forms import Form, forms_of, local_name
from explorer.export.places import Places
from explorer.graph import lower
from explorer.ir.ops import DropPath
from explorer.units import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from explorer.export.calls import Write
    from explorer.ir.graph import Graph, Node
    from explorer.spec import NetworkSpec

_HEAD = '''\
"""{title}, {params} parameters.

{macs} multiply-adds for one image of {size} px.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
'''
_INITIALISE = '''\
def initialise(module: nn.Module) -> None:
    """Draw the weights of convolutions from N(0, 2 / {fan}) (He et al. 2015)."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="{fan}", nonlinearity="relu")
'''
_ZERO_BIAS = """\
    elif isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
"""
_INDENT = " " * 8
_MAX_LINE = 99


def to_source(spec: NetworkSpec, title: str = "A residual network") -> str:
    """Return the text of a Python file with the class ``Network``.

    Args:
        spec: The network.
        title: What the first line calls it.

    Raises:
        ShapeError: The network cannot be built.
    """
    graph = lower(spec)
    cost = cost_of_graph(graph)
    head = _HEAD.format(
        title=title, params=count(cost.params), macs=count(cost.macs), size=cost.image_size
    )
    forms = forms_of(graph)
    distinct = {id(form): form for form, _ in forms.values()}
    parts = [head]
    if any(isinstance(node.op, DropPath) for node in graph.nodes.values()):
        parts.append(DROP_PATH)
    parts.append(_INITIALISE.format(fan=spec.init) + _ZERO_BIAS * (spec.init == "fan_in"))
    parts += [_block_class(graph, form) for form in distinct.values()]
    parts.append(_network_class(graph, forms))
    return "\n\n".join(parts)


def _constructed(
    nodes: Iterable[Node], name_of: Callable[[str], str], write: Callable[[int], Write]
) -> Iterator[tuple[str, str, str]]:
    """Yield name, constructor and first bias of every node that has a module."""
    for i, node in enumerate(nodes):
        made = constructor(node.op, write(i))
        if made:
            yield name_of(node.address), made.text, made.bias_init


def _kept(places: Places, name: str, text: str, bias: str) -> Iterator[str]:
    yield from places.statements(name, text)
    if bias:
        yield f"nn.init.constant_({places.path(name)}.bias, {bias})"


def _block_class(graph: Graph, form: Form) -> str:
    block, nodes = form.block, list(graph.nodes_of(form.block))

    def name_of(address: str) -> str:
        return local_name(address, block)

    locals_ = [name_of(node.address) for node in nodes]
    made = list(_constructed(nodes, name_of, lambda i: form.write_in_init(i, locals_[i])))
    places = Places(name for name, _, _ in made)
    paths = {name: places.path(name) for name, _, _ in made}
    flow = Flow(
        nodes,
        block.exit,
        name_of,
        lambda address: paths.get(name_of(address), ""),
        lambda i: form.write_in_forward(i, locals_[i]),
        shortcut=block.shortcut,
    )
    forward = [*flow.statements(block.entry), f"return {flow.result}"]
    kinds = {name: type(values[0]).__name__ for name, values in form.arguments.items()}
    taken = "".join(f", {name}: {kind}" for name, kind in kinds.items())
    init = [f"self.{name} = {name}" for name in form.kept]
    init += [line for entry in made for line in _kept(places, *entry)]
    return _class(form.name, f"{block.title} unit.", taken, init, forward)


def _network_class(graph: Graph, forms: dict[str, tuple[Form, int]]) -> str:
    stem = [graph.nodes[address] for address in graph.stem]
    head = [graph.nodes[address] for address in graph.head]
    ends = {address: graph.nodes[address] for address in (*graph.stem, *graph.head)}
    made = {
        name: (name, text, bias)
        for name, text, bias in _constructed(
            ends.values(), str, lambda i: _literals(list(ends.values())[i])
        )
    }
    places = Places(made)

    def flow(nodes: list[Node], exit_: str) -> Flow:
        return Flow(
            nodes,
            exit_,
            str,
            lambda address: places.path(address) if address in made else "",
            lambda i: _literals(nodes[i]),
            usual="x",
        )

    def kept(nodes: list[Node]) -> list[str]:
        entries = [made[node.address] for node in nodes if node.address in made]
        return [line for entry in entries for line in _kept(places, *entry)]

    before = flow(stem, graph.blocks[0].entry)
    forward = before.statements(INPUT)
    value = before.result
    for stage in graph.stages:
        forward.append(f"x = self.{stage.address}({value})")
        value = "x"
    after = flow(head, graph.output.address)
    forward += [*after.statements(graph.blocks[-1].exit), f"return {after.result}"]
    init = [*kept(stem), *_stages(graph, forms), *kept(head), "self.apply(initialise)"]
    return _class("Network", "The whole network: logits (N, classes) of images.", "", init, forward)


def _stages(graph: Graph, forms: dict[str, tuple[Form, int]]) -> Iterator[str]:
    for stage in graph.stages:
        yield f"self.{stage.address} = nn.Sequential("
        calls = [form.call_of(i) for form, i in (forms[b.address] for b in stage.blocks)]
        for text, same in groupby(calls):
            number = len(list(same))
            yield f"    {text}," if number == 1 else f"    *({text} for _ in range({number})),"
        yield ")"


def _literals(node: Node) -> Write:
    return lambda name: repr(getattr(node.op, name))


def _class(name: str, doc: str, taken: str, init: list[str], forward: list[str]) -> str:
    lines = [
        f"class {name}(nn.Module):",
        f'    """{doc}"""',
        "",
        f"    def __init__(self{taken}) -> None:",
        f"{_INDENT}super().__init__()",
        *(_INDENT + line for line in init),
        "",
        "    def forward(self, x: Tensor) -> Tensor:",
        *(_INDENT + line for line in forward),
    ]
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line)) + "\n"


def _wrapped(line: str) -> Iterator[str]:
    """Yield a line or, where it is long, its outermost brackets on lines of their own."""
    start, stop = line.find("("), line.rfind(")")
    inner = line[start + 1 : stop]
    if len(line) <= _MAX_LINE or start < 0 or not _is_balanced(inner):
        yield line
        return
    indent = " " * (len(line) - len(line.lstrip()))
    yield line[: start + 1]
    yield from _wrapped(f"{indent}    {inner}")
    yield indent + line[stop:]


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return False
    return True
