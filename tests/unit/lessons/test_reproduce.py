"""Experiments run headless, go on where they were, and write a table and a page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lesson_lab import TINY

from explorer.cli.commands import main
from explorer.errors import DataError, JobError
from explorer.lessons import library, recorded
from explorer.lessons.experiment import Setting
from explorer.lessons.measures import Subject, measured
from explorer.lessons.reproduce import Plan, reproduce
from explorer.lessons.sources import is_here, locate
from explorer.spec.presets import preset
from explorer.store.zoo import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    Add = Callable[..., Path]

ROOT = Path(__file__).resolve().parents[3]


def test_an_experiment_runs_and_goes_on_where_it_was(
    add_lesson: Add, colours: Path, tmp_path: Path
) -> None:
    add_lesson()
    experiment = library.find("tiny").experiments[0]
    begun: list[str] = []

    def plan(*, stop: bool = False) -> Plan:
        return Plan(
            experiment,
            experiment.recorded,
            tmp_path / "runs",
            on_begin=lambda place, _total, title: begun.append(f"{place} {title}"),
            should_stop=lambda: stop and len(begun) > 2,
        )

    with pytest.raises(JobError, match="Stopped"):
        reproduce(plan(stop=True))
    assert begun == ["0 plain", "1 residual", "2 plain"]
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("runs/*/weights.safetensors")}
    assert len(kept) == 2

    found = reproduce(plan())
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert [(run.arm, run.seed) for run in found.runs] == [
        ("plain", 0), ("residual", 0), ("plain", 1), ("residual", 1),
    ]  # fmt: skip
    assert all(len(run.test_error) == 2 for run in found.runs)
    assert (found.num_train, found.num_test, found.num_seeds) == (108, 12, 2)
    assert found.definition == recorded.digest(experiment, experiment.recorded)
    assert found.definition != recorded.digest(experiment, experiment.quick or Setting())
    assert re.fullmatch(r"1 of \d+ cores|1 cores", found.machine.split(",")[0])


def test_a_part_of_a_set_is_the_same_everywhere(colours: Path) -> None:
    setting = Setting(data="colours.zip", images=40, epochs=1)
    part = Path(locate(setting))
    with zipfile.ZipFile(part) as archive:
        names = archive.namelist()
    assert sum(name.startswith("train/blue/") for name in names) == 20
    assert sum(name.startswith("test/red/") for name in names) == 4
    assert len(set(names)) == len(names) == 48
    # Evenly over the files: 24 of 60, the sixth of each six held out.
    assert "train/blue/00.png" in names
    assert "train/blue/02.png" in names
    assert "test/blue/12.png" in names
    before = part.stat().st_mtime_ns
    assert locate(setting) == str(part)
    assert part.stat().st_mtime_ns == before


def test_data_that_is_not_here(colours: Path) -> None:
    cifar = library.find("degradation").experiments[0].recorded
    assert not is_here(cifar)
    with pytest.raises(DataError, match=r"CIFAR-10 are not on this machine. Put cifar10-train.zip"):
        locate(cifar)
    with pytest.raises(DataError, match="A class has 60 images, 120 are wanted"):
        locate(Setting(data="colours.zip", images=200))


def test_recorded_runs_are_read_as_they_were_written(add_lesson: Add, colours: Path) -> None:
    add_lesson()
    assert main(["reproduce", "tiny", "--record"]) == 0
    found = recorded.recorded("tiny", "pair")
    assert found is not None
    experiment = library.find("tiny").experiments[0]
    assert found.definition == recorded.digest(experiment, experiment.recorded)
    path = recorded.file_of("tiny", "pair")
    text = path.read_text()
    assert all(len(digits) <= 7 for digits in re.findall(r"0\.0*(\d+)", text))
    path.write_text(text[:-20])
    with pytest.raises(DataError, match=r"The recorded runs tiny.pair.json cannot be read."):
        recorded.recorded("tiny", "pair")


def test_the_command_prints_table_and_paper_and_writes_a_page(
    add_lesson: Add, colours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_lesson()
    assert main(["reproduce", "tiny", "--quick", "--out", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "A tiny lesson (a quick look)" in text
    assert re.search(r"plain +[\d,]+ +[\d.]+ % +–", text)
    assert re.search(r"residual +[\d,]+ +[\d.]+ % +8\.75", text)
    assert "paper: Nobody 2026, Table 1" in text
    assert re.search("^here: (plain is worse by|no gap:)", text, re.MULTILINE)
    assert "Tiny runs" in text
    page = (tmp_path / "out" / "index.html").read_text()
    assert "A quick look" in page
    assert "<svg" in page
    assert "8.75" in page
    assert not re.search(r'(src|href)="(?!https?://)', page), "the page needs nothing beside it"

    assert main(["reproduce", "tiny", "--quick", "--out", str(tmp_path / "out"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["experiments"]["pair"]["networks"] == ["plain", "residual"]
    assert data["experiments"]["pair"]["columns"][-1]["cells"] == ["–", "8.75"]
    assert len(data["experiments"]["pair"]["results"]["runs"]) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "There is no lesson 'nothing'."),
        (["tiny", "--experiment", "x"], "This lesson has no experiment 'x'. There are pair."),
        (["tiny", "--quick", "--record"], "Quick runs are not recorded."),
        (["tiny"], "Two small networks: The images of colours are not on this machine."),
    ],
)
def test_what_cannot_be_reproduced_is_one_line(
    add_lesson: Add, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    add_lesson()
    with pytest.raises(SystemExit) as caught:
        main(["reproduce", *arguments])
    assert caught.value.code == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[-1].startswith(sentence)


def test_a_lesson_or_an_experiment_without_a_quick_form(
    add_lesson: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = 'quick = { data = "colours.zip", epochs = 1, batch_size = 20 }\n'
    add_lesson(TINY.replace(quick, ""))
    with pytest.raises(SystemExit):
        main(["reproduce", "tiny", "--quick"])
    assert "This experiment has no quick form. Leave out --quick." in capsys.readouterr().err
    bare = 'title = "A"\nsummary = "B"\nminutes = 1\n[[steps]]\nname = "c"\ntitle = "D"\ntext = ""'
    add_lesson(bare, name="bare")
    with pytest.raises(SystemExit):
        main(["reproduce", "bare"])
    assert "This lesson has no experiment." in capsys.readouterr().err


def test_figures_that_need_no_run_are_printed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "cardinality", "--experiment", "imagenet", "--quick"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"32 × 4d +25,028,904 +4\.230 G +22\.2", text)
    assert "nothing is trained" in text


def test_a_lesion_and_the_gradient_of_a_bundled_run() -> None:
    folder = FOLDER / "digits-resnet32"
    subject = Subject(preset("resnet32"), folder, "digits", 60)
    lesion = measured("lesion", subject)
    assert lesion.series is not None
    assert lesion.series.x[0] == "layer1.0"
    assert len(lesion.series.y) == 15
    assert lesion.values["whole"] <= lesion.values["median_left"] <= lesion.values["worst_left"]
    gradient = measured("gradient", subject)
    assert gradient.series is not None
    assert sum(y for y in gradient.series.y if y) == pytest.approx(1)
    low, high = gradient.values["effective_low"], gradient.values["effective_high"]
    assert 0 <= low < high <= 15
    response = measured("responses", subject)
    assert response.series is not None
    assert len(response.series.x) == 31


def test_latency_is_that_of_one_image_and_of_batches() -> None:
    found = measured("latency", Subject(preset("resnet20"), None, "digits", 1)).values
    assert found["latency"] > 0
    # A batch of eight cannot take longer than eight images one by one, by far.
    assert found["throughput"] > 0.3 * 1000 / found["latency"]


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys; from explorer.cli.commands import main\n"
        "try: main(['reproduce', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
