"""Every error that a person may see says what to do as well."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CLASSES = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, errors.ExplorerError)
}


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CLASSES:
            yield node


def has_hint(call: ast.Call) -> bool:
    given = [*call.args[1:2], *(k.value for k in call.keywords if k.arg in {"hint", None})]
    return any(not (isinstance(one, ast.Constant) and not one.value) for one in given)


def test_every_error_comes_with_a_hint() -> None:
    seen, silent = 0, list[str]()
    for path in sorted((ROOT / "explorer").rglob("*.py")):
        for call in calls(path):
            seen += 1
            if not has_hint(call):
                silent.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert seen > 300
    assert not silent, "\n".join(silent)
