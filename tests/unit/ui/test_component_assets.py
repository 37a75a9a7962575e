"""The Python side of our components."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest

from explorer.figures.labels import LABELS
from explorer.figures.unravelled import LABELS as UNRAVEL_LABELS
from explorer.store.records import State, Want
from explorer.ui import stages
from explorer.ui.components import live, panes, queue, replay, run_table
from explorer.ui.components.assets import ASSETS, LOOK, VERSION, loader
from explorer.ui.stage_rows import COLUMNS


@pytest.mark.parametrize(
    "module",
    [
        "network",
        "stage_table",
        "unravel",
        "live",
        "copy_link",
        "panes",
        "charts",
        "run_table",
        "queue",
    ],
)
def test_a_loader_names_a_module_that_exists_and_its_version(module):
    script = loader(module)
    path = re.search(r'"/assets/(js/\w+\.js)\?v=(\w+)"', script)
    assert path
    assert "export function render(" in (ASSETS / path[1]).read_text(encoding="utf-8")
    assert path[2] == VERSION
    assert len(script) < 500


def test_modules_use_only_labels_that_exist():
    known = LABELS.keys() | UNRAVEL_LABELS.keys() | stages.labels().keys()
    known |= panes.labels().keys() | run_table.labels().keys()
    known |= queue.labels().keys() | replay.labels().keys()
    for path in (ASSETS / "js").glob("*.js"):
        used = set(re.findall(r"\blabels\.([a-z]\w*)", path.read_text(encoding="utf-8")))
        if not path.name.startswith("live"):  # their labels are tested below
            assert used <= known, path.name


def test_the_look_is_json_and_small():
    assert len(json.dumps(LOOK)) < 8_000


def test_the_live_list_uses_only_labels_that_it_is_given():
    known = live._labels().keys()
    used = re.findall(r"\blabels\.([a-z]\w*)", (ASSETS / "js" / "live.js").read_text("utf-8"))
    assert used
    assert set(used) <= known
    assert {state.value for state in State} <= live._labels()["states"].keys()


def test_the_list_of_jobs_has_a_word_for_every_state_and_every_deed():
    words = queue.labels()
    assert {state.value for state in State} == words["states"].keys()
    assert set(get_args(Want)) == words["wanted"].keys()
    source = (ASSETS / "js" / "queue_rows.js").read_text("utf-8")
    asked = set(re.findall(r'button\("(\w+)"', source)) | set(
        re.findall(r'\["(\w+)", labels', source)
    )
    assert asked <= set(get_args(queue.Deed))


def test_an_editable_picture_names_every_deed_in_words():
    source = (ASSETS / "js" / "handles.js").read_text("utf-8")
    named = set(re.findall(r'"((?:move|add)_\w+|duplicate|remove)"', source))
    assert len(named) >= 8
    assert named <= LABELS.keys()


def test_the_stage_table_is_given_every_label_that_it_puts_together():
    known = stages.labels().keys()
    assert set(COLUMNS) <= known
    text = (ASSETS / "js" / "stage_cells.js").read_text("utf-8")
    tools = re.search(r"\[\.\.\.found, ([^\]]+)\]", text)
    assert tools
    for name in ["reset", *re.findall(r'"(\w+)"', tools[1])]:
        assert {f"{name}_at", f"{name}_hint"} <= known
