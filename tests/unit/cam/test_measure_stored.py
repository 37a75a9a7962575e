"""What a measurement wrote is read back as it was."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from explorer.cam.job import save
from explorer.cam.measure.report import Architecture, Finding, Reading, Report, Row
from explorer.cam.measure.statistics import Interval
from explorer.cam.measure.stored import RESULT, TABLE, stored
from explorer.errors import DataError

PAIR = Row(
    method="hirescam",
    stratum="small",
    metric="pointing",
    num_images=40,
    floor=0.05,
    ceiling=None,
    a="narrow",
    b="wide",
    value_a=Interval(0.5, 0.4, 0.6),
    value_b=Interval(0.25, 0.125, 0.375),
    difference=Interval(-0.25, -0.4, -0.1),
    p=0.01,
    p_holm=0.02,
    finding=Finding.LOWER,
)
ALONE = replace(
    PAIR, b=None, value_b=None, difference=None, p=None, p_holm=None, finding=Finding.ALONE
)


def report(*rows: Row) -> Report:
    reading = Reading("hirescam", "layer3.2.relu2", (8, 8), 4, {}, {}, {}, {})
    architectures = (Architecture("narrow", ("narrow",), 0.9), Architecture("wide", ("w",), 0.8))
    return Report("shapes", 40, 0, architectures, (reading,), rows)


def test_a_report_is_read_back_as_it_was_written(tmp_path):
    written = report(PAIR, ALONE)
    save(written, tmp_path)
    found = stored(tmp_path)
    assert found.rows == written.rows
    assert found.architectures == written.architectures
    assert (found.data, found.num_images) == ("shapes", 40)
    assert found.layers == {"hirescam": "layer3.2.relu2"}
    assert found.csv == written.csv()


def test_what_is_not_defined_comes_back_as_not_a_number(tmp_path):
    save(report(replace(PAIR, value_a=Interval(math.nan, math.nan, math.nan))), tmp_path)
    (row,) = stored(tmp_path).rows
    assert all(math.isnan(number) for number in row.value_a)
    assert row.value_b == PAIR.value_b


@pytest.mark.parametrize("damage", ["gone", "no table", "junk", "other", "finding"])
def test_a_damaged_result_is_one_sentence(tmp_path, damage):
    save(report(PAIR), tmp_path)
    file = tmp_path / RESULT
    if damage == "gone":
        file.unlink()
    elif damage == "no table":
        (tmp_path / TABLE).unlink()
    elif damage == "finding":
        data = json.loads(file.read_text())
        data["rows"][0]["finding"] = "surely"
        file.write_text(json.dumps(data))
    else:
        file.write_text("{" if damage == "junk" else "[]")
    with pytest.raises(DataError, match="cannot be read") as caught:
        stored(tmp_path)
    assert caught.value.hint
