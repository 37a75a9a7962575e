"""The link in the address bar: the only reader and writer of the query parameters.

``arch`` a preset, or ``spec`` a token (explorer.spec.codec); ``sel`` the selected address;
``measure`` the colour of the picture. Pages add their own names to ``Param``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.analysis.measures import MEASURES
from explorer.errors import ExplorerError, UrlError
from explorer.spec.codec import decode, encode
from explorer.spec.presets import name_of, preset
from explorer.ui.i18n import _, sentences
from explorer.ui.state import is_led

if TYPE_CHECKING:
    from explorer.ui.state import Hand

MAX_VALUE = 4096
MAX_NETWORKS = 8448
"""Of the parameter that names four networks, each perhaps by a token."""


class Param(StrEnum):
    """Every query parameter the app knows."""

    ARCH = "arch"
    SPEC = "spec"
    SELECTED = "sel"
    MEASURE = "measure"
    JOB = "job"
    RUN_A = "a"
    RUN_B = "b"
    RUN_C = "c"
    RUN_D = "d"
    CLASS = "class"
    LAYER = "layer"
    METHOD = "method"
    SAMPLE = "sample"
    DATA = "data"
    VIEW = "view"
    UNIT = "unit"
    BLOCKS = "blocks"
    OPEN = "open"
    PATH = "path"
    GATE = "gate"
    PART = "part"
    AT = "at"
    TWIN = "twin"
    RUN = "run"
    EPOCH = "epoch"
    SEED = "seed"
    SEEDS = "seeds"
    IMAGES = "images"
    SIDE = "side"
    LONGEST = "longest"
    DRAWS = "draws"
    DEPTH = "depth"
    NETWORKS = "nets"
    DELETED = "deleted"
    STUDY = "study"
    SWEEP = "sweep"
    WITH = "with"
    BASE = "base"
    PICKED = "pick"
    FIELDS = "fields"
    COLOUR = "colour"
    OTHER = "other"
    EDITS = "edits"
    QUANTITY = "of"
    RUNS = "runs"
    GROUP = "group"
    AXIS = "axis"
    FIND = "find"
    SORT = "sort"
    ACROSS = "across"
    HEIGHT = "height"
    BATCH = "batch"
    DEVICE = "device"
    LESSON = "lesson"
    HIDE = "hide"
    LANGUAGE = "lang"
    TOUR = "tour"


def get(param: Param, default: str = "") -> str:
    """Return a query parameter; at most 4096 characters, where it names networks 8448."""
    longest = MAX_NETWORKS if param is Param.WITH else MAX_VALUE
    return st.query_params.get(param.value, default)[:longest]


def put(param: Param, value: str) -> None:
    """Write a query parameter; the empty string removes it."""
    if value:
        if st.query_params.get(param.value) != value:
            st.query_params[param.value] = value
    elif param.value in st.query_params:
        del st.query_params[param.value]


def _token(hand: Hand) -> tuple[Param, str]:
    name = name_of(hand.working)
    return (Param.ARCH, name) if name else (Param.SPEC, encode(hand.working))


def link(hand: Hand) -> str:
    """Return the link to the network that works, without the selection."""
    param, value = _token(hand)
    return f"{(st.context.url or '').partition('?')[0]}?{param.value}={value}"


def read(hand: Hand) -> ExplorerError | None:
    """Take the network of the link, once for each link; return what is wrong with it.

    A browser that is asked twice in quick succession still sends the link of the edit before; such
    a link of our own is an echo, not a wish, unless the visitor went back to it.
    """
    arch, token = get(Param.ARCH), get(Param.SPEC)
    found = f"{arch}|{token}"
    is_known = found == hand.token or (found in hand.written and not went_back())
    if found == "|" or (is_known and not is_led()):
        return None
    is_first = not hand.token
    hand.link_is(found)
    hand.selected = get(Param.SELECTED)
    if get(Param.MEASURE) in MEASURES:
        hand.measure = get(Param.MEASURE)
    try:
        spec = preset(arch) if arch else decode(token)
    except ExplorerError as error:
        kept = _("The network before it is still here.")
        return UrlError(error.message, sentences((kept, error.hint)))
    if is_first:
        hand.begin(spec)
    elif spec != hand.spec:
        hand.start(spec, spec)
    return None


def went_back() -> bool:
    """Return whether this rerun comes from the browser's back or forward button."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write(hand: Hand) -> None:
    """Make the link say what the visitor sees."""
    param, value = _token(hand)
    other = Param.SPEC if param is Param.ARCH else Param.ARCH
    # Known before it is sent: each line below may be the last one of an interrupted rerun.
    hand.link_is(f"{value}|" if param is Param.ARCH else f"|{value}")
    put(other, "")
    put(param, value)
    put(Param.SELECTED, hand.selected)
    put(Param.MEASURE, "" if hand.measure == "macs" else hand.measure)
