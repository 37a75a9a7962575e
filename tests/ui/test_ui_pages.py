"""Every page opens, empty or full, and says what to do next."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from ui_tools import Open, button, choice, shown

from explorer.jobs import client
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.store.paths import home
from explorer.store.records import State
from explorer.ui import nav

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

PAGES = [page.name for page in nav.pages()]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["resnet20", "plain20", "preact_resnet164", "res2net101_26w_4s"])
def test_every_page_opens_for_every_kind_of_network(open_page: Open, page: str, name: str) -> None:
    app = open_page(page, arch=name)
    assert not app.exception
    assert not app.error


def test_empty_pages_say_what_to_do_next(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.ui.finished.bundled", tuple)
    assert "Press Train this network in the form" in shown(open_page("train"))
    app = open_page("cam")
    assert "Train two networks on the same data" in shown(app)
    assert button(app, "Train a network")


def test_without_runs_of_ones_own_the_bundled_ones_are_compared(open_page: Open) -> None:
    app = open_page("cam", a="zoo-digits-resnet32", b="zoo-digits-plain32")
    assert not app.exception
    assert not app.error
    assert "bundled" in choice(app, "Network A").options[0]
    assert "Disagreement" in shown(app)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("preact_resnet20", "An exact sum"),
        ("resnet20", "Not an exact sum"),
        ("highway19", "Not an exact sum"),
        ("plain20", "One path"),
    ],
)
def test_unravel_says_whether_the_signal_is_a_sum(open_page: Open, name: str, word: str) -> None:
    assert word in shown(open_page("unravel", arch=name))


def test_a_range_of_blocks_is_unravelled_and_counted(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet110", blocks="2.0-2.7")
    assert not app.exception
    assert "256 paths through 8 residual blocks of the 1.8 × 10¹⁶ of the whole network" in shown(
        app
    )
    segments(app, "Blocks to unravel").set_value("3").run()
    assert "262,144 paths through 18 residual blocks" in shown(app)
    assert app.query_params["blocks"] == "3"
    segments(app, "Blocks to unravel").set_value("all").run()
    assert "blocks" not in app.query_params


def test_a_block_that_is_not_there_is_one_sentence(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet20", blocks="9.9")
    assert not app.exception
    assert "There is no block" in app.error[0].value
    assert "512 paths through 9 residual blocks." in shown(app)


def test_junk_in_the_link_of_the_unravel_page_is_left_out(open_page: Open) -> None:
    junk = {"open": "1e9", "path": "x,9.9", "unit": "mile", "gate": "inf", "view": "nothing"}
    app = open_page("unravel", arch="highway19", **junk)
    assert not app.exception
    assert "view" not in app.query_params
    assert "unit" not in app.query_params


def test_path_lengths_have_a_table_by_every_unit(open_page: Open) -> None:
    app = open_page("unravel", arch="resnext50_32x4d", view="lengths", unit="transformation")
    assert not app.exception
    by_unit, blocks = (table.value for table in app.table)
    assert list(by_unit["One unit is"]) == ["a block", "a transformation", "a conv", "a layer"]
    assert list(by_unit["Paths"]) == ["65,536", "2.0 × 10²⁴", "2.0 × 10²⁴", "2.0 × 10²⁴"]
    assert list(by_unit["Longest"]) == ["16", "16", "49", "50"]
    assert set(blocks["a transformation"]) == {"1 + 32 z"}
    assert app.query_params["unit"] == "transformation"
    segments(app, "One unit is").set_value("conv").run()
    assert app.query_params["unit"] == "conv"
    assert "lengths 43 to 49 hold 95 %" in shown(app)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dpn92", "follows each stream by itself"),
        ("resnet110_sd", "probability that a path is there"),
        ("plain20", "blocks in series multiply"),
        ("resnet1202", "blocks in series multiply"),
    ],
)
def test_path_lengths_of_every_kind_of_network(open_page: Open, name: str, words: str) -> None:
    app = open_page("unravel", arch=name, view="lengths")
    assert not app.exception
    assert not app.error
    assert words in shown(app)


def test_gates_weight_the_paths(open_page: Open) -> None:
    app = open_page("unravel", arch="highway19", view="lengths", gate="0.5")
    assert "Line: each path weighted, mean 9.5" in shown(app)
    app.select_slider[0].set_value(1.0).run()
    assert "Line: each path weighted, mean 17" in shown(app)
    assert app.query_params["gate"] == "1.00"
    assert "Weighted paths" not in shown(open_page("unravel", arch="resnet20", view="lengths"))


def segments(app: AppTest, label: str):
    """Return the segmented choice with a label."""
    return next(c for c in app.segmented_control if c.label == label)


def test_a_training_is_queued_with_what_the_form_says(open_page: Open) -> None:
    app = open_page("train", arch="res2net20_31w_4s")
    choice(app, "Data").select("digits").run()
    next(n for n in app.number_input if n.label == "Epochs").set_value(2).run()
    next(n for n in app.number_input if n.label == "Seed").set_value(7).run()
    button(app, "Train this network").click().run()
    assert not app.exception
    (job,) = client.jobs()
    assert job.title == "Res2Net-20 31w × 4s"
    assert job.payload["data"] == "digits"
    assert job.payload["seed"] == 7
    assert job.payload["recipe"]["epochs"] == 2
    assert job.payload["spec"] == preset("res2net20_31w_4s").model_dump(mode="json")


def test_a_path_that_is_not_there_is_one_sentence(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Data").select("own").run()
    button(app, "Train this network").click().run()
    assert "Name a folder or a zip" in app.error[0].value
    next(t for t in app.text_input if t.label.startswith("Path")).set_value("nowhere.zip").run()
    button(app, "Train this network").click().run()
    assert "There is no folder or file" in app.error[0].value
    assert not client.jobs()


def test_a_zip_in_the_data_folder_is_listed(open_page: Open, own_home: Path) -> None:
    (own_home / "datasets").mkdir()
    with zipfile.ZipFile(own_home / "datasets" / "mine.zip", "w") as archive:
        archive.writestr("a/readme.txt", "")
    assert "mine" in choice(open_page("train"), "Data").options


def finished_run(title: str, name: str, classes: tuple[str, ...], size: int = 32) -> str:
    """Write an untrained network as if a job had trained it."""
    from explorer import weights
    from explorer.builder import build
    from explorer.spec.edit import change_part

    spec = change_part(preset(name), "head", num_classes=len(classes))
    job = client.submit("train", {"data": "digits", "recipe": {"epochs": 1}}, title=title, user="u")
    claim = client.ledger().claim("test")
    assert claim
    folder = home().run(job)
    data = runs.DataRecord(
        name="digits", classes=classes, image_size=size, mean=(0.5,) * 3, std=(0.2,) * 3
    )
    result = runs.Result(accuracy=0.5, loss=1.0, num_images=180, seconds=1.0, epochs=1)
    record = runs.RunRecord(
        title=title, spec=spec, data=data, recipe={}, seed=0, device="cpu", result=result
    )
    runs.write(folder, record)
    weights.save(build(spec), folder / runs.WEIGHTS)
    client.ledger().finish(claim, State.DONE, "", {})
    return job


DIGITS = tuple(str(i) for i in range(10))


def test_two_runs_are_compared_and_the_controls_answer(open_page: Open) -> None:
    a = finished_run("A net", "resnet20", DIGITS)
    b = finished_run("B net", "res2net20_31w_4s", DIGITS)
    app = open_page("cam", a=a, b=b)
    assert not app.exception
    assert not app.error, app.error
    text = shown(app)
    assert "A net" in text
    assert "layer3.1.relu3" in text or "layer3.2.relu2" in text
    choice(app, "Method").select("hirescam").run()
    assert not app.error
    for label, value in (("Layer", "layer1"), ("Scale", "own")):
        next(c for c in app.segmented_control if c.label == label).set_value(value).run()
        assert not app.exception
        assert not app.error
    assert "layer1.2.relu2" in shown(app)
    button(app, "Next").click().run()
    assert not app.error
    choice(app, "Explain the score of").select("3").run()
    assert "3: " in shown(app)


def test_an_upload_is_explained_and_junk_is_one_sentence(open_page: Open, tmp_path: Path) -> None:
    finished_run("A net", "resnet20", DIGITS)
    finished_run("B net", "resnet20", DIGITS)
    app = open_page("cam")
    next(c for c in app.button_group if c.label == "Image").set_value("upload").run()
    assert "No image yet" in app.error[0].value
    image = tmp_path / "image.png"
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(image)
    app.file_uploader[0].upload("image.png", image.read_bytes(), "image/png").run()
    assert not app.error, app.error
    app.file_uploader[0].upload("image.png", b"junk", "image/png").run()
    assert len(app.error) == 1
    assert not app.exception


def test_runs_on_other_classes_are_not_offered_as_the_second(open_page: Open) -> None:
    finished_run("Letters", "resnet20", ("a", "b"))
    a = finished_run("A net", "resnet20", DIGITS)
    app = open_page("cam", a=a)
    assert not any("Letters" in str(o) for o in choice(app, "Network B").options)


def test_a_newcomer_starts_with_images_that_train_within_a_minute(open_page: Open) -> None:
    app = open_page("train")
    assert choice(app, "Data").value == "digits"
    assert "stride 2 in the stem" not in shown(app)
    choice(app, "Data").select("shapes").run()
    assert "stride 2 in the stem" in shown(app)
    assert "stride 2 in the stem" not in shown(open_page("train", arch="resnet18"))
