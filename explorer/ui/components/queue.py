"""The list of jobs: each is watched, stopped, paused, tried again, moved and opened there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args

from streamlit.components.v2 import component

from explorer.api.routes import viewer_key
from explorer.api.tokens import sign
from explorer.ui import state
from explorer.ui.components.assets import loader
from explorer.ui.components.live import state_words
from explorer.ui.i18n import _
from explorer.words import language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.store.records import Job

Deed = Literal[
    "stop", "stop_all", "pause", "resume", "retry", "anew", "clone", "up", "first", "usual",
    "delete", "show", "hide", "details", "sweep",
]  # fmt: skip

_CSS = """
.rx-queue { container-type: inline-size; font-size: 13px; color: var(--st-text-color);
  scroll-margin: 140px 0 24px; font-variant-numeric: tabular-nums;
  --line: light-dark(#dbdfe6, #2b323d); --ink2: light-dark(#434c5a, #b7bfcb);
  --ink3: light-dark(#667080, #8c95a3); }
.jobs { list-style: none; margin: 0; padding: 0; }
.jobs.long { max-height: 460px; overflow-y: auto; padding-right: 6px; }
.jobs li { display: grid; gap: 2px 10px; align-items: center; padding: 6px 2px; min-height: 44px;
  grid-template-columns: 18px 12px minmax(150px, 1.5fr) minmax(130px, 1.3fr) minmax(60px, 110px)
    60px 128px;
  border-bottom: 1px solid var(--line); box-sizing: border-box; }
.jobs li:last-child { border-bottom: 0; }
.plain li { grid-template-columns: 12px minmax(150px, 1.5fr) minmax(130px, 1.3fr)
    minmax(60px, 110px) 60px 128px; }
.plain .tick, .bare svg[data-sign], .bare .value { display: none; }
.bare li { grid-template-columns: minmax(150px, 1.5fr) minmax(130px, 1.3fr) minmax(60px, 110px)
    128px; }
.name { min-width: 0; }
b { display: block; font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
em { display: block; font-style: normal; font-size: 12px; color: var(--ink3); }
em:empty { display: none; }
u { text-decoration: none; border: 1px solid var(--line); border-radius: 6px; padding: 0 5px;
  font-size: 11px; white-space: nowrap; }
.state { color: var(--ink2); font-size: 12px; line-height: 16px; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.bar { display: block; height: 6px; border-radius: 3px; background: light-dark(#e3e6ec, #2b323d); }
.bar.none { background: none; }
.bar i { display: block; height: 6px; border-radius: 3px; background: var(--st-primary-color);
  transition: width 0.4s; }
.value { text-align: right; font-weight: 600; white-space: nowrap; }
.best { display: block; font-style: normal; font-weight: 400; font-size: 11px; color: var(--ink2); }
.actions { display: flex; gap: 4px; justify-content: flex-end; position: relative; }
button, summary { font: inherit; font-size: 12px; padding: 2px 9px; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: 8px; white-space: nowrap;
  background: var(--st-background-color); color: inherit; list-style: none; }
summary::-webkit-details-marker { display: none; }
button:hover, summary:hover { border-color: var(--st-primary-color); }
button:focus-visible, summary:focus-visible, input:focus-visible {
  outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
button[disabled] { opacity: 0.5; cursor: default; }
details div { position: absolute; right: 0; top: 100%; z-index: 5; display: grid; padding: 4px;
  margin-top: 4px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--st-background-color); }
details div button { border: 0; text-align: left; padding: 5px 10px; border-radius: 5px; }
details div button:hover { background: light-dark(#f5f6f8, #181d25); }
input { accent-color: var(--st-primary-color); width: 15px; height: 15px; margin: 0;
  vertical-align: middle; }
.dots { width: 100%; height: 14px; overflow: visible; }
.dots line { stroke: var(--line); } .dots circle { fill: light-dark(#4d5766, #aeb7c4); }
.dots .ring { fill: none; stroke: light-dark(#4d5766, #aeb7c4); stroke-width: 1.5; }
.lead b, .lead .value { color: var(--st-primary-color); }
.lead .dots circle { fill: var(--st-primary-color); }
.lead .dots .ring { fill: none; stroke: var(--st-primary-color); }
.paused { margin: 0 0 8px; padding: 6px 10px; border-radius: 8px;
  background: light-dark(#efecfb, #272145); }
.none { margin: 0; color: var(--ink3); }
.fill0 { fill: light-dark(#0072b2, #56b4e9); } .fill1 { fill: light-dark(#d55e00, #ff9449); }
.fill2 { fill: light-dark(#007d5c, #3ccb9b); } .fill3 { fill: light-dark(#c2629a, #e79ac4); }
@container (max-width: 640px) {
  .jobs li { grid-template-columns: 18px 12px 1fr auto; }
  .plain li { grid-template-columns: 12px 1fr auto; } .bare li { grid-template-columns: 1fr auto; }
  .state { -webkit-line-clamp: 7; }
  .state { grid-column: -3 / -1; grid-row: 2; } .bar, .dots { grid-column: -3 / -1; grid-row: 3; }
  .bar.none { display: none; }
  .value { grid-column: -2; grid-row: 1; }
  .actions { grid-column: -3 / -1; grid-row: 4; justify-content: flex-start; }
  details div { left: 0; right: auto; }
  button, summary { padding: 8px 14px; }
}
@media (prefers-reduced-motion: reduce) { .bar i { transition: none; } }
"""
_COMPONENT: Any = component(
    "explorer_queue", html='<div class="rx-queue"></div>\n', css=_CSS, js=loader("queue")
)


class Listing(NamedTuple):
    """What is listed.

    Attributes:
        kind: Of the jobs.
        batch: The one submission that is listed; empty for all.
        shown: Ids of those whose curves are drawn, in the order of their colours.
        ticks: Whether curves can be chosen.
        has_curves: Whether they are trainings, with figures, details and clones.
        fields: What the varied fields of a sweep are called.
        bring: Whether the list is scrolled to, because something was just added to it.
    """

    kind: str
    batch: str = ""
    shown: tuple[str, ...] = ()
    ticks: bool = False
    has_curves: bool = True
    fields: Mapping[str, str] = MappingProxyType({})
    bring: bool = False


def queue(
    listing: Listing,
    jobs: Sequence[Job],
    on_deed: Callable[[Deed, str], None],
    *,
    key: str,
    is_class: bool,
    is_teacher: bool,
) -> None:
    """Show jobs; the browser keeps the list fresh, and tells what a person does with one.

    Args:
        listing: What is listed.
        jobs: That the page knows of; when others come or some end, it is drawn again.
        on_deed: Called with what is to be done, and the id of a job or of a submission.
        key: Of the component.
        is_class: Whether there is a teacher, who alone gives priority.
        is_teacher: Whether the viewer may act on everybody's jobs.
    """
    data = {**_sent(listing, jobs), "isClass": is_class, "isTeacher": is_teacher}

    def take() -> None:
        asked = _told(key)
        if asked is not None:
            on_deed(*asked)

    _COMPONENT(key=key, data=data, on_deed_change=take, on_news_change=_nothing)


def _sent(listing: Listing, jobs: Sequence[Job]) -> dict[str, Any]:
    viewer = state.visitor()
    known = sorted(f"{job.id}:{'false' if job.state.is_final else 'true'}" for job in jobs)
    return {
        "viewer": viewer,
        "token": sign(viewer_key(viewer)),
        "language": language(),
        "rows": len({job.batch or job.id for job in jobs}) if not listing.batch else len(jobs),
        "known": ",".join(known),
        "kind": listing.kind,
        "batch": listing.batch,
        "shown": list(listing.shown),
        "ticks": listing.ticks,
        "hasCurves": listing.has_curves,
        "fields": dict(listing.fields),
        "bring": listing.bring,
        "paused": False,
        "labels": labels(),
    }


def _nothing() -> None:
    """The rerun alone is wanted."""


def _told(key: str) -> tuple[Deed, str] | None:
    """Return what a browser sent as a deed; None for whatever is not one."""
    value = state.widget(key)
    sent = cast("Mapping[str, object]", value).get("deed") if isinstance(value, Mapping) else None
    if not isinstance(sent, Mapping):
        return None
    asked = cast("Mapping[str, object]", sent)
    deed = next((one for one in get_args(Deed) if one == asked.get("do")), None)
    target = asked.get("id")
    return (deed, target[:64]) if deed and isinstance(target, str) else None


def labels() -> dict[str, Any]:
    """Return the words of the list."""
    return {
        "caption": _("Trainings"),
        "paused": _("The queue is paused: what runs goes on, nothing else starts."),
        "show": _("Draw the curve of {name}"),
        "showHint": _("Draw its curve; four at most."),
        "counted": _("{n} {state}"),
        "trainings": _("{n} trainings · {data}"),
        "epochs": _("{n} epochs"),
        "seed": _("seed {n}"),
        "attempt": _("attempt {n}"),
        "others": _("somebody else's"),
        "best": _("best"),
        "dots": _("last {last}, best {best}"),
        "starting": _("starting"),
        "lost": _("its worker does not answer; it will go on by itself"),
        "position": _("number {n} in line"),
        "stopping": _("stopping"),
        "states": state_words(),
        "wanted": {
            "cancel": _("stopping"),
            "pause": _("pausing: it saves where it is"),
            "yield": _("makes room: today's GPU minutes are used up"),
        },
        "asked": {
            "stop": _("stopping"),
            "pause": _("pausing: it saves where it is"),
            "resume": _("resuming"),
            "retry": _("trying again"),
            "anew": _("trying again"),
            "delete": _("deleting"),
        },
        "more": _("More for {name}"),
        **_verbs(),
    }


def _verbs() -> dict[str, str]:
    return {
        "open": _("Open"),
        "stopAll": _("Stop all"),
        "stop": _("Stop"),
        "pause": _("Pause"),
        "resume": _("Resume"),
        "retry": _("Try again"),
        "anew": _("Try again from the start"),
        "clone": _("Clone with changes"),
        "details": _("Details"),
        "up": _("Move up"),
        "first": _("Put first in line"),
        "usual": _("Back to its usual place"),
        "delete": _("Delete"),
    }
