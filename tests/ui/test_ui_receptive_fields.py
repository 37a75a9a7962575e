"""The receptive fields on the Unravel page."""

from __future__ import annotations

import csv
import io
from math import comb

import numpy as np
import pytest
from test_ui_pages import DIGITS, finished_run, segments
from ui_tools import Open, choice, shown

from explorer import preset
from explorer.analysis.effective_field import EffectiveField
from explorer.analysis.receptive_paths import receptive_paths
from explorer.ui.effective_part import csv_of_maps, csv_of_shares
from explorer.ui.receptive_section import csv_of


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_of_all_paths_is_exact() -> None:
    rows = rows_of(csv_of([("a", receptive_paths(preset("resnet110")))]))
    assert sum(int(row["paths"]) for row in rows) == 2**54
    assert max(int(row["receptive_field"]) for row in rows) == 501
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1)


def test_the_csv_of_a_measured_field() -> None:
    field = EffectiveField(np.full((4, 4), 1 / 16), -1, 4, 3, 1)
    shares = rows_of(csv_of_shares([("a", field), ("b", field)]))
    assert [float(row["share"]) for row in shares[:5]] == [0, 1 / 16, 4 / 16, 9 / 16, 1]
    assert {row["theoretical"] for row in shares} == {"6"}
    maps = rows_of(csv_of_maps([("a", field)]))
    assert [(row["row"], row["column"]) for row in maps[:2]] == [("0", "0"), ("0", "1")]
    assert sum(float(row["share"]) for row in maps) == 1


def test_a_res2net_beside_a_resnet_of_equal_macs(open_page: Open) -> None:
    app = open_page("unravel", arch="res2net50_26w_4s", view="fields")
    assert not app.exception
    assert list(app.table[0].value["Widest [px]"]) == ["1131"]
    app.toggle[0].set_value(True).run()
    assert app.toggle[0].label == "Compare with a ResNet of equal MACs"
    assert list(app.table[0].value["Widest [px]"]) == ["1131", "427"]
    assert list(app.table[0].value["Different fields"]) == ["141", "53"]
    assert "ResNet: bottlenecks of base width 66" in shown(app)
    assert app.query_params["twin"] == "1"


def test_the_link_opens_one_block_of_both(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet50", view="fields", part="block", at="2.1", twin="1")
    assert not app.exception
    assert "Inside block 2.1" in shown(app)
    table = app.table[0].value
    assert list(table["Fields [positions]"]) == ["1, 3", "1, 3, 5, 7"]
    assert list(table["Added at most [px]"]) == ["16", "48"]
    segments(app, "Part").set_value("paths").run()
    assert "part" not in app.query_params
    assert "the end of block 2.1" in shown(app)
    # A 7x7 stem, a pool, and five units with one 3x3 each at 4 and 8 px, one of them at stride 2.
    assert app.table[0].value.iloc[0]["Paths"] == str(2**5)
    choice(app, "Look at").select("last").run()
    assert "at" not in app.query_params


@pytest.mark.parametrize("name", ["dpn92", "plain20", "resnet1202", "highway19"])
@pytest.mark.parametrize("part", ["paths", "block"])
def test_every_kind_of_network(open_page: Open, name: str, part: str) -> None:
    app = open_page("unravel", arch=name, view="fields", part=part, twin="1")
    assert not app.exception
    assert not app.error


def test_costs_that_cannot_be_equal_are_said(open_page: Open) -> None:
    app = open_page("unravel", arch="dpn92", view="fields", twin="1")
    assert "the costs are not equal" in shown(app)


def test_a_network_is_measured_before_training(open_page: Open) -> None:
    app = open_page(
        "unravel", arch="resnet20", view="fields", part="effective", at="1.0", images="1", seeds="1"
    )
    assert not app.exception
    assert not app.error
    row = app.table[0].value.iloc[0]
    assert row["Theoretical [px]"] == "7"
    assert 2 < float(row["Effective [px]"]) <= 7
    assert (row["Images"], row["Initialisations"]) == ("1", "1")
    text = shown(app)
    assert "layer1.0.relu2" in text
    assert "a mean over 1 image (noise from N(0, 1)) for one initialisation, seed 0." in text
    assert app.query_params["images"] == "1"
    segments(app, "Side of the input").set_value("32").run()
    assert app.query_params["side"] == "32"
    assert app.table[0].value.iloc[0]["Theoretical [px]"] == "7"


def test_a_run_is_measured_before_and_after_training(open_page: Open) -> None:
    run = finished_run("A net", "resnet20", DIGITS)
    app = open_page(
        "unravel", arch="resnet20", view="fields", part="effective", run=run, images="1", seeds="1"
    )
    assert not app.exception
    assert not app.error
    assert list(app.table[0].value["Network"]) == ["before training", "after training"]
    assert list(app.table[0].value["Initialisations"]) == ["1", "–"]
    assert "After training: one run, seed 0." in shown(app)
    segments(app, "Input").set_value("own").run()
    assert not app.error, app.error
    assert "held-out images of digits" in shown(app)
    assert app.query_params["data"] == "own"


def test_junk_in_the_link_is_left_out(open_page: Open) -> None:
    app = open_page(
        "unravel",
        arch="resnet20",
        view="fields",
        part="what",
        at="9.9",
        twin="yes",
        run="../..",
        images="1e9",
    )
    assert not app.exception
    assert not app.error
    assert {"part", "at", "twin"}.isdisjoint(app.query_params)
    assert list(app.table[0].value["Paths"]) == [str(sum(comb(9, k) for k in range(10)))]
