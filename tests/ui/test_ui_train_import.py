"""A run that another installation has packed, taken in on the Train page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ui_tools import Open, shown

from explorer.errors import ExplorerError
from explorer.store import bundles, runs
from explorer.store.imported import PREFIX, imported
from explorer.store.zoo import bundled
from explorer.ui import train_import
from explorer.ui.finished import finished_runs

if TYPE_CHECKING:
    from pathlib import Path


def uploader(app):
    return next(one for one in app.file_uploader if one.label == "The packed run")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A trained network of the zoo as ``pack`` writes it."""
    path = tmp_path_factory.mktemp("bundle") / "run.zip"
    bundles.pack(bundled()[0].folder, path)
    return path.read_bytes()


def test_a_packed_run_stands_among_the_finished_ones(
    open_page: Open, own_home: Path, bundle: bytes
) -> None:
    app = open_page("train")
    uploader(app).upload("run.zip", bundle, "application/zip").run()
    assert not app.exception
    assert not app.error, app.error[0].value
    (one,) = imported()
    assert one.record.spec == bundled()[0].record.spec
    assert one.id in finished_runs()
    assert f"Taken in: {one.record.title}" in shown(app)
    assert "to-taken-in" in {button.key for button in app.button}
    assert not list(own_home.glob(".upload-*")), "the upload itself is not kept"


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_junk_is_one_sentence_and_nothing_is_kept(
    open_page: Open, own_home: Path, content: bytes
) -> None:
    app = open_page("train")
    uploader(app).upload("junk.zip", content, "application/zip").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Traceback" not in app.error[0].value
    said = app.error[0].value.replace("\\", "")
    assert str(own_home) not in said, "the temporary file is nobody's business"
    assert not imported()
    assert not list(own_home.glob(".upload-*"))
    assert uploader(app).value is None, "or every rerun would check the file again"
    app.run()
    assert len(app.error) == 1, "the sentence stays until another file is tried"


def test_a_run_that_has_not_ended_is_said_so(
    open_page: Open, own_home: Path, monkeypatch: pytest.MonkeyPatch, bundle: bytes
) -> None:
    folder = own_home / "runs" / f"{PREFIX}0123"

    def unfinished(*_asked: object, **_options: object) -> list[Path]:
        runs.write(folder, bundled()[0].record)
        return [folder]

    monkeypatch.setattr(train_import, "answers", unfinished)
    app = open_page("train")
    uploader(app).upload("run.zip", bundle, "application/zip").run()
    assert not app.exception
    assert "it had not ended when it was packed" in shown(app)
    assert "to-taken-in" not in {button.key for button in app.button}


def test_a_full_disk_is_one_sentence(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(train_import.shutil, "copyfileobj", full)
    with (own_home / "any").open("wb") as file, pytest.raises(ExplorerError) as caught:
        train_import._placed(file)
    assert caught.value.message == "The upload cannot be kept: No space left on device."
