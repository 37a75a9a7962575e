"""The result page of ``reproduce``: one HTML file that needs nothing beside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from explorer.figures.theme import PALETTES
from explorer.lessons.charts import chart
from explorer.lessons.claims import sentence
from explorer.lessons.recorded import machine_words
from explorer.units import count
from explorer.words import _, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from explorer.lessons.lesson import Claim, Figure, Lesson
    from explorer.lessons.results import Results
    from explorer.lessons.table import Table

QUICK = (
    "A quick look: tiny data and few epochs. It shows that everything works and no more than a "
    "tendency; run it without --quick for the experiment itself."
)
WHOSE = {"network": "", "ours": "here", "yours": "yours", "paper": "paper"}
_INK = PALETTES["light"]
_STYLE = f"""
body {{ font: 15px/22px system-ui, 'Segoe UI', Roboto, Arial, sans-serif; color: {_INK["ink"]};
  max-width: 960px; margin: 32px auto; padding: 0 16px; font-variant-numeric: tabular-nums; }}
h1 {{ font-size: 24px; line-height: 30px; }} h2 {{ font-size: 18px; margin-top: 36px; }}
h3 {{ font-size: 14px; margin: 24px 0 0; }}
p.note {{ color: {_INK["ink3"]}; font-size: 13px; line-height: 18px; margin: 4px 0; }}
p.quick {{ border-left: 3px solid {_INK["accent"]}; padding: 2px 12px; }}
div.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; margin: 8px 0; }}
th, td {{ padding: 4px 10px; text-align: right; border-bottom: 1px solid {_INK["line"]};
  white-space: nowrap; }}
th {{ font-weight: 600; }} th small {{ display: block; font-weight: 400; color: {_INK["ink3"]}; }}
th:first-child, td:first-child {{ text-align: left; }}
svg {{ max-width: 100%; height: auto; }}
"""


def result_page(lesson: Lesson, found: Mapping[str, tuple[Table, Results]], *, quick: bool) -> str:
    """Return the page of some experiments of a lesson.

    Args:
        lesson: The lesson.
        found: Table and results of each experiment that was run.
        quick: Whether these are tiny runs, which the page then says.
    """
    parts = [f"<h1>{escape(lesson.title)}</h1>", f"<p>{escape(lesson.summary)}</p>"]
    if quick:
        parts.append(f'<p class="quick">{escape(QUICK)}</p>')
    for name, (shown, results) in found.items():
        parts += _experiment(lesson, name, shown, results, quick=quick)
    parts += [f'<p class="note">{escape(source)}</p>' for source in lesson.sources]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(lesson.title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _experiment(
    lesson: Lesson, name: str, shown: Table, results: Results, *, quick: bool
) -> Iterator[str]:
    experiment = lesson.experiment(name)
    yield f"<h2>{escape(experiment.title)}</h2>"
    yield f'<p class="note">{escape(on_what(results))}</p>'
    if experiment.note and not quick:
        yield f'<p class="note">{escape(experiment.note)}</p>'
    yield table_html(shown)
    for claim in claims_of(lesson, name):
        said = sentence(claim, experiment, results)
        if said:
            yield f"<p><b>Here:</b> {escape(said)}</p>"
    for figure in figures_of(lesson, name):
        drawn = chart(figure, experiment, results)
        if drawn:
            yield f"<h3>{escape(drawn.title)}</h3>"
            yield ET.tostring(drawn.svg, encoding="unicode")


def figures_of(lesson: Lesson, experiment: str) -> list[Figure]:
    """Return the different charts of an experiment in a lesson, in the order of the steps."""
    found: dict[tuple[object, ...], Figure] = {}
    for step in lesson.steps:
        for figure in step.shown:
            if figure.experiment == experiment and figure.kind != "table":
                shows = (figure.kind, figure.of, figure.against, figure.arms)
                found.setdefault(shows, figure)
    return list(found.values())


def claims_of(lesson: Lesson, experiment: str) -> list[Claim]:
    """Return what a lesson says about an experiment once it is run, in the order of the steps."""
    reveals = (step.reveal for step in lesson.steps if step.reveal)
    return [c for reveal in reveals for c in reveal.claims if c.experiment == experiment]


def on_what(results: Results) -> str:
    """Return where results are from: images, epochs, seeds, machine, date."""
    if not results.runs:
        return _("Counted from the networks alone; nothing is trained.")
    parts: list[str] = []
    if results.num_train:
        images = _("{train} training and {test} held-out images of {data}")
        parts.append(
            images.format(
                train=count(results.num_train), test=count(results.num_test), data=_(results.data)
            )
        )
        parts.append(plural("{n} epoch", "{n} epochs", results.epochs))
        parts.append(plural("one seed each", "{n} seeds each", results.num_seeds))
    parts += [machine_words(results.machine), results.date]
    return _("{statements}.").format(statements=listed(parts))


def table_html(shown: Table) -> str:
    """Return a table as HTML, its columns headed by whose figures they are."""
    heads = "".join(
        f'<th scope="col" title="{escape(c.hint)}">'
        f"<small>{escape(WHOSE[c.origin])}&nbsp;</small>{escape(c.title)}</th>"
        for c in shown.columns
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(c.cells[place])}</td>" for c in shown.columns)
        + "</tr>"
        for place, name in enumerate(shown.rows)
    )
    sources = dict.fromkeys(c.hint for c in shown.columns if c.origin == "paper")
    notes = "".join(f'<p class="note">paper: {escape(source)}</p>' for source in sources)
    table = f"<thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="scroll"><table>{table}</table></div>{notes}'
