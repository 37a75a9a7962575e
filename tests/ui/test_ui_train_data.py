"""Data on the Train page: sets to download, and images of one's own with a look at them before."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from ui_tools import Open, button, choice, shown

from explorer.errors import DataError
from explorer.jobs import client
from explorer.ui import train_data

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest


def png(value: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((16, 16, 3), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def zipped(*, broken: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("blue", "red"):
            for i in range(12):
                archive.writestr(f"{name}/{i}.png", png(20 * i))
        if broken:
            archive.writestr("red/bad.png", b"no image")
    return file.getvalue()


def download(app: AppTest) -> Any:
    return next(b for b in app.button if b.label.startswith("Download "))


def test_a_set_is_downloaded_as_a_job(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Published set").select("fashion_mnist").run()
    text = shown(app)
    assert "MIT licence" in text
    assert "on the disk;" in text
    assert "are free." in text
    download(app).click().run()
    assert not app.exception
    (job,) = client.jobs(kind="fetch")
    assert (job.title, job.payload) == ("Fashion-MNIST", {"data": "fashion_mnist"})
    assert download(app).disabled
    lists = [
        json.loads(c.proto.json) for c in app.get("bidi_component") if '"fetch"' in c.proto.json
    ]
    assert lists[0]["kind"] == "fetch"
    assert lists[0]["hasCurves"] is False


def test_too_little_room_is_said_before(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(train_data.shutil, "disk_usage", lambda _place: usage)
    assert "1.000 MB are free. That is too little" in shown(open_page("train"))


def test_a_zip_of_ones_own_is_kept_and_looked_at(open_page: Open, own_home: Path) -> None:
    app = open_page("train")
    app.file_uploader[0].upload("my pets.zip", zipped(), "application/zip").run()
    assert not app.exception
    assert not app.error, app.error[0].value
    assert (own_home / "datasets" / "my pets.zip").exists()
    text = shown(app)
    assert "Kept as my pets: choose it under Data." in text
    assert "24 images in 2 classes, trained at 32 px" in text
    assert "a tenth of each class is held out" in text
    assert "It can be trained on." in text
    assert any("fewer than 20" in warning.value for warning in app.warning)
    assert "my pets" in choice(app, "Data").options
    choice(app, "Data").select("my pets").run()
    button(app, "Train this network").click().run()
    assert client.jobs(kind="train")[0].payload["data"].endswith("my pets.zip")


def test_images_that_cannot_be_used_are_named(open_page: Open) -> None:
    app = open_page("train")
    app.file_uploader[0].upload("bad.zip", zipped(broken=True), "application/zip").run()
    assert any("cannot be used" in warning.value for warning in app.warning)
    assert "red/bad.png" in shown(app)
    assert "It can be trained on." not in shown(app)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"junk", "not a zip"), (zipped()[:200], "not a zip")],
)
def test_what_is_no_zip_of_images_is_one_sentence(
    open_page: Open, content: bytes, words: str
) -> None:
    app = open_page("train")
    app.file_uploader[0].upload("x.zip", content, "application/zip").run()
    assert not app.exception
    assert words in app.error[0].value


def test_a_folder_becomes_a_zip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(train_data.datasets, "folder", lambda: tmp_path)

    class File(io.BytesIO):
        name, size = "", 100

    files = []
    for name in ("pets/cat/1.png", "pets/dog/1.png", "pets/notes.txt"):
        file = File(png(3))
        file.name = name
        files.append(file)
    kept = train_data._placed(None, files)
    assert kept.name == "pets.zip"
    assert zipfile.ZipFile(kept).namelist() == ["pets/cat/1.png", "pets/dog/1.png"]
    with pytest.raises(DataError):
        train_data._placed(None, files[2:])


def test_what_lies_in_the_folder_is_looked_into_when_asked(open_page: Open, own_home: Path) -> None:
    (own_home / "datasets").mkdir()
    (own_home / "datasets" / "mine.zip").write_bytes(zipped())
    app = open_page("train")
    assert "It can be trained on." not in shown(app)
    button(app, "Show its images").click().run()
    assert "It can be trained on." in shown(app)


def test_what_the_data_has_is_counted_when_it_is_opened(open_page: Open) -> None:
    app = open_page("train")
    assert "to learn from" not in shown(app)
    app.session_state["about-data"] = True
    app.run()
    text = shown(app)
    assert "1,438 images to learn from, 359 held out, 10 classes, 32 px." in text
    assert "Mean of red, green, blue 0." in text
    table = app.dataframe[0].value
    assert list(table["Class"]) == list("0123456789")
    assert (table["To learn from"].sum(), table["Held out"].sum()) == (1438, 359)
