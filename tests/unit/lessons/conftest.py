"""A home of its own, a tiny lesson, and a zip of images that are told apart at once."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lesson_lab import TINY
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("EXPLORER_THREADS", "1")
    return tmp_path / "home"


@pytest.fixture
def add_lesson(own_home: Path) -> Callable[..., Path]:
    """Put a lesson of one's own into the home."""

    def add(text: str = TINY, name: str = "tiny", file: str = "lesson.en.toml") -> Path:
        path = own_home / "lessons" / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return add


@pytest.fixture
def colours(own_home: Path) -> Path:
    """Images of two colours in the folder of data sets."""
    path = own_home / "datasets" / "colours.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for channel, name in ((2, "blue"), (0, "red")):
            for i in range(60):
                pixels = generator.integers(0, 90, (16, 16, 3), dtype=np.uint8)
                pixels[..., channel] += 150
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG")
                archive.writestr(f"{name}/{i:02}.png", file.getvalue())
    return path
