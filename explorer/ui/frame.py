"""The script of every rerun: page frame, navigation, link, and the page inside the guard."""

from __future__ import annotations

import streamlit as st

from explorer.ui import language, nav, panels, urls
from explorer.ui.guard import guard, show
from explorer.ui.i18n import _
from explorer.ui.lesson_strip import lesson_strip
from explorer.ui.server import ROOT
from explorer.ui.state import arrive, hand, send_again
from explorer.ui.tour import tour_strip

send_again()
language.listen()
st.set_page_config(
    page_title=_("Residual Explorer"),
    page_icon=str(ROOT / "assets" / "icon.png"),
    layout="wide",
)
st.logo(str(ROOT / "assets" / "logo.svg"), size="large")
current = st.navigation(
    [
        st.Page(page.path, title=page.title, url_path=page.name, default=page.name == "build")
        for page in nav.pages()
    ],
    position="top",
)
panels.style()
language.language_switch()
problem = urls.read(hand())
if problem:
    show(problem)
with guard():
    if current.url_path != "lessons":
        lesson_strip()
    tour_strip(current.url_path or "build")
    current.run()
urls.write(hand())
arrive()
language.write()
