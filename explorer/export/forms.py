"""Which blocks of a network can share one class, and what the class takes as arguments.

Blocks share a class if they have the same ops with the same wiring; the numbers in which they
differ become arguments, equal columns of numbers one argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from explorer.export.calls import equal_split
from explorer.ir import ops

if TYPE_CHECKING:
    from explorer.export.calls import Write
    from explorer.ir.graph import Block, Graph, Node
    from explorer.ir.ops import Op

Key = tuple[Any, ...]
_CHANNELS = {"in_channels", "out_channels", "channels", "in_features", "out_features"}
_NOT_ARGUMENTS = {"self", "x", "out", "shortcut"}


def local_name(address: str, block: Block) -> str:
    """Return the name inside a block, or an empty one for the value that enters it."""
    prefix = f"{block.address}."
    if address.startswith(prefix):
        return address.removeprefix(prefix)
    assert address == block.entry, f"{block.address} reads {address}"
    return ""


@dataclass(slots=True)
class Form:
    """A class of the exported file.

    Attributes:
        name: Name of the class.
        block: The first block of this form.
        variants: Ops of every template of this form, node by node.
        ends: Channels that enter and leave each template.
        arguments: Values for each variant by argument, in the order of the constructor.
        kept: Arguments that ``forward`` needs.
    """

    name: str
    block: Block
    variants: list[tuple[Op, ...]]
    ends: list[tuple[int, int]]
    arguments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])
    kept: list[str] = field(default_factory=list[str])

    def write_in_init(self, index: int, local: str) -> Write:
        """Return the writer of a node's fields inside the constructor."""
        return lambda name: self._text(index, local, name)

    def write_in_forward(self, index: int, local: str) -> Write:
        """Return the writer of a node's fields inside ``forward``."""

        def write(name: str) -> str:
            text = self._text(index, local, name)
            if text not in self.arguments:
                return text
            if text not in self.kept:
                self.kept.append(text)
            return f"self.{text}"

        return write

    def call_of(self, variant: int) -> str:
        """Return the call that constructs one variant."""
        given = ", ".join(f"{name}={values[variant]!r}" for name, values in self.arguments.items())
        return f"{self.name}({given})"

    def _text(self, index: int, local: str, name: str) -> str:
        values = tuple(getattr(ops_[index], name) for ops_ in self.variants)
        if len(set(values)) == 1:
            return repr(values[0])
        for argument, column in self.arguments.items():
            if column == values:
                return argument
        argument = next(n for n in self._names(local, name, values) if n not in self._taken())
        self.arguments[argument] = values
        return argument

    def _taken(self) -> set[str]:
        return _NOT_ARGUMENTS | set(self.arguments)

    def _names(self, local: str, name: str, values: tuple[Any, ...]) -> list[str]:
        own = local.replace(".", "_")
        if name not in _CHANNELS:
            return [name, f"{own}_{name}"]
        named = {"in_channels": 0, "out_channels": 1}
        ends = [n for n, i in named.items() if values == tuple(end[i] for end in self.ends)]
        return ["channels"] if len(ends) == 2 else [*ends, "width", f"{own}_width", f"{own}_{name}"]


def forms_of(graph: Graph) -> dict[str, tuple[Form, int]]:
    """Return the form of each block and the number of its variant, by the block's address."""
    forms: dict[Key, Form] = {}
    variants: dict[tuple[Key, tuple[Op, ...]], int] = {}
    found: dict[str, tuple[Form, int]] = {}
    for block in graph.blocks:
        nodes = tuple(graph.nodes_of(block))
        key, listed = _signature(nodes, block), tuple(node.op for node in nodes)
        if key not in forms:
            name = _class_name(block, nodes, {form.name for form in forms.values()})
            forms[key] = Form(name, block, [], [])
        form = forms[key]
        if (key, listed) not in variants:
            variants[key, listed] = len(form.variants)
            form.variants.append(listed)
            form.ends.append((graph.shape_of(block.entry)[0], graph.shape_of(block.exit)[0]))
        found[block.address] = form, variants[key, listed]
    return found


def _signature(nodes: tuple[Node, ...], block: Block) -> Key:
    return (
        block.title,
        tuple(
            (
                local_name(node.address, block),
                type(node.op),
                _switches(node.op),
                tuple(local_name(source, block) for source in node.inputs),
                equal_split(nodes, i),
            )
            for i, node in enumerate(nodes)
        ),
    )


def _switches(op: Op) -> tuple[bool, ...]:
    values = (getattr(op, f.name) for f in fields(op))
    return tuple(value for value in values if isinstance(value, bool))


def _class_name(block: Block, nodes: tuple[Node, ...], taken: set[str]) -> str:
    base = "".join(part.capitalize() for part in block.kind.split("_"))
    on_shortcut = [node.op for node in nodes if node.address in block.shortcut]
    if any(isinstance(op, ops.Conv2d) for op in on_shortcut):
        base += "Projected"
    elif on_shortcut:
        base += "Adapted"
    number = 2
    name = base
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name
