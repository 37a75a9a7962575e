"""Two runs on one image: what is refused, and what comes back."""

from __future__ import annotations

import io
import os
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.builder import build
from explorer.cam import task
from explorer.cam.core import explain
from explorer.cam.pair import Question, Subject, compare, titles_of
from explorer.data import samples
from explorer.errors import DataError, ExplorerError, WeightsError
from explorer.spec.edit import change_part
from tests.unit.cam.cam_lab import CLASSES, record


def png(pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_both_sides_answer_about_one_class(a, b, picture):
    result = compare(a, b, picture, Question(target="c"))
    assert result.target == "c"
    for side, subject in ((result.a, a), (result.b, b)):
        mean, std = torch.tensor(subject.record.data.mean), torch.tensor(subject.record.data.std)
        x = ((torch.from_numpy(picture) / 255 - mean) / std).permute(2, 0, 1)[None]
        with torch.no_grad():
            logits = subject.network(x)[0]
        order = [CLASSES[i] for i in logits.argsort(descending=True).tolist()]
        assert [answer.class_name for answer in side.top] == order[:5]
        assert side.rank == order.index("c") + 1
        assert side.logit == pytest.approx(logits[2].item(), rel=1e-5)
        assert side.probability == pytest.approx(logits.softmax(0)[2].item(), rel=1e-5)
        assert side.heat.shape == (8, 8)
    assert (result.a.layer.address, result.b.layer.address) == ("layer3.2.relu2", "norm_relu")


def test_classes_are_matched_by_name_not_by_place(a, b, picture):
    turned = b.record.model_copy(
        update={"data": b.record.data.model_copy(update={"classes": CLASSES[::-1]})}
    )
    straight = compare(a, b, picture, Question(target="c")).b
    by_name = compare(a, Subject(b.network, turned), picture, Question(target="h")).b
    np.testing.assert_array_equal(straight.heat, by_name.heat)


def test_the_class_is_the_truth_or_else_what_a_predicts(a, b, picture):
    assert compare(a, b, picture, Question(), label="g").target == "g"
    free = compare(a, b, picture, Question(), label="unheard of")
    assert free.target == free.a.top[0].class_name
    assert free.a.rank == 1
    assert compare(a, b, picture, Question(target=3)).target == "d"
    assert compare(a, b, picture, Question(target="3")).target == "d"


def test_equal_networks_do_not_disagree(a, picture):
    result = compare(a, a, picture, Question(target="a"))
    assert result.disagreement.total_variation == 0
    assert not result.difference.any()


def test_it_crosses_processes_whole(a, b, picture):
    result = compare(a, b, picture, Question(target="a"))
    data = pickle.dumps(result)
    assert len(data) < 20_000
    assert pickle.loads(data).as_dict() == result.as_dict()  # noqa: S301 - our own bytes


def refusal(*arguments, **options) -> str:
    with pytest.raises(ExplorerError) as caught:
        compare(*arguments, **options)
    assert caught.value.hint
    return caught.value.message


def test_different_class_lists_are_refused(a, b, picture):
    other = Subject(b.network, record("preact_resnet20", "Beta", classes=(*CLASSES[:9], "zebra")))
    assert refusal(a, other, picture, Question()) == (
        "Alpha and Beta were trained on different classes: only Alpha knows 'j'."
    )


def test_different_strides_are_refused_with_both_named(a, picture):
    other = Subject(a.network, record("resnet18", "Gamma"))
    assert refusal(a, other, picture, Question()) == (
        "layer3.2.relu2 of Alpha has 8 × 8 cells of 4 px, "
        "but layer4.1.relu2 of Gamma has 1 × 1 cells of 32 px."
    )


def test_different_image_sizes_are_refused(a, b, picture):
    other = Subject(b.network, record("preact_resnet20", "Beta", image_size=64))
    assert refusal(a, other, picture, Question()) == (
        "Alpha sees images of 32 px and Beta of 64 px, "
        "so a cell of one map is not a cell of the other."
    )


@pytest.mark.parametrize("target", ["zebra", 10, -1, "10"])
def test_an_unknown_class_is_refused(a, b, picture, target):
    message = refusal(a, b, picture, Question(target=target))
    assert message == f"There is no class {target}."


def test_a_layer_that_only_one_has_is_refused(a, b, picture):
    message = refusal(a, b, picture, Question(layer="norm_relu"))
    assert message == "The layer 'norm_relu' is not in Alpha."


class TestTask:
    def test_a_file_is_cropped_and_compared(self, runs):
        pixels = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
        result = task.pair(*map(str, runs), png(pixels), layer="layer2", method="layercam")
        assert result.image.shape == (32, 32, 3)
        assert (result.a.layer.address, result.a.heat.shape) == ("layer2.2.relu2", (16, 16))
        assert result.label is None

    def test_an_image_of_a_data_set_brings_its_label(self, runs):
        result = task.pair(*map(str, runs), ("shapes", 3))
        assert result.label == samples("shapes", [3], image_size=32)[0].class_name

    def test_networks_stay_loaded_until_their_weights_change(self, runs):
        first = task.subject(runs[0])
        assert task.subject(runs[0]) is first
        weights = runs[0] / "weights.safetensors"
        weights.write_bytes(weights.read_bytes())
        os.utime(weights, ns=(1, 1))
        assert task.subject(runs[0]) is not first
        assert not any(p.requires_grad for p in first.network.parameters())

    @pytest.mark.parametrize("cut", [0, 20, 200])
    def test_a_damaged_upload_is_one_sentence(self, runs, picture, cut):
        with pytest.raises(DataError) as caught:
            task.pair(*map(str, runs), png(picture)[:cut])
        assert caught.value.message.count(".") == 1

    def test_a_run_without_weights_or_record_is_one_sentence(self, runs, tmp_path, picture):
        with pytest.raises(DataError):
            task.pair(str(tmp_path), str(runs[1]), png(picture))
        (tmp_path / "run.json").write_bytes((runs[0] / "run.json").read_bytes())
        with pytest.raises(WeightsError):
            task.pair(str(tmp_path), str(runs[1]), png(picture))


def test_a_network_that_segments_is_refused_in_a_sentence(a, b, picture):
    spec = change_part(b.record.spec, "head", kind="segment", width=8, dilation=1, upsample=True)
    other = Subject(build(spec).eval(), b.record.model_copy(update={"spec": spec}))
    with pytest.raises(ExplorerError, match="names a class for every pixel") as caught:
        compare(a, other, picture, Question())
    assert caught.value.message.startswith(b.record.title)
    with pytest.raises(ExplorerError, match="This network names a class for every pixel"):
        explain(other.network, torch.zeros(1, 3, 32, 32), ["layer3.0.add"])


@pytest.mark.parametrize(
    ("method", "address", "side"),
    [
        ("eigencam", "layer3.2.relu2", 8),
        ("gradcampp", "layer3.2.relu2", 8),
        ("guided_backprop", "input", 32),
        ("integrated_gradients", "input", 32),
    ],
)
def test_every_kind_of_method_makes_a_pair_and_says_what_it_read(
    a, b, picture, method, address, side
):
    result = compare(a, b, picture, Question(target="c", method=method))
    assert result.a.layer.address == address
    assert (result.a.layer.height, result.a.heat.shape) == (side, (side, side))
    assert result.a.layer.stride * side == 32
    assert result.disagreement is not None
    assert pickle.loads(pickle.dumps(result)).target == "c"  # noqa: S301 - our own bytes


def test_a_breakdown_adds_up_and_can_be_sent(runs, picture):
    found = task.breakdown(str(runs[0]), png(picture), target="c")
    assert (found.block, found.target) == ("layer3.2", "c")
    assert [piece.name for piece in found.pieces] == ["branch", "shortcut"]
    total = sum(piece.total for piece in found.pieces)
    whole = total + found.bias + found.shift + found.remainder
    assert whole == pytest.approx(found.logit, abs=1e-5)
    assert abs(found.remainder) < 1e-4
    sent = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own bytes
    assert sent.as_dict()["pieces"][0]["total"] == found.pieces[0].total
    free = task.breakdown(str(runs[0]), png(picture), "layer2.0")
    assert free.block == "layer2.0"


def test_several_networks_answer_about_one_class(runs, picture):
    a, b = (str(folder) for folder in runs)
    found = task.several([a, b, a], png(picture))
    assert [one.b.title for one in found] == ["Beta", "Alpha"]
    assert len({one.target for one in found}) == 1
    assert found[0].as_dict() == task.pair(a, b, png(picture)).as_dict()
    assert found[1].disagreement.total_variation == 0


@pytest.mark.parametrize("count", [1, 5])
def test_one_network_or_five_are_not_compared(runs, picture, count):
    with pytest.raises(ExplorerError) as caught:
        task.several([str(runs[0])] * count, png(picture))
    assert caught.value.message == f"{count} networks cannot be compared on one image."
    assert caught.value.hint == "Choose 2 to 4 runs."


def test_networks_of_one_title_are_told_apart_by_seed_or_data(a, b):
    one, other = a.record, b.record
    assert titles_of([one, other]) == [one.title, other.title]
    twin = one.model_copy(update={"seed": one.seed + 1})
    assert titles_of([one, other, twin]) == [
        f"{one.title}, seed {one.seed}",
        other.title,
        f"{one.title}, seed {twin.seed}",
    ]
    data = one.data.model_copy(update={"name": "folder/lions"})
    elsewhere = one.model_copy(update={"data": data})
    assert titles_of([one, elsewhere])[1] == f"{one.title}, lions"
