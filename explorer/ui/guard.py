"""The last net: whatever goes wrong is one sentence on the page, never a traceback."""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Generator

log = logging.getLogger(__name__)


def show(error: ExplorerError) -> None:
    """Show what is wrong and what to do."""
    st.error(f"**{_escape(error.message)}** {_escape(error.hint)}", icon=":material/error:")


def _escape(text: str) -> str:
    """Keep a message from being read as Markdown: it may quote what a person typed."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+!|<>$~:" else c for c in text)


@contextmanager
def guard() -> Generator[None]:
    """Turn an exception of a page into a sentence; the unexpected is logged under a number."""
    try:
        yield
    except ExplorerError as error:
        show(error)
    except Exception:
        number = secrets.token_hex(4)
        log.exception("Unexpected error %s", number)
        st.error(
            _(
                "Something went wrong here. Your network is safe. Error {number}, see the log."
            ).format(number=number),
            icon=":material/error:",
        )
