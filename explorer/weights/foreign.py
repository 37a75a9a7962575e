"""Load a state dict of another library, and say exactly what became of each name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from explorer.builder import Network, build
from explorer.errors import WeightsError
from explorer.units import shape as show
from explorer.weights.files import Contents, opened
from explorer.weights.keymaps import KEY_MAPS, KeyMap
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from explorer.spec import NetworkSpec

_COUNTER = "num_batches_tracked"
_PARALLEL = "module."


class Report(NamedTuple):
    """What became of the names.

    Attributes:
        names: Whose names they are.
        matched: Keys that are our names.
        renamed: Our name by key, where they differ.
        left: Keys that nothing was taken from.
        missing: Our names that the file has nothing for; the counters of batch norm, which older
            files lack and evaluation does not need, are not counted.
    """

    names: str
    matched: tuple[str, ...]
    renamed: Mapping[str, str]
    left: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether every weight of the network came from the file."""
        return not self.missing


class Loaded(NamedTuple):
    """A network with the weights of a file, in evaluation mode on the CPU, and the report."""

    network: Network
    report: Report


def load(spec: NetworkSpec, path: Path) -> Loaded:
    """Return a network with the weights of a file; what is missing keeps its initial value.

    Names and shapes are compared with a network without memory before any value is copied.

    Raises:
        ShapeError: The network cannot be built.
        WeightsError: The file cannot be used, nothing in it belongs to the network, a shape
            differs, or a value is not finite.
    """
    with torch.device("meta"):
        expected = {name: tuple(t.shape) for name, t in build(spec).state_dict().items()}
    with opened(path) as contents:
        report, sources = _matched(contents, expected)
        _check_shapes(contents, expected, sources)
        network = build(spec)
        _fill(network.state_dict(), contents, sources)
    return Loaded(network.eval(), report)


def _matched(
    contents: Contents, expected: Mapping[str, tuple[int, ...]]
) -> tuple[Report, dict[str, str]]:
    """Return the report and the key for each of our names that the file has."""
    keys = tuple(contents.shapes)
    key_map = max(KEY_MAPS, key=lambda m: len({_ours(m, k) for k in keys} & expected.keys()))
    sources: dict[str, str] = {}
    for key in keys:
        ours = _ours(key_map, key)
        if ours in expected:
            sources.setdefault(ours, key)
    if not sources:
        raise WeightsError(
            _("Nothing in this file belongs to the network."),
            _("Choose the network it was trained as."),
        )
    taken = set(sources.values())
    return (
        Report(
            names=key_map.title,
            matched=tuple(ours for ours, key in sources.items() if ours == key),
            renamed={key: ours for ours, key in sources.items() if ours != key},
            left=(*(key for key in keys if key not in taken), *contents.others),
            missing=tuple(
                name for name in expected if name not in sources and not name.endswith(_COUNTER)
            ),
        ),
        sources,
    )


def _ours(key_map: KeyMap, key: str) -> str:
    return key_map.rename(key.removeprefix(_PARALLEL))


def _check_shapes(
    contents: Contents, expected: Mapping[str, tuple[int, ...]], sources: Mapping[str, str]
) -> None:
    for ours, key in sources.items():
        found, wanted = contents.shapes[key], expected[ours]
        # Some libraries write the classifier as a 1x1 convolution.
        if found not in {wanted, (*wanted, 1, 1)}:
            raise WeightsError(
                _("{key} is {found} in the file and {wanted} in the network.").format(
                    key=key, found=_sides(found), wanted=_sides(wanted)
                ),
                _("Choose the network it was trained as, with the same number of classes."),
            )


def _sides(dims: tuple[int, ...]) -> str:
    return show(dims) if len(dims) != 3 and dims else _("a number") if not dims else str(dims)


def _fill(state: Mapping[str, Tensor], contents: Contents, sources: Mapping[str, str]) -> None:
    for ours, key in sources.items():
        values, target = contents.read(key), state[ours]
        if values.is_floating_point() != target.is_floating_point() or values.is_complex():
            raise WeightsError(
                _("{key} has values of another kind: {kind}.").format(key=key, kind=values.dtype),
                _("Choose the network that the file was saved from."),
            )
        if not bool(torch.isfinite(values).all()):
            raise WeightsError(
                _("{key} has values that are not finite.").format(key=key),
                _("Its training went wrong; use another."),
            )
        if ours.endswith("running_var") and bool((values < 0).any()):
            raise WeightsError(
                _("{key} has negative variances.").format(key=key), _("Use another file.")
            )
        target.copy_(values.view(target.shape))
