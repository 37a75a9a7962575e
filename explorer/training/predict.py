"""What a trained network makes of held-out images; called in the compute pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from explorer.data import samples
from explorer.data.segmentation import MaskedImage
from explorer.errors import DataError
from explorer.training.augment import Normalise
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence


def predicted_masks(run: str, places: Sequence[int]) -> tuple[MaskedImage, ...]:
    """Return held-out images of a run's data with their true and predicted masks.

    Args:
        run: Folder of a run whose network segments.
        places: Which of the held-out images, from 0; counted round at the end.

    Raises:
        DataError: No run, its network does not segment, or its data is no longer there.
        WeightsError: The run has no weights.
    """
    network, record = load_run(Path(run))
    if record.spec.head.kind != "segment":
        raise DataError(
            _("{title} names one class for a whole image, so it has no masks to show.").format(
                title=record.title
            ),
            _("Choose a run whose head segments."),
        )
    data, count = record.data, record.result.num_images if record.result else 1
    rows = [place % count for place in places]
    found = samples(data.name, rows, seed=data.seed, image_size=data.image_size)
    images = np.stack([sample.image for sample in found])
    normalise = Normalise(data.mean, data.std, torch.device("cpu"), torch.contiguous_format)
    network.eval()
    with torch.inference_mode():
        answers = network(normalise(torch.from_numpy(images))).argmax(1).to(torch.uint8).numpy()
    return tuple(
        MaskedImage(sample.image, np.array(sample.pixels), answer)
        for sample, answer in zip(found, answers, strict=True)
        if sample.pixels is not None
    )
