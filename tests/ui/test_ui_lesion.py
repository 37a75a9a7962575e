"""The lesion lab without a browser: delete, undo, studies, links, and what cannot be done."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from ui_tools import Open, button, choice, shown

from explorer.jobs import client
from explorer.lesion import job
from explorer.lesion.outcome import Outcome
from explorer.lesion.study import KIND
from explorer.store.zoo import bundled
from explorer.ui.finished import Run
from explorer.ui.lesion_view import Pair, confusion_csv, table

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.timeout(300)
FEW = {"view": "lesions", "images": "250"}


def deleted(app: AppTest):
    return next(box for box in app.multiselect if box.label == "Deleted blocks")


def accuracy(app: AppTest) -> float:
    strip = next(text for text in shown(app).split("\n") if "Accuracy left" in text)
    cell = strip.split("Accuracy left", 1)[1].split('<div class="rx-v">', 1)[1]
    return float(cell.split("%", 1)[0])


def test_blocks_are_deleted_undone_and_put_back(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet20", **FEW)
    assert not app.exception
    assert not app.error
    assert choice(app, "Trained network").value == "zoo-digits-resnet32"
    whole = accuracy(app)
    assert whole > 95
    assert "this is ResNet-32, half as wide, not ResNet-20" in shown(app)
    deleted(app).set_value(["layer3.4"]).run()
    one = accuracy(app)
    deleted(app).set_value(["layer3.4", "layer1.0"]).run()
    assert accuracy(app) < 50 < one
    assert app.query_params["deleted"] == "layer1.0,layer3.4"
    button(app, "Undo deletion").click().run()
    assert accuracy(app) == one
    assert deleted(app).value == ["layer3.4"]
    button(app, "Undo deletion").click().run()
    assert accuracy(app) == whole
    assert button(app, "Undo deletion").disabled
    deleted(app).set_value(["layer2.1"]).run()
    button(app, "Put all back").click().run()
    assert accuracy(app) == whole
    assert "deleted" not in app.query_params


def test_a_link_restores_the_lesion(open_page: Open) -> None:
    app = open_page(
        "unravel", run="zoo-digits-plain32", deleted="layer2.1,layer9.9,<b>", study="random", **FEW
    )
    assert not app.exception
    assert choice(app, "Trained network").value == "zoo-digits-plain32"
    assert deleted(app).value == ["layer2.1"]
    assert accuracy(app) < 50
    assert "Accuracy by the number of deleted blocks" in shown(app)


def test_a_study_is_queued_done_and_kept(open_page: Open) -> None:
    app = open_page("unravel", **FEW)
    assert "Not measured yet" in shown(app)
    button(app, "Measure").click().run()
    assert not app.exception
    (queued,) = [one for one in client.jobs() if one.kind == KIND]
    assert len(queued.payload["runs"]) == 2

    class Worker:
        payload = queued.payload

        def progress(self, fraction: float, text: str) -> None:
            pass

    job.run(Worker())
    app = open_page("unravel", **FEW)
    assert not app.exception
    assert "Not measured yet" not in shown(app)
    table = app.dataframe[-1].value
    assert len(table) == 30
    assert set(table["Network"]) == {"ResNet-32, half as wide", "Plain-32, half as wide"}


def test_a_network_without_its_images_says_where_to_put_them(open_page: Open) -> None:
    app = open_page("unravel", run="zoo-cifar10-resnet32", **FEW)
    assert not app.exception
    assert "The images of this network are not on this machine" in app.error[0].value
    box = next(one for one in app.text_input if one.label == "Path on this machine")
    box.set_value("/nowhere.zip").run()
    assert "There is no folder or file /nowhere" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("images", ["-1", "x", "9" * 300])
def test_junk_in_the_link_is_left_out(open_page: Open, images: str) -> None:
    app = open_page("unravel", view="lesions", run="x", data="/etc", study="x", images=images)
    assert not app.exception
    assert not app.error
    assert "images" not in app.query_params
    assert "data" not in app.query_params


def test_the_csv_has_every_image_once_for_each_network() -> None:
    one = bundled()[0]
    run = Run(one.id, one.folder, one.record, one.card)
    pair = Pair(run, Outcome(np.eye(10, dtype=int) * 4), Outcome(np.full((10, 10), 2)))
    rows = list(csv.DictReader(io.StringIO(confusion_csv(pair))))
    for name, num in (("whole", 40), ("left", 200)):
        assert sum(int(row["images"]) for row in rows if row["network"] == name) == num
    assert table(pair)[0] == {
        "Class": "0",
        "Images": "4",
        "Whole": "100.0 %",
        "Left": "10.0 %",
        "Change [points]": "−90.0",
    }
