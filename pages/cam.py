"""Grad-CAM: where do two trained networks look?"""

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached, cam_lab, guard, panels
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _

runs = finished_runs()
words, choice = st.columns((1, 1), vertical_alignment="bottom")
with words:
    panels.title(_("Where do they look?"), _("Same image, same class, same stride, one scale."))
if len(runs) < 2:
    cam_lab.nothing_to_compare(len(runs))
    st.stop()
with choice:
    a, b = cam_lab.choose_runs(runs)
left, right = st.columns((1, 3.4), gap="medium")
try:
    with left:
        image, knows_class = cam_lab.image_choice(a)
        target, layer, method = cam_lab.question(a, knows_class=knows_class)
        how = cam_lab.view()
    with right:
        found = cached.cam_pair(
            (a.stamp, b.stamp),
            image,
            run_a=str(a.folder),
            run_b=str(b.folder),
            target=target,
            layer=layer.name,
            method=method,
        )
        cam_lab.show(found, how)
except ExplorerError as error:
    with right:
        guard.show(error)
