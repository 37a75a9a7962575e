"""The list of runs: each is ticked, sorted, labelled and deleted there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamlit.components.v2 import component

from explorer.ui.components.assets import loader
from explorer.ui.components.panes import COMPARE_STYLE
from explorer.ui.i18n import _
from explorer.ui.state import widget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEY = "compare-run-table"
DEEDS = ("ticked", "sort", "delete", "edit", "tag")

_CSS = """
.rx-list { font-size: 12.5px; color: var(--st-text-color); font-variant-numeric: tabular-nums;
  --line: light-dark(#dbdfe6, #2b323d); --ink2: light-dark(#434c5a, #b7bfcb);
  --ink3: light-dark(#667080, #8c95a3); --soft: light-dark(#f5f6f8, #181d25); }
.scroll { overflow: auto; max-height: 320px; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
th, td { padding: 3px 8px; height: 28px; text-align: right; white-space: nowrap; font-weight: 400;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--st-background-color);
  font-size: 12px; color: var(--ink3); }
th.title, th.data, td.data { text-align: left; }
td:first-child { padding-right: 0; }
th.title .name { font-weight: 600; }
th.title svg { vertical-align: -1px; margin-right: 6px; }
.notes { color: var(--ink3); margin-left: 8px; display: inline-block; max-width: 180px;
  overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 2px 4px;
  cursor: pointer; border-radius: 5px; }
button:hover { color: var(--st-primary-color); }
button:focus-visible, .scroll:focus-visible, input:focus-visible {
  outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
thead i { font-style: normal; margin-left: 3px; }
.tag { border: 1px solid var(--line); border-radius: 6px; margin-left: 6px; padding: 0 6px;
  font-size: 11.5px; color: var(--ink2); background: var(--soft); }
.deeds button { width: 26px; height: 24px; color: var(--ink2); font-size: 15px; }
input { accent-color: var(--st-primary-color); width: 15px; height: 15px; margin: 0;
  vertical-align: middle; }
tr.lit > * { background: var(--soft); }
@media (pointer: coarse) { th, td { height: 44px; } .deeds button { width: 40px; height: 40px; } }
"""
_COMPONENT: Any = component(
    "explorer_run_table",
    html='<div class="rx-list" data-rx-lights style="min-height:120px"></div>\n',
    css=COMPARE_STYLE + _CSS,
    js=loader("run_table"),
)


class ListedRun(NamedTuple):
    """One row.

    Attributes:
        id: Of the run.
        key: What lights up with it; empty for none.
        slot: Colour and mark of what it is drawn as; None for none.
        ticked: Whether its curve is drawn.
        cells: What each column says.
        tags: Short words of a person.
        notes: The first line of a person's notes.
        canDelete: Whether it can be deleted; a bundled one cannot.
    """

    id: str
    key: str
    slot: int | None
    ticked: bool
    cells: dict[str, str]
    tags: tuple[str, ...]
    notes: str
    canDelete: bool  # noqa: N815 - as the browser reads it


class Column(NamedTuple):
    """One column.

    Attributes:
        field: Its name, also to sort by.
        label: Above it.
        hint: On the label.
    """

    field: str
    label: str
    hint: str = ""


def run_table(
    rows: Sequence[ListedRun],
    columns: Sequence[Column],
    sort: tuple[str, bool],
    on_deed: Callable[[str, object], None],
) -> None:
    """Show the runs; what a person does is told before the page is drawn again.

    Args:
        rows: In order.
        columns: Of which the first is the name.
        sort: The field they are sorted by, and whether the largest is on top.
        on_deed: Called with one of ``DEEDS`` and what the browser sent, unchecked.
    """
    data = {
        "rows": [row._asdict() for row in rows],
        "columns": [column._asdict() for column in columns],
        "sort": {"field": sort[0], "down": sort[1]},
        "labels": labels(),
    }

    def tell(deed: str) -> Callable[[], None]:
        return lambda: on_deed(deed, _told(deed))

    _COMPONENT(key=KEY, data=data, **{f"on_{deed}_change": tell(deed) for deed in DEEDS})


def _told(deed: str) -> object:
    value = widget(KEY)
    return cast("Mapping[str, object]", value).get(deed) if isinstance(value, Mapping) else None


def labels() -> dict[str, str]:
    """Return the words of the list."""
    return {
        "caption": _("Trained runs"),
        "shown": _("Shown"),
        "deeds": _("Actions"),
        "sort": _("Sort by this"),
        "show": _("Show the curve of {name}"),
        "edit": _("Tags and notes"),
        "editOf": _("Tags and notes of {name}"),
        "delete": _("Delete"),
        "deleteOf": _("Delete {name}"),
        "filter": _("List what has this tag"),
    }
