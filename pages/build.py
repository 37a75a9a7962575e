"""Build: change a network; graph, costs and paths follow."""

import streamlit as st

from explorer.ui.assembler import editor
from explorer.ui.breakdown import cost_tables
from explorer.ui.costs import cost_strip
from explorer.ui.header import title_row
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _
from explorer.ui.node_card import node_card
from explorer.ui.path_charts import path_charts
from explorer.ui.pictures import network_stage
from explorer.ui.stages import stages
from explorer.ui.state import hand
from explorer.ui.trouble import trouble

now = hand()
header, strip = st.container(), st.container()
if hidden("form"):
    right = st.container()
else:
    left, right = st.columns((1, 2.9), gap="medium")
    with left:
        editor(now)
with right, st.container(key="network-and-stages"):
    # In a place of its own, so that what follows keeps its state when it comes and goes.
    with st.container():
        trouble(now)
    network_stage(now)
    if not hidden("form"):
        stages(now)
    node_card(now)
    if not hidden("paths"):
        path_charts(now)
    if not hidden("tables"):
        cost_tables(now)
with header:
    title_row(now, _("Change a stage; every number follows."), builds=True)
if not hidden("costs"):
    with strip:
        cost_strip(now)
