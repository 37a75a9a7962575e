"""The stage table: a row for each stage, its blocks under it, every cell a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from streamlit.components.v2 import component

from explorer.ui.components.assets import loader
from explorer.ui.state import widget

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "stage-table"

_CSS = """
.rx-stages { font-size: 12.5px; color: var(--st-text-color); font-variant-numeric: tabular-nums;
  --line: light-dark(#dbdfe6, #2b323d); --ink2: light-dark(#434c5a, #b7bfcb);
  --ink3: light-dark(#667080, #8c95a3); --soft: light-dark(#efecfb, #272145);
  --bad: light-dark(#b3261e, #ff8a7a); --panel: light-dark(#f5f6f8, #181d25);
  --ground: var(--st-background-color); }
.rx-stages * { box-sizing: border-box; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
caption, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 0 3px; height: 32px; white-space: nowrap; text-align: right; font-weight: 400;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: 12px; color: var(--ink3); padding: 0 8px; height: 30px; }
thead .kind, th:first-child { text-align: left; }
th:first-child { position: sticky; left: 0; z-index: 1; background: var(--ground);
  padding-left: 8px; }
.hint { border-bottom: 1px dotted currentColor; cursor: help; }
th > div { display: flex; align-items: center; gap: 2px; }
tr.block th:first-child { padding-left: 26px; }
tr.on > *, tr.on th:first-child { background: var(--soft); }
tr.end th:first-child { padding-left: 40px; }
tr.end .name { font-weight: 400; color: var(--ink2); }
tr.block .name { font-weight: 400; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
.name { font-weight: 600; padding: 2px 4px; border-radius: 5px; }
.name:hover { text-decoration: underline; text-underline-offset: 3px; }
.grip { width: 12px; height: 18px; flex: none; border-radius: 4px; cursor: grab; opacity: 0.5;
  background: radial-gradient(circle at center, var(--ink3) 1px, transparent 1.4px) 1px 0 / 5px 6px;
  background-clip: content-box; }
.grip:not([role]) { visibility: hidden; }
tr:hover .grip, .grip:focus-visible { opacity: 1; }
.fold { width: 16px; height: 20px; flex: none; }
.fold::before { content: ""; display: block; width: 5px; height: 5px; margin-left: 4px;
  border: solid var(--ink3); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); }
.fold[aria-expanded="true"]::before { transform: rotate(45deg); }
tr.block .name:first-of-type { margin-left: 0; }
input, select { font: inherit; color: inherit; background: transparent; width: 100%;
  border: 1px solid transparent; border-radius: 5px; height: 26px; padding: 0 5px;
  text-align: right; appearance: none; -moz-appearance: textfield; cursor: inherit; }
input::-webkit-inner-spin-button { display: none; }
select { text-align-last: right; cursor: pointer; }
option { color: light-dark(#161a21, #e9ecf1); background: light-dark(#fff, #141920); }
td.kind select { text-align: left; text-align-last: left; min-width: 92px; }
td input { min-width: 44px; }
td select { min-width: 38px; }
tr:hover input:enabled, tr:hover select:enabled { border-color: var(--line); }
td input:enabled:hover, td select:enabled:hover { border-color: var(--ink3); }
input:focus, select:focus { outline: 2px solid var(--st-primary-color); outline-offset: -1px;
  background: var(--ground); }
button:focus-visible, .grip:focus-visible { outline: 2px solid var(--st-primary-color); }
:disabled { opacity: 0.45; cursor: help; }
.quiet, .absent { color: var(--ink3); }
.absent { cursor: help; padding-right: 9px; }
.still { padding: 0 6px; }
td.kind .still { float: left; }
tr.block .own { font-weight: 650; }
.figure { padding: 0 8px; color: var(--ink2); }
.cross { color: var(--bad); font-weight: 700; padding: 0 3px; }
tr.wrong > * { box-shadow: inset 0 1px var(--bad), inset 0 -1px var(--bad); }
.tools { padding-right: 8px; }
.tools button, .foot svg { opacity: 0; width: 22px; height: 22px; border-radius: 5px; }
svg { width: 14px; height: 14px; display: block; margin: auto; fill: none; stroke: currentColor;
  stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.tools button { color: var(--ink2); }
.tools .up, .tools .down { display: none; }
tr:hover .tools button, tr:focus-within .tools button, tr.on .tools button,
  .tools .reset { opacity: 1; }
.tools button:hover { background: var(--line); }
[data-drop="above"] > * { box-shadow: inset 0 2px var(--st-primary-color) !important; }
[data-drop="below"] > * { box-shadow: inset 0 -2px var(--st-primary-color) !important; }
[data-drop="into"] > *, [data-drop="into"] th:first-child { background: var(--soft); }
.foot { display: flex; gap: 8px; padding: 8px 0 0; }
.foot button { display: flex; align-items: center; gap: 5px; color: var(--ink2); padding: 3px 9px;
  border: 1px solid var(--line); border-radius: 8px; font-size: 12.5px; }
.foot button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.foot button[data-more] { border-color: transparent; }
.foot svg { opacity: 1; width: 13px; height: 13px; margin: 0; }
@media (pointer: coarse) {
  .tools button { opacity: 1; width: 32px; height: 32px; }
  .tools .up, .tools .down { display: inline-block; }
  .tools .add { display: inline-block; }
  .grip { display: none; }
  th, td { height: 40px; }
  tr.end th:first-child { padding-left: 26px; }
}
"""
_component: Any = component(
    "explorer_stages",
    html='<div class="rx-stages" style="min-height:200px"></div>\n',
    css=_CSS,
    js=loader("stage_table"),
)


def stage_table(
    data: dict[str, Any],
    on_command: Callable[[object], object],
    on_select: Callable[[object], object],
) -> None:
    """Show the table; what a person does in it is told before the page is drawn again.

    Args:
        data: What ``explorer.ui.stages`` collects.
        on_command: Called with a command as in ``explorer.ui.commands``, unchecked.
        on_select: Called with the address of a row, or the empty string; unchecked.
    """
    _component(
        key=KEY,
        data=data,
        on_command_change=lambda: on_command(_told("command")),
        on_selected_change=lambda: on_select(_told("selected")),
    )


def _told(name: str) -> object:
    value = widget(KEY)
    return cast("Mapping[str, object]", value).get(name) if isinstance(value, Mapping) else None
