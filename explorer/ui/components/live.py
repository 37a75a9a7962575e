"""Live states and curves of training jobs; the browser reads them from the API itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamlit.components import v2 as components

from explorer.api.tokens import sign
from explorer.ui.components.assets import loader
from explorer.ui.i18n import _, retold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.store.records import Job

ACCURACY, MEAN_IOU = "test_accuracy", "test_mean_iou"
CSS = """
.rx-root { font-size: 13px; color: var(--st-text-color); font-variant-numeric: tabular-nums; }
.jobs { list-style: none; margin: 0 0 12px; padding: 0; }
.jobs li { display: grid; gap: 4px 10px; align-items: center; padding: 6px 2px;
  grid-template-columns: 12px minmax(140px, 1.2fr) minmax(140px, 1.4fr) minmax(80px, 1fr) 56px 64px;
  border-bottom: 1px solid var(--st-border-color); }
.jobs li:last-child { border-bottom: 0; }
.jobs em { display: block; font-style: normal; font-weight: 400; font-size: 12px;
  color: light-dark(#667080, #8c95a3); }
.jobs b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.state { color: light-dark(#434c5a, #b7bfcb); font-size: 12px; }
.bar { height: 6px; border-radius: 3px; background: light-dark(#e3e6ec, #2b323d); }
.bar i { display: block; height: 6px; border-radius: 3px; background: var(--st-primary-color);
  transition: width 0.4s; }
.value { text-align: right; font-weight: 600; }
button { font: inherit; font-size: 12px; padding: 2px 10px; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: 8px;
  background: var(--st-background-color); color: inherit; }
button:hover, button:focus-visible { border-color: var(--st-primary-color); outline: none; }
button[hidden] { display: none; }
.charts { display: grid; gap: 16px 24px; }
figure { margin: 0; } figcaption b { display: block; font-size: 14px; }
figcaption span { font-size: 12px; color: light-dark(#667080, #8c95a3); }
svg { display: block; overflow: visible; max-width: 100%; }
text { font-size: 12px; fill: currentColor; } .t2 { fill: light-dark(#434c5a, #b7bfcb); }
.t3 { fill: light-dark(#667080, #8c95a3); } .t1 { font-weight: 600; paint-order: stroke;
  stroke: var(--st-background-color); stroke-width: 4px; }
.grid { stroke: light-dark(#dbdfe6, #2b323d); } .line { fill: none; stroke-width: 2; }
.fill0 { fill: light-dark(#0072b2, #56b4e9); } .stroke0 { stroke: light-dark(#0072b2, #56b4e9); }
.fill1 { fill: light-dark(#d55e00, #ff9449); } .stroke1 { stroke: light-dark(#d55e00, #ff9449); }
.fill2 { fill: light-dark(#007d5c, #3ccb9b); } .stroke2 { stroke: light-dark(#007d5c, #3ccb9b); }
.fill3 { fill: light-dark(#c2629a, #e79ac4); } .stroke3 { stroke: light-dark(#c2629a, #e79ac4); }
.strokeg0 { stroke: light-dark(#00224e, #b9ac70); }
.strokeg1 { stroke: light-dark(#2a3f6d, #d1ba57); }
.strokeg2 { stroke: light-dark(#575d6d, #e9cf3f); }
.strokeg3 { stroke: light-dark(#7d7c78, #a69d75); }
.strokeg4 { stroke: light-dark(#948e77, #948e77); }
.strokeg5 { stroke: light-dark(#a69d75, #7d7c78); }
.strokeg6 { stroke: light-dark(#b9ac70, #666c84); }
[class^="fillg"] { fill: currentColor; }
.faint { opacity: 0.3; stroke-width: 1; }
.tools { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; margin: 0 0 10px;
  font-size: 12px; color: light-dark(#434c5a, #b7bfcb); }
.tools:empty { display: none; }
.tools label { display: inline-flex; align-items: center; gap: 6px; min-height: 28px; }
.tools input { accent-color: var(--st-primary-color); }
.tools input[type="range"] { width: 110px; }
select { font: inherit; font-size: 12px; display: block; max-width: 100%; color: inherit;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: 8px; padding: 1px 4px; }
svg:focus-visible, .tools input:focus-visible, select:focus-visible {
  outline: 2px solid var(--st-primary-color); outline-offset: 1px; border-radius: 5px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 640px) {
  .jobs li { grid-template-columns: 12px 1fr 56px 64px; }
  .state, .bar { grid-column: 2 / -1; }
  .value { grid-area: 1 / 3; }
  .actions { grid-area: 1 / 4; }
}
@media (prefers-reduced-motion: reduce) { .bar i { transition: none; } }
"""
_component = components.component(
    "live_runs", html='<div class="rx-root"></div>\n', css=CSS, js=loader("live")
)


class Asked(NamedTuple):
    """What the reader did in the component.

    Attributes:
        stop: Id of a job to stop, or None.
        ended: Id of a job that has just ended, or None.
    """

    stop: str | None
    ended: str | None


def live_runs(
    jobs: Sequence[Job],
    note: Callable[[Job], str],
    *,
    key: str,
    full: bool = False,
    name: Callable[[Job], str] | None = None,
) -> Asked:
    """Show jobs and their curves; at most four are told apart by colour.

    Args:
        jobs: What to show, in this order.
        note: Says in a few words how a job differs from another of its name.
        key: Of the component.
        full: With smoothing, a logarithmic scale and further curves, and without the list of
            the jobs, which the page has elsewhere.
        name: What a job is called beside its curve; its title, if left out.
    """
    data: dict[str, Any] = {
        "jobs": [
            {
                "id": job.id,
                "title": name(job) if name else job.title,
                "note": note(job),
                "token": sign(job.id),
                "ended": job.state.is_final,
                "state": job.state.value,
                "text": retold(job.text),
                "reason": _(job.reason),
                "progress": job.fraction,
                "metric": _metric(job),
            }
            for job in jobs
        ],
        "charts": _charts({_metric(job) for job in jobs}),
        "labels": _labels(),
    }
    if full:
        more = {"rows": False, "tools": _tools(), "more": _more(), "gradients": _gradients()}
        data.update(more)
    result = _component(key=key, data=data, on_stop_change=_nothing, on_ended_change=_nothing)
    return Asked(_text(result.get("stop")), _text(result.get("ended")))


def _nothing() -> None:
    """Streamlit reads a trigger only where a callback is named."""


def _text(value: object) -> str | None:
    return value[:64] if isinstance(value, str) else None


def _metric(job: Job) -> str:
    """Return the figure that says how good the network of a job is."""
    head = job.payload.get("spec", {}).get("head", {})
    return MEAN_IOU if head.get("kind") == "segment" else ACCURACY


def _charts(metrics: set[str]) -> list[dict[str, Any]]:
    """Return the loss and one chart for each figure that a shown job has."""
    charts = [
        {
            "metric": "loss",
            "title": _("Training loss"),
            "note": _("Cross-entropy of recent batches [nat]; lower is better."),
            "x": _("epoch"),
            "limits": {"floor": 0},
            "percent": False,
            "dots": False,
        },
        {
            "metric": ACCURACY,
            "title": _("Accuracy on held-out images"),
            "note": _("Share of images whose class is named first; once an epoch."),
            "x": _("epoch"),
            "limits": {"floor": 0, "ceiling": 1},
            "percent": True,
            "dots": True,
        },
        {
            "metric": MEAN_IOU,
            "title": _("Mean IoU on held-out images"),
            "note": _("Overlap of true and predicted masks, mean over the classes; once an epoch."),
            "x": _("epoch"),
            "limits": {"floor": 0, "ceiling": 1},
            "percent": True,
            "dots": True,
        },
    ]
    return [chart for chart in charts if chart["metric"] in {"loss", *(metrics or {ACCURACY})}]


def _more() -> list[dict[str, Any]]:
    """Return the curves that are shown when they are asked for."""
    plain = {"x": _("epoch"), "percent": False, "dots": False, "limits": {"floor": 0}}
    return [
        {
            "metric": "lr",
            "title": _("Learning rate"),
            "note": _("How far a step goes, as the schedule says."),
            **plain,
        },
        {
            "metric": "images_per_second",
            "title": _("Throughput"),
            "note": _("Images trained on in a second, while steps are taken."),
            **plain,
        },
    ]


def _gradients() -> dict[str, Any]:
    return {
        "metric": "gradients",
        "title": _("Gradient norm by stage"),
        "note": _(
            "Length of the gradient of all weights of a stage; one that falls to zero learns "
            "no more."
        ),
        "of": _("Run whose gradients are shown"),
        "x": _("epoch"),
        "percent": False,
        "dots": False,
        "limits": {"floor": 0},
    }


def _tools() -> dict[str, str]:
    return {
        "smooth": _("Smoothing"),
        "smoothHint": _("Moving average of the curve; what was measured stays behind it, pale."),
        "log": _("Log scale"),
        "logHint": _("Equal factors are equally far apart; for all but shares."),
        "more": _("Learning rate, throughput, gradients"),
        "moreHint": _("Three more curves of the same trainings."),
    }


def _labels() -> dict[str, Any]:
    return {
        "said": _("{name}: last {last}, lowest {low}, highest {high}"),
        "empty": _("The first points come within seconds of the start."),
        "emptyEpoch": _("The first point comes at the end of the first epoch."),
        "stop": _("Stop"),
        "stopping": _("stopping"),
        "lost": _("its worker does not answer; it will go on by itself"),
        "gone": _("deleted"),
        "stale": _("not watched any more: reload the page"),
        "states": state_words(),
    }


def state_words() -> dict[str, str]:
    """Return what the states of a job are called on pages."""
    return {
        "queued": _("waiting"),
        "running": _("running"),
        "paused": _("paused"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("stopped"),
    }
