"""The statements of a ``forward``: short chains nested, names reused when their value is spent."""

from __future__ import annotations

import keyword
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.export.calls import call, equal_split, is_infix
from explorer.ir.ops import PadChannels, Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from explorer.export.calls import Write
    from explorer.ir.graph import Node

MAX_NESTED = 3
"""As in relu(bn(conv(x))); deeper nesting is hard to read."""
_RESERVED = {"self", "torch", "nn", "F", "drop_path"}


@dataclass(slots=True)
class Flow:
    """Writes the statements for consecutive nodes.

    Attributes:
        nodes: What is computed, in order.
        exit: Address of what is returned.
        name_of: From an address to its name in the class.
        path_of: From an address to the expression of its module.
        write: From a node's position to the writer of its fields.
        usual: Name of most values.
        shortcut: Addresses whose values are called ``shortcut``.
    """

    nodes: Sequence[Node]
    exit: str
    name_of: Callable[[str], str]
    path_of: Callable[[str], str]
    write: Callable[[int], Write]
    usual: str = "out"
    shortcut: Collection[str] = ()
    _text: dict[str, str] = field(default_factory=dict[str, str])
    _depth: Counter[str] = field(default_factory=Counter[str])
    _holds: dict[str, str] = field(default_factory=dict[str, str])

    def statements(self, entry: str, name: str = "x") -> list[str]:
        """Return the statements for a value that enters under a name, without the return."""
        self._text[entry], self._holds[name] = name, entry
        uses = Counter(source for node in self.nodes for source in node.inputs)
        last = {source: i for i, node in enumerate(self.nodes) for source in node.inputs}
        last[self.exit] = len(self.nodes)
        lines: list[str] = []
        for i, node in enumerate(self.nodes):
            if node.address in self._text:
                continue
            if number := equal_split(self.nodes, i):
                lines.append(self._split(self.nodes[i : i + number]))
                continue
            text = self._call(i, node)
            depth = 1 + max(self._depth[source] for source in node.inputs)
            if depth < MAX_NESTED and uses[node.address] == 1 and self._is_argument(i):
                self._text[node.address], self._depth[node.address] = text, depth
                continue
            variable = self._variable(node, {a for a, stop in last.items() if stop > i})
            lines.append(f"{variable} = {text}")
            self._text[node.address], self._holds[variable] = variable, node.address
        return lines

    @property
    def result(self) -> str:
        """Return the name of what is returned."""
        return self._text[self.exit]

    def _call(self, index: int, node: Node) -> str:
        sources = [self._text[source] for source in node.inputs]
        return call(node.op, self.path_of(node.address), sources, self.write(index))

    def _split(self, slices: Sequence[Node]) -> str:
        names = [_identifier(self.name_of(node.address)) for node in slices]
        source = self._text[slices[0].inputs[0]]
        for node, name in zip(slices, names, strict=True):
            self._text[node.address], self._holds[name] = name, node.address
        return f"{', '.join(names)} = {source}.chunk({len(names)}, dim=1)"

    def _is_argument(self, index: int) -> bool:
        """Return whether the value of a node can stand inside the call of the next node."""
        if index + 1 == len(self.nodes) or self.nodes[index].address == self.exit:
            return False
        following = self.nodes[index + 1]
        takes = not (is_infix(following.op) or isinstance(following.op, Slice | PadChannels))
        return takes and following.inputs == (self.nodes[index].address,)

    def _variable(self, node: Node, live: set[str]) -> str:
        own = _identifier(self.name_of(node.address))
        usual = "shortcut" if node.address in self.shortcut else self.usual
        wanted = own if isinstance(node.op, Slice) else usual
        return own if self._holds.get(wanted) in live else wanted


def _identifier(name: str) -> str:
    """Return a local variable's name that hides nothing the file uses."""
    text = name.replace(".", "_")
    return f"{text}_" if text in _RESERVED or keyword.iskeyword(text) else text
