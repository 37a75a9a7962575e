"""The command that writes the side-by-side picture."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.builder import build
from explorer.cli.commands import main
from explorer.spec.presets import preset
from explorer.store.runs import DataRecord, RunRecord, write
from explorer.weights import save


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("cam")
    for name, size in (("resnet20", 32), ("preact_resnet20", 32), ("plain20", 64)):
        data = DataRecord(
            name="noise",
            classes=tuple("abcdefghij"),
            image_size=size,
            mean=(0.5, 0.5, 0.5),
            std=(0.2, 0.2, 0.2),
        )
        record = RunRecord(
            title=name, spec=preset(name), data=data, recipe={}, seed=0, device="cpu"
        )
        write(folder / name, record)
        save(build(record.spec), folder / name / "weights.safetensors")
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "photo.jpg")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    return folder


def call(folder, a="resnet20", b="preact_resnet20", image="photo.jpg", output="o.png", more=()):
    paths = [str(folder / name) for name in (a, b, image, output)]
    return main(["cam", paths[0], paths[1], "--image", paths[2], "-o", paths[3], *more])


def test_it_writes_the_picture_and_says_so(folder, capsys):
    assert call(folder) == 0
    with Image.open(folder / "o.png") as image:
        assert image.format == "PNG"
    printed = capsys.readouterr().out
    assert "Grad-CAM" in printed
    assert "preact_resnet20" in printed


def test_json_is_one_object_with_the_numbers(folder, capsys):
    assert call(folder, more=["--json", "--target", "c", "--method", "hirescam"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["target"], data["method"]) == ("c", "hirescam")
    assert np.shape(data["a"]["heat"]) == (8, 8)
    assert data["file"].endswith("o.png")


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": "nowhere"},
        {"b": "plain20"},
        {"image": "none.png"},
        {"image": "broken.png"},
        {"output": "no/such/folder.png"},
        {"more": ["--target", "zebra"]},
        {"more": ["--layer", "layer9"]},
        {"more": ["--method", "rise"]},
    ],
)
def test_what_is_wrong_is_one_line_and_exit_2(folder, capsys, wrong):
    with pytest.raises(SystemExit) as stopped:
        call(folder, **wrong)
    assert stopped.value.code == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert len(written.err.strip().splitlines()) == 1
