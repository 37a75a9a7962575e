"""``presets``: the published networks by name."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from explorer.analysis.cost import cost
from explorer.cli.commands import Output
from explorer.spec.presets import Preset, presets
from explorer.units import quantity

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_HEAD = """# Presets

Every network that has a name here, with exact counts. MACs are multiply-adds of convolutions and
linear layers for one image of the stated side; one MAC is two FLOPs.
Written by `python -m explorer presets --markdown`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of the format."""
    parser.add_argument(
        "--markdown", action="store_true", help="print docs/presets.md, with parameters and MACs"
    )


def run(arguments: argparse.Namespace) -> Output:
    """List the presets."""
    found = list(presets().values())
    data = [{"name": p.name, "title": p.title, "family": p.family, "line": p.line} for p in found]
    text = markdown() if arguments.markdown else "\n".join(_lines(found))
    return Output({"presets": data}, text)


def _lines(found: list[Preset]) -> Iterator[str]:
    width = max(len(p.name) for p in found)
    for family, members in _by_family(found):
        yield family
        yield from (f"  {p.name:<{width}}  {p.line}" for p in members)


def markdown() -> str:
    """Return the text of ``docs/presets.md``."""
    return "\n".join((_HEAD, *_tables())).rstrip()


def _tables() -> Iterator[str]:
    for family, members in _by_family(list(presets().values())):
        yield f"## {family}\n"
        yield "| name | network | parameters | MACs | image | |"
        yield "|---|---|---:|---:|---:|---|"
        for p in members:
            total = cost(p.spec)
            yield (
                f"| `{p.name}` | {p.title} | {quantity(total.params)} | {quantity(total.macs)} "
                f"| {p.spec.image_size} px | {p.line} |"
            )
        yield ""


def _by_family(found: list[Preset]) -> list[tuple[str, list[Preset]]]:
    order = list(dict.fromkeys(p.family for p in found))
    members = sorted(found, key=lambda p: order.index(p.family))
    return [(family, list(group)) for family, group in groupby(members, lambda p: p.family)]
