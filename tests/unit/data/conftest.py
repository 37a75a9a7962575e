"""Every test has a data folder of its own."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "data-home"
    monkeypatch.setenv("EXPLORER_DATA", str(home))
    return home


@pytest.fixture
def encode() -> Callable[..., bytes]:
    def encoded(array: np.ndarray, file_format: str = "PNG", **options) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(array).save(buffer, file_format, **options)
        return buffer.getvalue()

    return encoded


@pytest.fixture
def noise() -> Callable[..., np.ndarray]:
    def made(height: int, width: int, seed: int = 0) -> np.ndarray:
        return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)

    return made


@pytest.fixture
def files(encode, noise) -> Callable[..., dict[str, bytes]]:
    """Names and bytes of a small set: ``prefix + class/number.png``."""

    def made(*classes: str, count: int = 10, side: int = 12, prefix: str = "") -> dict[str, bytes]:
        return {
            f"{prefix}{name}/{number:02}.png": encode(noise(side, side, 100 * which + number))
            for which, name in enumerate(classes)
            for number in range(count)
        }

    return made


@pytest.fixture
def as_folder(tmp_path) -> Callable[..., Path]:
    def made(contents: dict[str, bytes], name: str = "pictures") -> Path:
        root = tmp_path / name
        root.mkdir()
        for file, data in contents.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_bytes(data)
        return root

    return made


@pytest.fixture
def as_zip(tmp_path) -> Callable[..., Path]:
    def made(contents: dict[str, bytes], name: str = "pictures.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, data in contents.items():
                archive.writestr(file, data)
        return path

    return made
