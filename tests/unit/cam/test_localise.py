"""Measured localisation from folders of runs to table, job and command."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.builder import build
from explorer.cam.job import RESULT, TABLE
from explorer.cam.job import run as run_job
from explorer.cam.measure.cues import exposed
from explorer.cam.measure.images import masked_images
from explorer.cam.measure.localise import Plan, localise
from explorer.cam.measure.metrics import FAITHFULNESS, LOCALISATION, METRICS
from explorer.cam.measure.report import Finding, Measured, strata_of, table
from explorer.cli.commands import main
from explorer.data.samples import Sample
from explorer.data.segmentation import IGNORED
from explorer.data.shapes.config import CLASSES
from explorer.errors import ExplorerError
from explorer.jobs import child, protocol
from explorer.jobs.context import Context
from explorer.jobs.kinds import KINDS
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.store.runs import DataRecord, RunRecord, write
from explorer.weights import load_run, save

QUICK = Plan(num_images=24, num_resamples=200)
SIZE = 32


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def small(width=8, stride=2):
    return NetworkSpec(
        image_size=SIZE,
        stem=StemSpec(width=width, kernel_size=3, stride=2, pool=False),
        stages=(StageSpec(depth=1, width=width, stride=stride),),
        head=HeadSpec(num_classes=8),
    )


def make_run(folder, title, spec, seed=0, **data):
    torch.manual_seed(seed)
    facts = {
        "name": "shapes",
        "classes": CLASSES,
        "image_size": SIZE,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
    }
    record = RunRecord(
        title=title,
        spec=spec,
        data=DataRecord(**(facts | data)),
        recipe={},
        seed=seed,
        device="cpu",
    )
    write(folder, record)
    save(build(spec), folder / "weights.safetensors")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("localise")
    for seed in range(3):
        make_run(folder / f"narrow{seed}", "narrow", small(8), seed)
        make_run(folder / f"wide{seed}", "wide", small(12), seed)
    make_run(folder / "fine", "fine", small(stride=1))
    make_run(folder / "other", "other", small(), seed=9, classes=tuple("abcdefgh"))
    make_run(folder / "split", "split", small(), seed=9)
    make_run(folder / "noise", "noise", small(), name="noise", classes=tuple("abcdefgh"))
    record = RunRecord.model_validate_json((folder / "split" / "run.json").read_bytes())
    moved = record.model_copy(update={"data": record.data.model_copy(update={"seed": 5})})
    write(folder / "split", moved)
    return folder


@pytest.fixture(scope="module")
def pair(home):
    return localise(
        [home / f"{name}{seed}" for seed in (0, 1, 2) for name in ("narrow", "wide")], QUICK
    )


def test_runs_that_differ_only_in_their_seed_are_one_architecture(pair):
    assert [(one.title, len(one.runs)) for one in pair.architectures] == [
        ("narrow", 3),
        ("wide", 3),
    ]
    assert pair.num_images == 24
    assert {row.b for row in pair.rows} == {"wide"}


def test_every_metric_is_there_for_every_stratum(pair):
    rows = {(row.stratum, row.metric) for row in pair.rows}
    for stratum in ("all", "small", "medium", "large"):
        assert {metric for s, metric in rows if s == stratum} == {*LOCALISATION, *FAITHFULNESS}
    assert set(METRICS) == {*LOCALISATION, *FAITHFULNESS}


def test_estimates_lie_in_their_intervals_and_between_chance_and_the_best(pair):
    for row in pair.rows:
        for value in (row.value_a, row.value_b, row.difference):
            assert value.low <= value.value <= value.high or math.isclose(value.low, value.high)
        assert 0 < row.p <= row.p_holm <= 1
        if row.metric == "energy":
            assert 0 < row.floor < row.ceiling <= 1
            assert row.value_a.value <= row.ceiling
    sums = {row.stratum: row.num_images for row in pair.rows}
    assert sums["small"] + sums["medium"] + sums["large"] == sums["all"] == 24


def test_the_reading_names_the_tensor_the_sanity_check_and_the_noise_floor(pair):
    (reading,) = pair.readings
    assert (reading.layer, reading.grid, reading.stride) == ("layer1.0.relu2", (8, 8), 4)
    assert len(reading.num_dead) == len(reading.pxap) == len(reading.sanity) == 6
    assert [step.part for step in reading.sanity["narrow, seed 0"]] == ["head", "layer1", "stem"]
    floors = reading.noise["wide"]
    assert [floor.measure for floor in floors] == ["total_variation", "rank", "iou", "centre"]
    assert all(floor.within is not None for floor in floors)


def test_with_one_seed_nothing_is_a_finding(home):
    report = localise([home / "narrow0", home / "wide0"], QUICK)
    assert {row.finding for row in report.rows} == {Finding.DESCRIPTION}
    assert all("no noise floor" in floor.verdict for floor in report.readings[0].noise["wide"])
    alone = localise([home / "narrow0"], QUICK)
    assert {row.finding for row in alone.rows} == {Finding.ALONE}
    assert all(row.b is None and row.p is None for row in alone.rows)


def test_the_same_plan_gives_the_same_table(home, pair):
    again = localise([home / f"{n}{s}" for s in (0, 1, 2) for n in ("narrow", "wide")], QUICK)
    assert again.as_dict() == pair.as_dict()
    other = localise([home / "narrow0"], replace(QUICK, seed=3))
    assert other.rows[0].value_a != pair.rows[0].value_a


def measured(title, shift, seeds=3, images=60):
    random = np.random.default_rng(len(title))
    return Measured(
        title,
        {
            name: shift + random.normal(scale=0.05, size=(seeds, images))
            for name in (*LOCALISATION, "pointing_chance", "energy_floor", "energy_ceiling")
        },
        random.random((seeds, images)) < 0.9,
    )


def test_a_clear_difference_of_three_seeds_is_a_finding_in_both_directions():
    sizes = np.arange(60, dtype=np.uint8) % 3
    low, high = measured("low", 0.2), measured("high", 0.6)
    strata = strata_of(sizes, [low, high])
    up = table("gradcam", [low, high], strata, num_resamples=2000)
    down = table("gradcam", [high, low], strata, num_resamples=2000)
    assert {row.finding for row in up} == {Finding.HIGHER}
    assert {row.finding for row in down} == {Finding.LOWER}
    assert strata["correct"].sum() < 60


def test_strata_of_few_images_have_no_row():
    sizes = np.array([0] * 30 + [2] * 3, np.uint8)
    one = measured("one", 0.2, images=33)
    assert "large" not in strata_of(sizes, [one])


def test_the_csv_is_the_table(pair):
    rows = list(csv.DictReader(io.StringIO(pair.csv())))
    assert len(rows) == len(pair.rows)
    for text, row in zip(rows, pair.rows, strict=True):
        assert text["metric"] == row.metric
        assert float(text["value_a"]) == row.value_a.value
        assert float(text["difference_high"]) == row.difference.high


def test_json_has_no_nan_and_reads_back(pair):
    text = json.dumps(pair.as_dict(), allow_nan=False)
    assert json.loads(text)["architectures"][1]["title"] == "wide"


def test_classes_are_matched_by_name_not_by_place(home, tmp_path):
    network, record = load_run(home / "narrow0")
    order = torch.tensor([3, 1, 0, 2, 7, 6, 5, 4])
    with torch.no_grad():
        classifier = network.get_submodule("fc")
        classifier.weight.copy_(classifier.weight[order])
        classifier.bias.copy_(classifier.bias[order])
    classes = tuple(record.data.classes[i] for i in order)
    data = record.data.model_copy(update={"classes": classes})
    moved = record.model_copy(update={"data": data, "seed": 7, "title": "moved"})
    write(tmp_path / "moved", moved)
    save(network, tmp_path / "moved" / "weights.safetensors")
    both = localise([home / "narrow0", tmp_path / "moved"], QUICK)
    alone = localise([home / "narrow0"], QUICK)
    for one, other in zip(both.rows, alone.rows, strict=True):
        assert one.value_a.value == pytest.approx(other.value_a.value, rel=1e-4, nan_ok=True)


def test_a_network_with_dead_maps_is_measured_and_they_are_counted(tmp_path, capsys):
    folder = make_run(tmp_path / "dead", "dead", small())
    network, _ = load_run(folder)
    with torch.no_grad():
        network.get_submodule("fc").weight.zero_()
    save(network, folder / "weights.safetensors")
    report = localise([folder], QUICK)
    assert report.readings[0].num_dead == {"dead, seed 0": 24}
    values = {row.metric: row.value_a.value for row in report.rows if row.stratum == "all"}
    assert values["pointing"] == values["energy"] == 0
    json.dumps(report.as_dict(), allow_nan=False)
    main(["localise", str(folder), "--images", "24"])
    assert "24 maps have nothing that speaks for the class" in capsys.readouterr().out


class Worker:
    """What a job sees."""

    def __init__(self, directory, payload, stop_at=None):
        self.directory, self.payload, self.stop_at = directory, payload, stop_at
        self.told = []

    def progress(self, fraction, text):
        self.told.append((fraction, text))
        if self.stop_at is not None and fraction >= self.stop_at:
            raise KeyboardInterrupt


def test_the_job_writes_its_result_and_says_how_far_it_is(home, tmp_path):
    payload = {"runs": [str(home / "narrow0")], "images": 24, "methods": ["hirescam"]}
    worker = Worker(tmp_path / "job", payload)
    result = run_job(worker)
    assert KINDS["localise"] == "explorer.cam.job:run"
    fractions = [fraction for fraction, _ in worker.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert worker.told[-1][1] == "HiResCAM of narrow"
    written = json.loads((tmp_path / "job" / RESULT).read_text())
    assert written["num_images"] == result["num_images"] == 24
    assert (tmp_path / "job" / TABLE).read_text().startswith("method,stratum,metric")


def test_the_worker_runs_the_job_and_gets_its_result_or_its_sentence(home, tmp_path):
    sent = []

    def work(payload):
        start = protocol.Start(
            target=KINDS["localise"], payload=payload, directory=str(tmp_path), lease=20
        )
        return child.run(start, Context(payload, tmp_path, sent.append))

    done = work({"runs": [str(home / "narrow0"), str(home / "wide0")], "images": 12})
    assert isinstance(done, protocol.Done)
    assert [one["title"] for one in done.result["architectures"]] == ["narrow", "wide"]
    assert any(isinstance(message, protocol.Progress) for message in sent)
    failed = work({"runs": [str(home / "nowhere")]})
    assert isinstance(failed, protocol.Failed)
    assert failed.reason.startswith("There is no run in")


def test_the_job_stops_when_it_is_told_to(home, tmp_path):
    worker = Worker(tmp_path, {"runs": [str(home / "narrow0")], "images": 24}, stop_at=0.5)
    with pytest.raises(KeyboardInterrupt):
        run_job(worker)
    assert not (tmp_path / RESULT).exists()


@pytest.mark.parametrize(
    "payload", [{}, {"runs": []}, {"runs": ["a"], "images": 0}, {"runs": ["a"], "seed": "x"}]
)
def test_a_job_that_does_not_say_what_to_measure(tmp_path, payload):
    with pytest.raises(ExplorerError, match="does not say what to measure"):
        run_job(Worker(tmp_path, payload))


def test_the_command_prints_the_table_and_writes_it(home, tmp_path, capsys):
    runs = [str(home / name) for name in ("narrow0", "wide0")]
    file = tmp_path / "table.csv"
    more = ["--images", "24", "--csv", str(file)]
    assert main(["localise", *runs, "--data", "shapes", *more]) == 0
    printed = capsys.readouterr().out
    assert "24 held-out images of shapes" in printed
    assert "not a finding" in printed
    assert file.read_text().count("\n") > 20


def test_the_command_as_json(home, capsys):
    assert main(["localise", str(home / "narrow0"), "--images", "12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["num_images"] == 12


@pytest.mark.parametrize(
    ("names", "plan", "sentence"),
    [
        (["narrow0", "narrow0"], {}, "narrow and narrow are one training"),
        (["narrow0", "fine"], {}, "layer1.0.relu2 of narrow has 8 × 8 cells"),
        (["narrow0", "other"], {}, "narrow and other were trained on different classes"),
        (["narrow0", "split"], {}, "split and narrow split their data by different seeds"),
        (["nowhere"], {}, "There is no run in"),
        ([], {}, "0 runs cannot be measured together"),
        (["narrow0"], {"methods": ()}, "No method was chosen"),
        (["narrow0"], {"methods": ("rise",)}, "There is no CAM method 'rise'"),
        (["narrow0"], {"layer": "layer9"}, "The layer 'layer9' is not in narrow"),
        (["narrow0"], {"data": "digits"}, "The data set digits has other classes"),
        (["narrow0"], {"num_images": 0}, "There is nothing to measure on no image"),
        (["narrow0"], {"seed": -1}, "The seed -1 is out of range"),
        (["narrow0"], {"seed": 2**40}, "The seed 1099511627776 is out of range"),
        (["noise"], {"data": "nothing"}, "There is no data set, folder or file 'nothing'"),
    ],
)
def test_what_cannot_be_measured_gets_one_sentence(home, names, plan, sentence):
    with pytest.raises(ExplorerError) as caught:
        localise([home / name for name in names], replace(QUICK, **plan))
    assert caught.value.message.startswith(sentence)
    assert caught.value.hint


def test_a_data_set_without_masks_is_refused(monkeypatch):
    from explorer.cam.measure import images

    sample = Sample(0, np.zeros((SIZE, SIZE, 3), np.uint8), 0, CLASSES[0])
    monkeypatch.setattr(images, "samples", lambda *_args, **_more: (sample,))
    trained = DataRecord(
        name="shapes", classes=CLASSES, image_size=SIZE, mean=(0,) * 3, std=(1,) * 3
    )
    with pytest.raises(ExplorerError, match="has no masks"):
        masked_images("shapes", trained, 1, 0)


def test_a_trimaps_border_is_neither_object_nor_background(monkeypatch):
    """As Oxford Pets has it: 1 animal, 0 background, the border not counted; no size stated."""
    from explorer.cam.measure import images

    found = []
    for index, side in enumerate((5, 10, 20, 0)):
        pixels = np.zeros((SIZE, SIZE), np.uint8)
        pixels[:side, :side] = 1
        pixels[:, -4:] = IGNORED
        image = np.zeros((SIZE, SIZE, 3), np.uint8)
        found.append(Sample(index, image, 0, CLASSES[0], pixels=pixels))
    monkeypatch.setattr(images, "samples", lambda *_args, **_more: tuple(found))
    trained = DataRecord(
        name="shapes", classes=CLASSES, image_size=SIZE, mean=(0,) * 3, std=(1,) * 3
    )
    masked = masked_images("shapes", trained, 4, 0)
    assert masked.sizes.tolist() == [0, 1, 2], "and the image with no animal is left out"
    assert not masked.counted[:, :, -4:].any()
    assert masked.masks.sum((1, 2)).tolist() == [25, 100, 400]


def test_images_are_chosen_by_the_seed_and_are_held_out(home):
    trained = DataRecord(
        name="shapes", classes=CLASSES, image_size=SIZE, mean=(0,) * 3, std=(1,) * 3
    )
    one, same, other = (masked_images("shapes", trained, 30, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.images, same.images)
    assert (one.images != other.images).any()
    assert one.images.shape == (30, SIZE, SIZE, 3)
    assert set(one.sizes.tolist()) == {0, 1, 2}


@pytest.mark.parametrize("name", ["clever-hans", "texture"])
def test_a_run_is_exposed_on_aligned_and_conflicting_images(home, name):
    aligned, conflict = exposed(str(home / "narrow0"), name, num_images=48)
    assert (aligned.which, conflict.which) == ("aligned", "conflict")
    for one in (aligned, conflict):
        assert one.num_images == 48
        assert 0 <= one.accuracy.low <= one.accuracy.value <= one.accuracy.high <= 1
        assert (one.energy_cue is None) == (name == "texture")
        assert json.dumps(one.as_dict(), allow_nan=False)
    assert conflict.accuracy.value + conflict.follows_cue.value <= 1


def test_a_run_on_other_classes_cannot_be_exposed(home):
    with pytest.raises(ExplorerError, match="was not trained on shapes"):
        exposed(str(home / "noise"), "clever-hans")
    with pytest.raises(ExplorerError, match="nothing to measure on no image"):
        exposed(str(home / "narrow0"), "clever-hans", num_images=0)
