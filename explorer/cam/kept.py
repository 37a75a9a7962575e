"""Maps that a job has made, as files of its folder; reading them needs no torch."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.cam.compare import Answer, Comparison, Side, disagreement
from explorer.cam.layers import Layer
from explorer.errors import DataError
from explorer.store.runs import write_atomic
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KIND = "maps"
WORDS, MAPS = "maps.json", "maps.npz"


def keep(found: Sequence[Comparison], folder: Path) -> None:
    """Write comparisons that share their first network into a folder."""
    sides = [found[0].a, *(one.b for one in found)]
    first = found[0]
    words = {
        "target": first.target,
        "label": first.label,
        "method": first.method,
        "method_title": first.method_title,
        "sides": [
            {
                "title": side.title,
                "layer": side.layer._asdict(),
                "logit": side.logit,
                "probability": side.probability,
                "rank": side.rank,
                "top": [list(answer) for answer in side.top],
            }
            for side in sides
        ],
    }
    file = io.BytesIO()
    arrays: dict[str, Any] = {"image": first.image}
    arrays |= {f"map{i}": side.heat for i, side in enumerate(sides)}
    np.savez(file, **arrays)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / MAPS, file.getvalue())
    write_atomic(folder / WORDS, json.dumps(words, ensure_ascii=False).encode())


def kept(folder: Path) -> tuple[Comparison, ...]:
    """Read them again.

    Raises:
        DataError: There are none, or they cannot be read.
    """
    try:
        words: dict[str, Any] = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        with np.load(folder / MAPS, allow_pickle=False) as arrays:
            image = arrays["image"]
            first, *others = (_side(one, arrays[f"map{i}"]) for i, one in enumerate(words["sides"]))
        asked = {name: words[name] for name in ("target", "label", "method", "method_title")}
        return tuple(
            Comparison(image=image, a=first, b=b, disagreement=disagreement(first, b), **asked)
            for b in others
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(_("These maps cannot be read."), _("Compute them again.")) from None


def _side(words: dict[str, Any], heat: Any) -> Side:  # noqa: ANN401 - an array of a file
    return Side(
        words["title"],
        Layer(**words["layer"]),
        np.asarray(heat, np.float32),
        float(words["logit"]),
        float(words["probability"]),
        int(words["rank"]),
        tuple(Answer(str(name), float(p)) for name, p in words["top"]),
    )
