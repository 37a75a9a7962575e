"""Maps and where they come from as files: the raw numbers, and everything that made them."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from explorer.cam.methods import METHODS
from explorer.figures.cam_row import sides_of
from explorer.figures.cam_scale import scale_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from explorer.cam.compare import Comparison
    from explorer.cam.measure.agreement import Noise
    from explorer.store.runs import RunRecord

_PACKAGES = ("torch", "numpy", "pillow", "captum")


class Origin(NamedTuple):
    """What the maps of a comparison come from.

    Attributes:
        records: Of the runs, in the order of the networks.
        weights: SHA-256 of the files of weights.
        image: What the image is called.
        scale: Key of the scale on which the maps are shown.
        noise: How far seeds of one network are apart; None where it is not known.
    """

    records: tuple[RunRecord, ...]
    weights: tuple[str, ...]
    image: str
    scale: str
    noise: Noise | None = None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def maps_npz(comparisons: Sequence[Comparison]) -> bytes:
    """Return the signed raw maps as NPZ: ``a``, ``b`` ... each (h, w) float32, and ``image``."""
    maps = {
        name: side.heat.astype(np.float32)
        for name, side in zip("abcd", sides_of(comparisons), strict=False)
    }
    file = io.BytesIO()
    arrays: dict[str, Any] = {"image": comparisons[0].image, **maps}
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def provenance(comparisons: Sequence[Comparison], origin: Origin) -> bytes:
    """Return everything about maps as JSON: question, answers, networks, weights, versions."""
    first = comparisons[0]
    method = METHODS[first.method]
    found: dict[str, Any] = {
        "question": {
            "class": first.target,
            "true_class": first.label,
            "score": "logit of the class",
            "method": first.method,
            "definition": method.definition,
            "paper": method.paper,
            "scale": {"name": origin.scale, "caption": scale_of(origin.scale).caption},
            "enlarged": "bilinear, corners not aligned",
        },
        "image": {
            "name": origin.image,
            "size": int(first.image.shape[0]),
            "sha256_of_pixels": hashlib.sha256(first.image.tobytes()).hexdigest(),
        },
        "networks": [
            {
                "name": name,
                "title": record.title,
                "seed": record.seed,
                "spec": record.spec.model_dump(mode="json", exclude_defaults=True),
                "spec_digest": record.spec.digest,
                "weights_sha256": digest,
                "data": record.data.model_dump(mode="json"),
                "recipe": record.recipe,
                "environment_of_training": record.environment,
                "accuracy": record.result and record.result.accuracy,
            }
            for name, record, digest in zip("ABCD", origin.records, origin.weights, strict=False)
        ],
        "comparisons": [one.as_dict() for one in comparisons],
        "noise_of_seeds": origin.noise and asdict(origin.noise),
        "versions": {name: _version(name) for name in _PACKAGES},
    }
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
