"""Which finished runs the pages offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.jobs import client
from explorer.store import pretrained, runs
from explorer.store.paths import home
from explorer.ui import finished
from explorer.ui.weights_choice import label_of
from tests.run_lab import finished_run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_jobs_that_wait_do_not_push_finished_runs_out(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del own_home
    monkeypatch.setattr(finished, "MAX_FINISHED", 2)
    mine = finished_run()
    client.submit_all("train", [(f"waits {i}", {}) for i in range(5)], user="others")
    assert mine in finished.finished_runs()


def test_one_run_that_cannot_be_read_takes_no_page_with_it(own_home: Path) -> None:
    del own_home
    damaged, whole = finished_run(title="damaged"), finished_run(title="whole")
    assert {damaged, whole} <= set(finished.finished_runs())
    (home().run(damaged) / runs.RECORD).write_text('{"title": 3}')
    network = pretrained.folder_of(next(iter(pretrained.PRETRAINED)))
    network.mkdir(parents=True)
    for name in (runs.RECORD, runs.WEIGHTS):
        (network / name).write_text("torn")
    found = finished.finished_runs()
    assert whole in found
    assert damaged not in found
    assert not pretrained.fetched()


def test_runs_of_one_name_from_elsewhere_are_told_apart(own_home: Path) -> None:
    del own_home
    run = finished.finished_runs()["zoo-digits-resnet32"]
    one, other = (run._replace(id=f"imported-{end}", card=None) for end in ("0a1b", "2c3d"))
    assert label_of(one) != label_of(other)
