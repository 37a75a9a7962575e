"""Grad-CAM: where do two trained networks look?"""

import streamlit as st

from explorer.ui import panels, pretrained
from explorer.ui.cam_choices import choose_runs
from explorer.ui.cam_lab import nothing_to_compare, sections
from explorer.ui.finished import finished_runs
from explorer.ui.header import link_button
from explorer.ui.i18n import _
from explorer.ui.sections import open_section

found = finished_runs()
runs = {id_: run for id_, run in found.items() if not run.segments}
words, choice, button = st.columns((1, 1.3, 0.22), vertical_alignment="bottom")
with words:
    panels.title(_("Where do they look?"), _("Same image, same class, same stride, one scale."))
with button, st.container(horizontal=True, horizontal_alignment="right"):
    link_button()
if len(runs) < len(found):
    panels.note(
        _("Networks that segment are left out: a map here explains the one class of a whole image.")
    )
if len(runs) < 2:
    nothing_to_compare(len(runs))
else:
    with choice:
        shown = choose_runs(runs)
    pretrained.watch()
    open_section(sections(shown, runs), "cam-view")
