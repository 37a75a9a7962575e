"""Unravel: the paths of the network in hand, and what follows from them."""

import streamlit as st

from explorer.ui.header import title_row
from explorer.ui.i18n import _
from explorer.ui.sections import open_section
from explorer.ui.state import hand
from explorer.ui.unravel_page import sections
from explorer.ui.unravelled import path_strip

now = hand()
title_row(now, _("One network, many paths."))
with st.container(gap="small"):
    path_strip(now)
    open_section(sections(now), "unravel-view")
