"""Grad-CAM: where do two trained networks look?"""

import streamlit as st

from explorer.ui import panels
from explorer.ui.cam_choices import choose_runs
from explorer.ui.cam_lab import lab, nothing_to_compare
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _

runs = finished_runs()
words, choice = st.columns((1, 1.3), vertical_alignment="bottom")
with words:
    panels.title(_("Where do they look?"), _("Same image, same class, same stride, one scale."))
if len(runs) < 2:
    nothing_to_compare(len(runs))
else:
    with choice:
        a, b = choose_runs(runs)
    lab(a, b)
