"""Unravel: the paths of the network in hand, and how long they are."""

import streamlit as st

from explorer.ui.header import title_row
from explorer.ui.i18n import _
from explorer.ui.path_charts import path_length_chart
from explorer.ui.state import hand
from explorer.ui.unravelled import path_strip, unravelled_paths

now = hand()
title_row(now, _("n residual blocks are 2ⁿ paths: each block is gone through or past."))
path_strip(now)
left, right = st.columns((2.2, 1), gap="medium")
with left:
    unravelled_paths(now)
with right:
    path_length_chart(now)
