"""Whether a trained run follows a cue instead of the shape; called in the compute pool."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.cam.core import explain
from explorer.cam.layers import require_classifier
from explorer.cam.measure.localisation import localisation
from explorer.cam.measure.statistics import NUM_RESAMPLES, Interval, Resamples, interval, mean
from explorer.cam.pair import Subject, prepared
from explorer.data.experiments import experiment_of, trial
from explorer.data.shapes.config import CLASSES
from explorer.errors import DataError
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data.experiments import Trial, Which

NUM_IMAGES = 240
BATCH = 60


@dataclass(frozen=True)
class Exposure:
    """What a run makes of images whose cue agrees with the shape, or is at odds with it.

    Intervals are over images; all are of this one run.

    Attributes:
        which: ``aligned`` or ``conflict``.
        num_images: How many.
        accuracy: Answers that name the shape, 0..1.
        follows_cue: Answers that name a class that the cue speaks for, 0..1.
        energy_object: Share of the heat on the object.
        object_area: The same for a uniform map.
        energy_cue: Share of the heat on the marker; None where the cue is a texture.
        cue_area: The same for a uniform map; None likewise.
    """

    which: Which
    num_images: int
    accuracy: Interval
    follows_cue: Interval
    energy_object: Interval
    object_area: float
    energy_cue: Interval | None
    cue_area: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types; an interval is a list of value, low and high."""
        return asdict(self)


def exposed(
    run: str,
    experiment: str,
    *,
    num_images: int = NUM_IMAGES,
    seed: int = 0,
    method: str = "gradcam",
    layer: str | None = None,
) -> tuple[Exposure, Exposure]:
    """Test a run on aligned and on conflicting images, and see where it looks.

    The maps explain what the run answers, because that is what is to be found out.

    Args:
        run: Folder of the run.
        experiment: A key of ``EXPERIMENTS``.
        num_images: Of each kind.
        seed: Of the resampling.
        method: A key of ``METHODS``.
        layer: As in ``Question``.

    Raises:
        ExplorerError: The run or the experiment cannot be used.
    """
    network, record = load_run(Path(run))
    require_classifier(network.graph, record.title)
    experiment_of(experiment)
    if num_images < 1:
        raise DataError(
            _("There is nothing to measure on no image."), _("Ask for 200 images or more.")
        )
    if record.data.classes != CLASSES:
        raise DataError(
            _("{run} was not trained on shapes.").format(run=record.title),
            _("Choose a run on shapes, shapes-clever-hans or shapes-texture."),
        )
    subject = Subject(network.requires_grad_(requires_grad=False), record)
    size, data_seed = record.data.image_size, record.data.seed
    kinds: tuple[Which, Which] = ("aligned", "conflict")
    first, second = (
        _exposure(
            subject,
            which,
            trial(experiment, which, range(num_images), seed=data_seed, image_size=size),
            (method, layer, seed),
            has_marker=experiment_of(experiment).cue == "marker",
        )
        for which in kinds
    )
    return first, second


def _exposure(
    subject: Subject,
    which: Which,
    images: Trial,
    how: tuple[str, str | None, int],
    *,
    has_marker: bool,
) -> Exposure:
    method, layer, seed = how
    address = subject.layer(layer, method).address
    pixels = prepared(images.images, subject.record.data)
    found = [
        explain(subject.network, part, [address], None, method) for part in pixels.split(BATCH)
    ]
    answers = np.concatenate([one.target.numpy() for one in found])
    heat = np.concatenate([one.heat[address].numpy() for one in found])
    count = len(answers)
    draws = Resamples(1, 1, count, seed=seed, count=NUM_RESAMPLES // 5).images / count

    def estimate(values: NDArray[np.generic]) -> Interval:
        numbers = values.astype(np.float64)
        return interval(mean(numbers), draws @ numbers)

    on_object = localisation(heat, images.masks)
    on_cue = localisation(heat, images.cue_masks) if has_marker else None
    return Exposure(
        which,
        count,
        estimate(answers == images.labels),
        estimate(images.named[np.arange(count), answers]),
        estimate(on_object.energy),
        mean(on_object.energy_floor),
        on_cue and estimate(on_cue.energy),
        on_cue and mean(on_cue.energy_floor),
    )
