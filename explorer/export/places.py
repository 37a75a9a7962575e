"""Where a module is kept, so that the names in the state dict are the graph's addresses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LIST, _DICT, _MODULE = "nn.ModuleList()", "nn.ModuleDict()", "nn.Module()"


class Places:
    """Containers for the dotted names of one class.

    Numbered parts without a gap are a list, with gaps a dictionary, others attributes.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Find the containers that these names need."""
        parts: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            scope = ""
            for part in name.split("."):
                if part not in parts[scope]:
                    parts[scope].append(part)
                scope = f"{scope}.{part}".lstrip(".")
        self._kinds = {scope: _kind(children) for scope, children in parts.items()}
        self._made: set[str] = set()

    def path(self, name: str) -> str:
        """Return the expression for a module, such as ``self.downsample[0]``."""
        text, scope = "self", ""
        for part in name.split("."):
            kind = self._kinds[scope]
            text += {_LIST: f"[{part}]", _DICT: f'["{part}"]'}.get(kind, f".{part}")
            scope = f"{scope}.{part}".lstrip(".")
        return text

    def statements(self, name: str, text: str) -> Iterator[str]:
        """Yield the statements that keep a module under its name, containers first."""
        parts = name.split(".")
        for stop in range(1, len(parts)):
            scope = ".".join(parts[:stop])
            if scope not in self._made:
                self._made.add(scope)
                yield self._keep(scope, self._kinds[scope])
        yield self._keep(name, text)

    def _keep(self, name: str, text: str) -> str:
        scope, _, _ = name.rpartition(".")
        if self._kinds[scope] == _LIST:
            return f"{self.path(scope)}.append({text})"
        return f"{self.path(name)} = {text}"


def _kind(children: list[str]) -> str:
    if not any(child.isdigit() for child in children):
        return _MODULE
    return _LIST if children == [str(i) for i in range(len(children))] else _DICT
