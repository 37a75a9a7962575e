"""The unravelled view counts every path once."""

from __future__ import annotations

import json
from math import comb

import pytest

from explorer.figures.unravelled import MAX_BUNDLES, MAX_COLUMNS, unravelled
from explorer.graph import lower
from explorer.spec.presets import preset


def test_resnet20_is_512_rows_in_ten_bundles():
    found = unravelled(lower(preset("resnet20")))
    assert found["total"] == "512"
    assert [b["full"] for b in found["bundles"]] == [str(comb(9, k)) for k in range(10)]
    rows = [row for b in found["bundles"] for row in b["rows"]]
    assert sorted(rows) == list(range(512))
    for length, bundle in enumerate(found["bundles"]):
        assert {row.bit_count() for row in bundle["rows"]} == {length}


def test_units_carry_address_and_shortcut():
    found = unravelled(lower(preset("resnet20")))
    assert [u["label"] for u in found["units"]][:4] == ["1.0", "1.1", "1.2", "2.0"]
    assert [u["tag"] for u in found["units"]] == ["", "", "", "pad", "", "", "pad", "", ""]
    assert found["units"][3]["address"] == "layer2.0"


@pytest.mark.parametrize("name", ["resnet50", "resnet110", "preact_resnet1001", "resnet1202"])
def test_deep_networks_have_ribbons_instead_of_rows(name):
    found = unravelled(lower(preset(name)))
    assert len(found["bundles"]) <= MAX_BUNDLES
    assert len(found["units"]) <= MAX_COLUMNS + 4
    assert all(b["rows"] is None for b in found["bundles"])
    assert sum(int(b["full"]) for b in found["bundles"]) == 2 ** found["num_units"]
    assert sum(u["count"] for u in found["units"]) == found["num_units"]
    assert sum(b["weight"] for b in found["bundles"]) == pytest.approx(1)
    assert len(json.dumps(found)) < 30_000


def test_share_of_a_ribbon_is_exact():
    found = unravelled(lower(preset("resnet50")))
    first = found["bundles"][0]
    lengths = range(2)
    used = sum(k * comb(16, k) for k in lengths)
    assert first["label"] == "0–1"
    assert first["share"] == used / (16 * sum(comb(16, k) for k in lengths))


def test_a_plain_network_is_one_path():
    found = unravelled(lower(preset("plain20")))
    assert found["units"] == []
    assert [b["full"] for b in found["bundles"]] == ["1"]
    assert found["bundles"][0]["label"] == "9"


def test_a_part_of_a_deep_network_is_unravelled_by_itself():
    graph = lower(preset("resnet110"))
    found = unravelled(graph, range(18, 26))
    assert found["total"] == "256"
    assert found["num_units"] == 8
    assert [unit["label"] for unit in found["units"]] == [f"2.{i}" for i in range(8)]
    assert [b["count"] for b in found["bundles"]] == [str(comb(8, k)) for k in range(9)]


def test_shares_through_one_unit_are_those_of_the_rows():
    # Ten units are rows; what the ribbons would say of them is counted by hand.
    found = unravelled(lower(preset("preact_resnet164")), range(10))
    for bundle in found["bundles"]:
        rows = bundle["rows"]
        holds = [row for row in rows if row & 1]
        past = [row for row in rows if not row & 1]
        assert bundle["through"] == str(len(holds))
        other = [sum(row >> 3 & 1 for row in part) / max(1, len(part)) for part in (holds, past)]
        assert bundle["given"] == pytest.approx(other)


def test_ribbons_of_many_units_add_up_through_any_unit():
    found = unravelled(lower(preset("resnet110")))
    assert sum(b["share"] * b["weight"] for b in found["bundles"]) == pytest.approx(0.5)
    for bundle in found["bundles"]:
        through, past = bundle["given"]
        share = bundle["share"]
        assert share * through + (1 - share) * past == pytest.approx(share)
