from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.store import points
from explorer.store.ledger import Ledger
from explorer.store.records import Claim, Point, State
from explorer.store.tables import metric
from explorer.store.thinning import LIMIT, thinned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def begin(ledger: Ledger) -> Claim:
    ledger.submit("train", {}, title="", user="me")
    claim = ledger.claim("worker")
    assert claim is not None
    return claim


def num_rows(ledger: Ledger) -> int:
    with ledger.engine.connect() as db:
        return len(db.execute(metric.select()).all())


def curve(count: int) -> list[Point]:
    """A noisy loss with a spike and a gap, its learning rate, and one accuracy every 500 steps."""
    found: list[Point] = []
    for step in range(count):
        loss = 3 * math.exp(-step / count) + 0.1 * math.sin(step)
        loss = 40.0 if step == count // 3 else loss
        gap = step == count // 2
        found.append(Point(len(found) + 1, step, 1, {"loss": None if gap else loss, "lr": step}))
        if step % 500 == 499:
            found.append(Point(len(found) + 1, step, 1, {"test_accuracy": step / count}))
    return found


def test_a_long_curve_keeps_its_shape() -> None:
    whole = curve(30_000)
    kept = thinned(whole)
    assert LIMIT / 2 < len(kept) <= LIMIT
    losses = [p for p in kept if "loss" in p.data]
    assert (losses[0].step, losses[-1].step) == (0, 29_999)
    assert max(p.data["loss"] or 0 for p in losses) == 40.0
    assert any(p.data["loss"] is None for p in losses)
    assert max(p.data["lr"] or 0 for p in losses) == 29_999
    epochs = [p for p in whole if "test_accuracy" in p.data]
    assert [p for p in kept if "test_accuracy" in p.data] == epochs
    # Within each hundredth of the run both extremes of the loss are within a whisker.
    for start in range(0, 30_000, 300):
        here = [p.data["loss"] for p in whole if start <= p.step < start + 300 and "loss" in p.data]
        left = [p.data["loss"] for p in losses if start <= p.step < start + 300]
        numbers = [v for v in here if v is not None]
        shown = [v for v in left if v is not None]
        assert max(numbers) - max(shown) < 0.02
        assert min(shown) - min(numbers) < 0.02


def test_thinning_again_changes_little_and_a_short_curve_nothing() -> None:
    once = thinned(curve(30_000))
    assert thinned(once) == once
    assert thinned(curve(100)) == curve(100)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.none() | st.floats(allow_nan=False)), max_size=300
    ),
    st.integers(10, 100),
)
def test_any_curve_keeps_its_ends_and_extremes(values, limit) -> None:
    values.sort(key=lambda pair: pair[0])
    whole = [Point(n, step, 1, {"loss": value}) for n, (step, value) in enumerate(values)]
    kept = thinned(whole, limit)
    assert [p.seq for p in kept] == sorted({p.seq for p in kept})
    assert len(kept) <= max(limit, 5)
    if whole:
        assert (kept[0], kept[-1]) == (whole[0], whole[-1])
    numbers = [v for _, v in values if v is not None and math.isfinite(v)]
    shown = [v for p in kept if (v := p.data["loss"]) is not None and math.isfinite(v)]
    if numbers:
        assert (min(shown), max(shown)) == (min(numbers), max(numbers))


def test_the_ledger_keeps_about_as_many_points_as_a_screen_shows(ledger: Ledger) -> None:
    claim = begin(ledger)
    for start in range(0, 9_000, 300):
        batch = [
            (step, {"loss": 100.0 if step == 4321 else 1 / (step + 1)})
            for step in range(start, start + 300)
        ]
        ledger.report(claim, batch)
    assert num_rows(ledger) <= LIMIT * 1.25
    found = ledger.metrics(claim.job_id)
    assert (found[0].step, found[-1].step) == (0, 8_999)
    assert max(p.data["loss"] or 0 for p in found) == 100.0
    assert ledger.job(claim.job_id).last_seq == 9_000


def test_a_curve_is_packed_at_the_end_and_reads_the_same(ledger: Ledger) -> None:
    claim = begin(ledger)
    ledger.report(claim, [(0, {"loss": 2.0}), (1, {"loss": None}), (2, {"loss": 0.1, "lr": 3.0})])
    before = ledger.metrics(claim.job_id)
    ledger.finish(claim, State.DONE)
    assert num_rows(ledger) == 0
    assert ledger.metrics(claim.job_id) == before
    assert [p.seq for p in ledger.metrics(claim.job_id, since=1)] == [2, 3]


@pytest.mark.parametrize("end", ["cancelled", "failed", "lost"])
def test_every_end_packs(ledger: Ledger, end: str) -> None:
    claim = begin(ledger)
    ledger.report(claim, [(0, {"loss": 2.0})])
    if end == "cancelled":
        ledger.request(claim.job_id)
        ledger.give_back(claim)
    elif end == "failed":
        ledger.give_back(claim, crash="It died.")
        again = ledger.claim("worker")
        assert again is not None
        ledger.give_back(again, crash="It died.")
    else:
        ledger.request(claim.job_id)
        with ledger.engine.begin() as db:
            db.exec_driver_sql("UPDATE job SET lease_until = 0")
        ledger.recover_expired()
    assert ledger.job(claim.job_id).state.is_final
    assert num_rows(ledger) == 0
    assert [p.data for p in ledger.metrics(claim.job_id)] == [{"loss": 2.0}]


def test_packing_is_exact_and_small() -> None:
    whole = curve(2_000)
    data = points.packed(whole)
    assert points.unpacked(data) == whole
    assert len(data) < 40 * len(whole)
