"""Grad-CAM of two runs on one image: the choices, the four pictures, the numbers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.stages import stage_outputs
from explorer.cam.methods import METHODS
from explorer.figures.cam_panels import panels as draw
from explorer.figures.cam_picture import pair_picture
from explorer.figures.cam_scale import SCALES, scale_of, written
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.ui import cached, nav, panels, urls
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.ui.urls import Param
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.cam.compare import Comparison, Side
    from explorer.ui.finished import Run
