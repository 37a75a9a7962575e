"""Data for trainings as a person gets it: downloaded from a server of ours, and uploaded."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from e2e_tools import ROOT, Server, choose, settled, start, watched
from PIL import Image
from playwright.sync_api import expect

from tests.unit.data.web import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from tests.unit.data.web import Server as Publisher

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
IMAGES = {"train": 900, "test": 60}
MOVED = """
import json, os
from dataclasses import replace
from explorer.data import published
from explorer.data.published_file import File

files = tuple(File(*each) for each in json.loads(os.environ["EXPLORER_E2E_FILES"]))
published._SETS = tuple(
    replace(one, files=files, unpacked=1000) if one.name == "fashion_mnist" else one
    for one in published._SETS
)
"""
"""Every process of the app finds Fashion-MNIST at our own address."""


def idx(array: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def lab(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    generator = np.random.default_rng(0)
    files = []
    for part, count in IMAGES.items():
        kinds = {
            "images": generator.integers(0, 256, (count, 28, 28)),
            "labels": np.arange(count) % 10,
        }
        for kind, array in kinds.items():
            data = idx(array)
            md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
            url = publisher.url(f"{part}-{kind}.gz", data)
            files.append((url, md5, len(data), "a test"))
    place = tmp_path_factory.mktemp("moved")
    (place / "sitecustomize.py").write_text(MOVED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_E2E_FILES", json.dumps(files))
        patch.setenv("PYTHONPATH", os.pathsep.join((str(place), str(ROOT))))
        running = start(tmp_path_factory.mktemp("data"))
    yield running
    running.stop()


@pytest.fixture
def train(lab: Server, browser: Browser) -> Iterator[Page]:
    with watched(browser.new_context(viewport={"width": 1280, "height": 1400})) as page:
        page.goto(f"{lab.url}train?arch=resnet20")
        settled(page)
        page.get_by_text("More data", exact=True).click()
        yield page


def downloading(page: Page) -> Locator:
    """Ask for Fashion-MNIST and return the row of its download."""
    choose(page, "Published set", "Fashion-MNIST")
    expect(page.get_by_text("It takes ")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Download ")).click()
    settled(page)
    return page.get_by_test_id("job").first


def test_a_download_shows_how_far_it_is_is_stopped_and_goes_on(
    train: Page, publisher: Publisher, lab: Server
) -> None:
    publisher.plan = ["slow"]
    row = downloading(train)
    expect(row).to_have_attribute("data-state", "running", timeout=30_000)
    expect(row).to_contain_text("train-images.gz", timeout=30_000)
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    row.get_by_role("button", name="Stop").click()
    expect(row).to_have_attribute("data-state", "cancelled", timeout=10_000)
    part = next((lab.home / "cache").rglob("*.part"))
    arrived = part.stat().st_size
    assert arrived > 0

    row.get_by_role("button", name="Try again", exact=True).click()
    expect(row).to_have_attribute("data-state", "done", timeout=30_000)
    assert f"bytes={arrived}-" in publisher.asked
    expect(train.get_by_text("It is on this machine: choose it under Data.")).to_be_visible()
    choose(train, "Data", "Fashion-MNIST")
    expect(train.get_by_text("70,000 grey pictures of clothes").first).to_be_visible()
    train.get_by_text("Classes and statistics", exact=True).click()
    expect(train.get_by_text("900 images to learn from, 60 held out, 10 classes")).to_be_visible()
    expect(train.get_by_text("Mean of red, green, blue 0.5")).to_be_visible()


def test_a_file_that_is_another_is_refused_in_a_sentence(
    train: Page, publisher: Publisher, lab: Server
) -> None:
    for path in (lab.home / "cache").rglob("*.gz*"):
        path.unlink()
    train.reload()
    settled(train)
    train.get_by_text("More data", exact=True).click()
    publisher.plan = ["lie"]
    row = downloading(train)
    expect(row).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(row).to_contain_text("What arrived is not train-images.gz: its MD5 begins with")
    expect(row).to_contain_text("It was thrown away.")
    assert not list((lab.home / "cache").rglob("*.part"))


def pictures(*classes: str, count: int = 12) -> dict[str, bytes]:
    generator = np.random.default_rng(0)
    found = {}
    for name in classes:
        for number in range(count):
            buffer = io.BytesIO()
            pixels = generator.integers(0, 256, (20, 24, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(buffer, "PNG")
            found[f"{name}/{number}.png"] = buffer.getvalue()
    return found


def zipped(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def test_a_zip_and_a_folder_are_looked_at_and_a_bad_one_is_refused(
    train: Page, tmp_path: Path
) -> None:
    train.get_by_role("tab", name="Your own images").click()
    upload, folder = (train.locator("input[type=file]").nth(n) for n in range(2))
    upload.set_input_files(zipped(tmp_path / "flat.zip", {"a.png": b"x", "b.txt": b"y"}))
    expect(train.get_by_role("alert").first).to_contain_text("folder")

    upload.set_input_files(zipped(tmp_path / "beasts.zip", pictures("cat", "dog")))
    expect(train.get_by_text("24 images in 2 classes")).to_be_visible(timeout=20_000)
    expect(train.get_by_text("Kept as beasts: choose it under Data.")).to_be_visible()

    place = tmp_path / "plants"
    for name, data in pictures("fern", "moss", "rose").items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    folder.set_input_files(place)
    expect(train.get_by_text("36 images in 3 classes")).to_be_visible(timeout=20_000)
    choose(train, "Data", "plants")
    train.get_by_role("button", name="Train this network").click()
    row = train.get_by_test_id("job").filter(has_text="plants")
    expect(row).to_have_attribute("data-state", "done", timeout=60_000)
