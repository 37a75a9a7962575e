"""Experiments that expose: sets in which something beside the shape gives the class away.

A network trained where the cue goes with the class is as good or better there, and fails where
the two are at odds; a network trained without the cue does not mind. Maps show which is which.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from explorer.data.shapes import PRESETS, ShapesConfig, draw, sample
from explorer.data.shapes.colour import marker_colour
from explorer.data.shapes.config import CLASSES, TEXTURES
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explorer.data.shapes.scene import Scene

Which = Literal["aligned", "conflict"]


@dataclass(frozen=True)
class Experiment:
    """What is trained on what, to show one cue at work.

    Attributes:
        title: What it is called.
        question: What it answers, in one sentence.
        cue: ``marker``: a square in a corner; ``texture``: the fill of the object itself.
        data: The data set to train on, where the cue goes with the class.
        control: The data set to train the other run on, where it does not.
        at_odds: What of the settings is changed so that the cue always names another class.
    """

    title: str
    question: str
    cue: Literal["marker", "texture"]
    data: str
    control: str
    at_odds: ShapesConfig

    def config(self, which: Which, image_size: int) -> ShapesConfig:
        """Return the settings of the aligned images, or of those at odds with the cue."""
        chosen = PRESETS[self.data] if which == "aligned" else self.at_odds
        return replace(chosen, image_size=image_size)


@dataclass(frozen=True, eq=False)
class Trial:
    """Test images with what their cue says.

    Attributes:
        images: ``(N, H, W, 3)`` uint8, RGB.
        labels: ``(N,)`` class indices.
        masks: ``(N, H, W)`` bool, True on the object.
        cue_masks: ``(N, H, W)`` bool, True on the marker; the object where the cue is its texture.
        named: ``(N, num_classes)`` bool, the classes that the cue speaks for.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    masks: NDArray[np.bool_]
    cue_masks: NDArray[np.bool_]
    named: NDArray[np.bool_]


EXPERIMENTS = {
    "clever-hans": Experiment(
        "Clever Hans",
        "Does the network look at the shape, or at the marker that gives the class away?",
        "marker",
        "shapes-clever-hans",
        "shapes",
        replace(PRESETS["shapes-clever-hans"], rho=0.0),
    ),
    "texture": Experiment(
        "Texture or shape",
        "Does the network answer by the shape, or by the texture that mostly goes with it?",
        "texture",
        "shapes-texture",
        "shapes",
        replace(PRESETS["shapes-texture"], tex_rho=0.0),
    ),
}


def experiment_of(name: str) -> Experiment:
    """Return an experiment by its key in ``EXPERIMENTS``.

    Raises:
        DataError: There is no such experiment.
    """
    if name not in EXPERIMENTS:
        raise DataError(
            _("There is no experiment {name!r}.").format(name=name),
            _("Choose {names}.").format(names=", ".join(EXPERIMENTS)),
        )
    return EXPERIMENTS[name]


def trial(
    name: str, which: Which, indices: Sequence[int], *, seed: int = 0, image_size: int = 64
) -> Trial:
    """Draw test images of an experiment, under a millisecond or so each.

    Args:
        name: A key of ``EXPERIMENTS``.
        which: ``aligned``: the cue as in training; ``conflict``: it names another class.
        indices: Places in the test split, from 0.
        seed: Of the data.
        image_size: Height and width [px].

    Raises:
        DataError: No such experiment, or an argument out of range.
    """
    experiment = experiment_of(name)
    config = experiment.config(which, image_size)
    scenes = [sample(config, seed, "test", index) for index in indices]
    drawn = [draw(scene) for scene in scenes]
    masks = np.array([mask for _, mask in drawn])
    has_marker = experiment.cue == "marker"
    return Trial(
        np.array([image for image, _ in drawn]),
        np.array([scene.label for scene in scenes], np.int64),
        masks,
        np.array([marker_mask(scene) for scene in scenes]) & ~masks if has_marker else masks,
        np.array([_named(scene, experiment.cue) for scene in scenes]),
    )


def marker_mask(scene: Scene) -> NDArray[np.bool_]:
    """Return the square of a scene's marker, ``(H, W)``; nothing where it has no marker."""
    mask = np.zeros((scene.image_size, scene.image_size), dtype=bool)
    if scene.marker is not None:
        left, top, side = scene.marker.left, scene.marker.top, scene.marker.side
        mask[top : top + side, left : left + side] = True
    return mask


def _named(scene: Scene, cue: str) -> list[bool]:
    if cue == "texture":
        texture = scene.targets[0].fill.texture
        return [label % len(TEXTURES) == texture for label in range(len(CLASSES))]
    assert scene.marker is not None
    return [marker_colour(label) == scene.marker.colour for label in range(len(CLASSES))]
