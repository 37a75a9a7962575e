"""Grad-CAM: where do two trained networks look?"""

import streamlit as st

from explorer.ui import cam_lab, panels
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _

runs = finished_runs()
words, choice = st.columns((1, 1), vertical_alignment="bottom")
with words:
    panels.title(_("Where do they look?"), _("Same image, same class, same stride, one scale."))
if len(runs) < 2:
    cam_lab.nothing_to_compare(len(runs))
else:
    with choice:
        a, b = cam_lab.choose_runs(runs)
    cam_lab.lab(a, b)
