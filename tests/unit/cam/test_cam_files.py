"""Maps of several networks as rows, pictures, files and kept results."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from explorer.cam.compare import Answer, Comparison, Side, disagreement
from explorer.cam.kept import WORDS, keep, kept
from explorer.cam.layers import Layer
from explorer.cam.measure.agreement import Verdict, noise_of, shares
from explorer.errors import DataError
from explorer.export.cam import Origin, maps_npz, provenance
from explorer.figures.cam_row import cam_row
from explorer.figures.cam_row_picture import row_picture
from explorer.figures.cam_svg import cam_svg
from explorer.figures.heatmap import Look
from tests.unit.cam.cam_lab import record

LAYER = Layer("layer3", "layer3.2.relu2", 4, 4, 8, 75)
LOOK = Look(size=64)


def side(title: str, heat: np.ndarray) -> Side:
    top = (Answer("a", 0.7), Answer("b", 0.2))
    return Side(title, LAYER, heat.astype(np.float32), 1.5, 0.7, 1, top)


@pytest.fixture
def found() -> tuple[Comparison, ...]:
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    sides = [side(f"Net {i}", random.normal(size=(4, 4)) * (i + 1)) for i in range(3)]
    sides.append(side("Dead <net>", -np.ones((4, 4))))
    return tuple(
        Comparison(image, "a", "b", "gradcam", "Grad-CAM", sides[0], b, disagreement(sides[0], b))
        for b in sides[1:]
    )


def test_a_row_has_one_scale_for_all_unless_each_has_its_own(found):
    row = cam_row(found, "share", LOOK)
    assert len(row.maps) == 4
    assert len(row.differences) == 3
    assert len(set(row.ends)) == 1
    assert row.ends[0] == max(one.share.max() for one in (found[0].a, *(c.b for c in found)))
    assert all(pixels.shape == (64, 64, 3) for pixels in (*row.maps, *row.differences, row.image))
    assert len(set(cam_row(found, "own", LOOK).ends)) == 4
    assert row.limit == max(np.abs(one.difference).max() for one in found[:2])


def test_the_pictures_name_every_network(found):
    picture = Image.open(io.BytesIO(row_picture(found, look=LOOK)))
    assert picture.width > picture.height
    root = ET.fromstring(cam_svg(found, look=LOOK))  # noqa: S314 - our own
    text = " ".join(root.itertext())
    for name in ("Net 0", "Net 1", "Net 2", "Dead <net>", "A − D, not defined", "layer3.2.relu2"):
        assert name in text
    pictures = [one for one in root if one.tag.endswith("image")]
    assert len(pictures) == 1 + 4 + 3 + 2


def test_raw_maps_and_their_origin_are_whole(found):
    with np.load(io.BytesIO(maps_npz(found))) as arrays:
        assert set(arrays.files) == {"image", "a", "b", "c", "d"}
        assert np.array_equal(arrays["b"], found[0].b.heat)
    records = tuple(record("resnet20", f"Net {i}") for i in range(4))
    words = json.loads(provenance(found, Origin(records, ("0" * 64,) * 4, "cat.jpg", "share")))
    assert words["question"]["class"] == "a"
    assert words["question"]["true_class"] == "b"
    assert words["image"]["name"] == "cat.jpg"
    assert [one["name"] for one in words["networks"]] == ["A", "B", "C", "D"]
    assert words["networks"][0]["spec_digest"] == records[0].spec.digest
    assert words["comparisons"][2]["disagreement"] is None
    assert words["versions"]["torch"]
    assert words["noise_of_seeds"] is None


def test_what_a_job_keeps_is_read_again(found, tmp_path):
    keep(found, tmp_path)
    again = kept(tmp_path)
    for one, other in zip(found, again, strict=True):
        assert one.as_dict() == other.as_dict()
        assert np.array_equal(one.image, other.image)
    (tmp_path / WORDS).write_text("{}")
    with pytest.raises(DataError, match="cannot be read"):
        kept(tmp_path)


def test_noise_is_what_95_percent_of_pairs_of_seeds_do_not_exceed():
    random = np.random.default_rng(1)
    group = [shares(random.uniform(size=(40, 4, 4))) for _ in range(3)]
    noise = noise_of([group], 8, ("Net",), 40)
    distances = [np.abs(group[i] - group[j]).sum((1, 2)) / 2 for i, j in ((0, 1), (0, 2), (1, 2))]
    highest = np.quantile(np.concatenate(distances), 0.95)
    assert noise.highest["total_variation"] == pytest.approx(highest)
    assert noise.num_pairs == 3
    assert noise.judge("total_variation", highest + 0.01) is Verdict.ABOVE
    assert noise.judge("total_variation", highest - 0.01) is Verdict.BELOW
    dead = noise_of([[np.full((2, 4, 4), np.nan)] * 2], 8, ("Net",), 2)
    assert dead.judge("total_variation", 0.9) is Verdict.UNKNOWN
