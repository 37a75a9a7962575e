"""The CSV of the path lengths."""

from __future__ import annotations

import csv
import io
from math import comb

from explorer import paths, preset
from explorer.ui.length_section import csv_of


def test_the_csv_has_exact_counts() -> None:
    spec = preset("resnet110")
    text = csv_of([("block", paths(spec)), ("conv", paths(spec, "conv"))])
    rows = list(csv.DictReader(io.StringIO(text)))
    by_block = [row for row in rows if row["unit"] == "block"]
    assert [int(row["paths"]) for row in by_block] == [comb(54, k) for k in range(55)]
    assert abs(sum(float(row["share"]) for row in rows) - 2) < 1e-9
