"""Train: start trainings in the background and watch their curves."""

import streamlit as st

from explorer.ui.header import page_title
from explorer.ui.i18n import _
from explorer.ui.state import hand
from explorer.ui.train_form import training_form
from explorer.ui.train_page import trainings

page_title(_("Train"), _("Trainings run in the background; close the page and come back."))
left, right = st.columns((1, 2.9), gap="medium")
with left, st.container(border=True):
    training_form(hand())
with right:
    trainings()
