"""The entry point: `streamlit run app.py`, or any ASGI server with `app:app`.

The script that draws the pages is ``explorer/ui/frame.py``: a ``pages/`` folder beside a plain
main script would put Streamlit into its older multi-page mode and break deep links.
"""

import streamlit as st

from explorer.ui.server import FRAME, lifespan, middleware, routes

app = st.App(FRAME, lifespan=lifespan, routes=routes(), middleware=middleware())
