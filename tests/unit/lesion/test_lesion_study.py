"""Studies as jobs: their result, their file, and what they say when they cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from explorer.errors import DataError, ExplorerError, JobError
from explorer.lesion import job, task
from explorer.lesion.study import Study, kept, stamp_of
from explorer.store.zoo import bundled

if TYPE_CHECKING:
    from pathlib import Path

RESNET, PLAIN = (
    next(one for one in bundled() if one.name == f"digits-{n}32") for n in ("resnet", "plain")
)
FEW = 60


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_DATA", str(tmp_path_factory.mktemp("cache")))
        yield


class Worker:
    """Records what a job says."""

    def __init__(self, payload):
        self.payload = payload
        self.said: list[tuple[float, str]] = []

    def progress(self, fraction, text):
        self.said.append((fraction, text))


def study(what, runs=(RESNET, PLAIN), **more) -> Study:
    folders = tuple(str(run.folder) for run in runs)
    stamps = tuple(stamp_of(run.folder) for run in runs)
    asked = {"repeats": 2, "limit": FEW, **more}
    return Study(what=what, runs=folders, stamps=stamps, data="digits", **asked)


def test_a_sweep_finds_what_single_lesions_find_and_is_kept() -> None:
    asked = study("sweep")
    assert kept(asked) is None
    worker = Worker(asked.model_dump(mode="json"))
    assert job.run(worker) == {"digest": asked.digest}
    found = kept(asked)
    assert found is not None
    assert [len(curve.points) for curve in found.curves] == [15, 15]
    first = found.curves[0]
    assert (first.num_images, first.num_classes) == (FEW, 10)
    for point in first.points[::5]:
        alone = task.outcome_of_run(str(RESNET.folder), "digits", point.units, FEW)
        assert point.accuracy == pytest.approx(alone.accuracy, abs=1e-9)
    fractions = [fraction for fraction, _ in worker.said]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert str(worker.said[-1][1]) == "Network 2 of 2"


def test_the_control_collapses_and_the_residual_network_does_not() -> None:
    asked = study("sweep", limit=None)
    job.run(Worker(asked.model_dump(mode="json")))
    found = kept(asked)
    assert found is not None
    residual, plain = ([p.accuracy for p in curve.points] for curve in found.curves)
    assert min(curve.baseline for curve in found.curves) > 0.95
    assert np.median(residual) > 0.85
    assert np.median(plain) < 0.25


def test_random_deletions_and_orders_have_every_draw() -> None:
    asked = study("random", (RESNET,), seed=3)
    job.run(Worker(asked.model_dump(mode="json")))
    found = kept(asked)
    assert found is not None
    points = found.curves[0].points
    assert [point.at for point in points] == [k for k in range(1, 11) for _ in range(2)]
    assert all(len(set(point.units)) == point.at for point in points)
    asked = study("reorder", (RESNET,))
    job.run(Worker(asked.model_dump(mode="json")))
    found = kept(asked)
    assert found is not None
    orders = found.curves[0].points
    assert all(sorted(p.units) == sorted(orders[0].units) for p in orders)
    assert all(p.tau is not None and -1 <= p.tau < 1 for p in orders)


def test_a_study_is_told_from_others_by_everything_it_depends_on() -> None:
    first = study("sweep")
    others = [
        study("random"),
        study("sweep", (RESNET,)),
        study("sweep", seed=1),
        study("sweep", limit=None),
        first.model_copy(update={"data_stamp": "other"}),
    ]
    assert len({first.digest, *(other.digest for other in others)}) == 6
    # Where the run lies does not matter, its weights do.
    assert first.model_copy(update={"runs": ("/elsewhere",)}).digest == first.digest


def test_images_are_drawn_once_and_by_seed() -> None:
    drawn = task.drawn(359, 100)
    assert len(set(drawn.tolist())) == 100
    assert np.array_equal(drawn, task.drawn(359, 100))
    assert list(task.drawn(7, 100)) == list(range(7))
    assert list(task.drawn(7, None)) == list(range(7))


def test_a_payload_that_is_no_study_is_one_sentence() -> None:
    with pytest.raises(JobError, match="does not say which lesions"):
        job.run(Worker({"what": "everything"}))


def test_other_classes_are_one_sentence() -> None:
    with pytest.raises(DataError, match="knows the classes"):
        task.outcome_of_run(str(RESNET.folder), "shapes", (), FEW)


def test_a_damaged_file_is_measured_again(tmp_path: Path) -> None:
    asked = study("sweep")
    asked.file.parent.mkdir()
    asked.file.write_text("{")
    assert kept(asked) is None


def test_grad_cam_before_and_after_a_lesion() -> None:
    run = str(RESNET.folder)
    same = task.cam_of_lesion(run, "digits", 3, (), None)
    assert np.array_equal(same.a.heat, same.b.heat)
    other = task.cam_of_lesion(run, "digits", 3, ("layer3.4", "layer2.1"), None)
    assert np.array_equal(same.a.heat, other.a.heat)
    assert not np.array_equal(other.a.heat, other.b.heat)
    with pytest.raises(ExplorerError, match="no unit"):
        task.cam_of_lesion(run, "digits", 3, ("layer9.9",), None)
