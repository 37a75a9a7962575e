"""What is measured about maps: the names, units, directions and definitions of the metrics."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Metric(NamedTuple):
    """One row of the table.

    Attributes:
        title: What it is called.
        better: Whether more is better, or less; ``one``: 1 is ideal; empty: neither.
        definition: One sentence.
        floor: The metric that says what chance gives; empty where there is none.
        ceiling: The metric that says what the best map of this grid gives; empty likewise.
    """

    title: str
    better: Literal["more", "less", "one", ""]
    definition: str
    floor: str = ""
    ceiling: str = ""


METRICS = {
    "pointing": Metric(
        "Pointing game",
        "more",
        "The hottest cell touches the object (Zhang et al. 2016).",
        "pointing_chance",
    ),
    "energy": Metric(
        "Energy on the object",
        "more",
        "Share of the heat on the object (Wang et al. 2020); rises with its size.",
        "energy_floor",
        "energy_ceiling",
    ),
    "energy_skill": Metric(
        "Energy between chance and the best",
        "more",
        "Energy from chance, 0, to the best map of this grid, 1.",
    ),
    "coverage": Metric(
        "Coverage", "more", "Share of the object where the map is half of its maximum or more."
    ),
    "extent": Metric(
        "Extent ratio", "one", "Area at half of the map's maximum over the object's area."
    ),
    "pixel_ap": Metric(
        "Pixel average precision",
        "more",
        "Precision over recall of the object's pixels, all thresholds (Choe et al. 2020).",
        "energy_floor",
    ),
    "insertion": Metric(
        "Insertion AUC",
        "more",
        "The class's probability while the hottest pixels come into the blurred image "
        "(Petsiuk et al. 2018).",
    ),
    "deletion": Metric(
        "Deletion AUC",
        "less",
        "The class's probability while the hottest pixels are covered (Petsiuk et al. 2018).",
    ),
    "average_drop": Metric(
        "Average drop",
        "less",
        "Share of the probability lost when only the map's part of the image stays "
        "(Chattopadhay et al. 2018).",
    ),
    "increase": Metric(
        "Increase in confidence",
        "more",
        "The probability rises when only the map's part of the image stays "
        "(Chattopadhay et al. 2018).",
    ),
}
"""What chance and the best map give; facts of images and grid, not of a network."""
LOCALISATION = ("pointing", "energy", "energy_skill", "coverage", "extent", "pixel_ap")
FAITHFULNESS = ("insertion", "deletion", "average_drop", "increase")
EVERYWHERE = "all"
STRATA = ("small", "medium", "large")
CORRECT = "correct"
"""The images that every run classifies correctly."""
PASSES_BELOW = 0.25
"""The mean rank correlation, with all weights random, up to which a method passes."""
