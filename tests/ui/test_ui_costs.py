"""Training memory, the table of costs and the receptive fields on the Build page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui_tools import Open, shown

from explorer import preset
from explorer.analysis.breakdown import breakdown
from explorer.analysis.memory import training_memory
from explorer.graph import lower
from explorer.ui.breakdown import table_csv
from explorer.units import count, quantity, scaled

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def with_details(app: AppTest) -> AppTest:
    """Open the costs in detail; while closed nothing of them is sent."""
    app.session_state["cost-tables"] = True
    return app.run()


def test_the_strip_predicts_training_memory(open_page: Open) -> None:
    app = with_details(open_page(arch="resnet50"))
    graph = lower(preset("resnet50"))
    text = shown(app)
    assert "Training memory" in text
    assert "batch of 128, float32" in text
    assert scaled(training_memory(graph, 128).peak, 3)[0] in text
    box = next(n for n in app.number_input if n.label == "Batch size")
    box.set_value(32).run()
    assert not app.exception
    assert "batch of 32, float32" in shown(app)
    assert scaled(training_memory(graph, 32).peak, 3)[0] in shown(app)


def test_the_batch_size_stays_when_the_network_changes(open_page: Open) -> None:
    app = with_details(open_page(arch="resnet20"))
    next(n for n in app.number_input if n.label == "Batch size").set_value(64).run()
    next(b for b in app.selectbox if b.label == "Block").select("res2net").run()
    assert not app.exception
    assert "batch of 64, float32" in shown(app)
    app.switch_page("../../pages/about.py").run()
    app.switch_page("../../pages/build.py").run()
    assert "batch of 64, float32" in shown(app)


def test_the_table_follows_the_level(open_page: Open) -> None:
    app = with_details(open_page(arch="resnet20"))
    graph = lower(preset("resnet20"))
    control = next(c for c in app.segmented_control if c.label == "One row is for")
    for level, there in (("stage", "layer3"), ("block", "layer3.2"), ("op", "layer3.2.conv2")):
        control.set_value(level).run()
        assert not app.exception
        text = shown(app)
        assert f'<th scope="row">{there}</th>' in text
        row = next(r for r in breakdown(graph, level) if r.address == there)
        assert count(row.params) in text
        assert quantity(row.training_bytes, "B") in text


def test_a_very_deep_network_shows_its_first_rows(open_page: Open) -> None:
    app = with_details(open_page(arch="resnet1202"))
    next(c for c in app.segmented_control if c.label == "One row is for").set_value("op").run()
    assert not app.exception
    assert "The first 400 of" in shown(app)


def test_receptive_fields_are_told_beside_the_lengths(open_page: Open) -> None:
    text = shown(open_page(arch="res2net50_26w_4s"))
    assert "Receptive fields of the paths" in text
    assert "Mean 502 px, spread 116" in text
    assert "Widest 1131 px, 141 different" in text


def test_the_file_has_exact_figures() -> None:
    rows = breakdown(lower(preset("resnet20")))
    lines = table_csv(rows).splitlines()
    assert lines[0].startswith("address,params,macs,activation_bytes,training_bytes")
    assert len(lines) == len(rows) + 1
    assert lines[1].split(",")[:3] == ["stem", "464", str(rows[0].macs)]
