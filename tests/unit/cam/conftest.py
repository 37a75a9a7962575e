"""Two networks as subjects, and as runs on disk."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.cam.pair import Subject
from explorer.store.runs import write
from explorer.weights import save
from tests.unit.cam.cam_lab import record, settled


@pytest.fixture(scope="session")
def resnet():
    return settled("resnet20")


@pytest.fixture(scope="session")
def preact():
    return settled("preact_resnet20", seed=1)


@pytest.fixture(scope="session")
def a(resnet) -> Subject:
    return Subject(resnet, record("resnet20", "Alpha"))


@pytest.fixture(scope="session")
def b(preact) -> Subject:
    return Subject(preact, record("preact_resnet20", "Beta"))


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def runs(a, b, tmp_path_factory):
    folders = []
    for subject in (a, b):
        folder = tmp_path_factory.mktemp("runs") / subject.record.title
        write(folder, subject.record)
        save(subject.network, folder / "weights.safetensors")
        folders.append(folder)
    return folders[0], folders[1]
