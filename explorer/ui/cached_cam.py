"""The caches of maps: ``cached`` is full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from explorer import compute
from explorer.cam import layers as cam_layers
from explorer.ui.cached import FIRST_READ, network, spoken

if TYPE_CHECKING:
    from explorer.cam.breakdown import Breakdown
    from explorer.cam.compare import Comparison
    from explorer.cam.measure.agreement import Noise
    from explorer.cam.measure.cues import Exposure
    from explorer.spec.model import NetworkSpec


@st.cache_resource(max_entries=64, show_spinner=False)
def common_layers(specs: tuple[NetworkSpec, ...]) -> tuple[cam_layers.Layer, ...]:
    """Return the tensors that networks share, so that their maps can be compared there."""
    return cam_layers.common_layers([network(spec)[0] for spec in specs])


@spoken
@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def cam_several(
    language: str,
    stamps: tuple[str, ...],
    image: bytes | tuple[str, int],
    arguments: dict[str, Any],
) -> tuple[Comparison, ...]:
    """Return the maps of two to four runs on one image, computed in the compute pool.

    Args:
        language: Of the reader.
        stamps: What identifies the weights: the same folder may be trained again.
        image: An image file, or a data set with the place of a held-out image.
        arguments: Passed to ``explorer.cam.task:several``.
    """
    del language, stamps
    return compute.run("explorer.cam.task:several", image=image, **arguments)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def cam_noise(
    stamps: tuple[str, ...],
    groups: tuple[tuple[str, ...], ...],
    data: str,
    layer: str,
    method: str,
    num_images: int,
) -> Noise | None:
    """Return how far seeds of networks are apart, computed in the compute pool.

    Args:
        stamps: What identifies the weights.
        groups: As for ``explorer.cam.task:noise``, like everything else.
        data: The data set.
        layer: Of the maps.
        method: A key of ``METHODS``.
        num_images: Held-out images.
    """
    del stamps
    return compute.run(
        "explorer.cam.task:noise",
        deadline=FIRST_READ,
        groups=groups,
        data=data,
        layer=layer,
        method=method,
        num_images=num_images,
    )


@st.cache_data(max_entries=16, ttl=3600, show_spinner=False)
def cam_cues(stamp: str, folder: str, experiment: str) -> tuple[Exposure, Exposure]:
    """Return what a run makes of a cue, computed in the compute pool."""
    del stamp
    return compute.run(
        "explorer.cam.measure.cues:exposed", deadline=FIRST_READ, run=folder, experiment=experiment
    )


@spoken
@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def cam_parts(
    language: str,
    stamp: str,
    image: bytes | tuple[str, int],
    arguments: dict[str, str | bool | None],
) -> Breakdown:
    """Return a logit of a run taken apart at one block, computed in the compute pool.

    Args:
        language: Of the reader.
        stamp: What identifies the weights.
        image: As for ``cam_several``.
        arguments: Passed to ``explorer.cam.task:breakdown``.
    """
    del language, stamp
    asked = cast("dict[str, Any]", arguments)
    return compute.run("explorer.cam.task:breakdown", image=image, **asked)
