"""The bundled runs: complete, small, as good as their cards say, and made by their recipes."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import safetensors.torch
import torch

from explorer.analysis.cost import cost
from explorer.cam.pair import prepared
from explorer.cli.commands import main
from explorer.data.samples import samples
from explorer.errors import DataError
from explorer.store import curves
from explorer.store import zoo as store
from explorer.store.runs import METRICS, WEIGHTS, training_of
from explorer.training import zoo
from explorer.training.evaluate import Score, evaluate_run
from explorer.weights import load_run

if TYPE_CHECKING:
    from pathlib import Path

BUNDLED = {one.name: one for one in store.bundled()}
SHAPES = [name for name in BUNDLED if name.startswith("shapes")]


def test_the_zoo_is_small_and_every_run_has_its_recipe() -> None:
    assert sum(path.stat().st_size for path in store.FOLDER.rglob("*.*")) <= 12_000_000
    assert set(BUNDLED) == set(zoo.ZOO)
    for name, one in BUNDLED.items():
        recipe = zoo.ZOO[name]
        assert one.record.spec == recipe.spec
        assert one.record.result is not None
        assert one.record.result.epochs == recipe.epochs
        assert one.record.seed == recipe.seed
        assert one.card.twin == recipe.twin
        assert one.card.pair == recipe.pair
        assert f"zoo {name}" in one.card.command
        assert "/" not in one.record.data.name
        assert "/" not in one.record.command
        assert one.card.licence
        assert abs(one.card.accuracy_as_stored - one.record.result.accuracy) <= zoo.TOLERANCE


@pytest.mark.parametrize("name", ["digits-resnet32", "digits-plain32"])
def test_a_bundled_run_scores_what_its_card_says(name: str) -> None:
    one = BUNDLED[name]
    score = evaluate_run(one.folder, "digits")
    assert isinstance(score, Score)
    assert score.num_images == 359
    assert abs(score.accuracy - one.card.accuracy_as_stored) < 0.003  # one image, other kernels
    state = safetensors.torch.load_file(one.folder / WEIGHTS)
    assert str(state["conv1.weight"].dtype) == f"torch.{one.card.precision}"


@pytest.mark.parametrize("name", SHAPES)
def test_a_run_on_shapes_is_as_good_as_its_card_on_a_sample(name: str) -> None:
    one, num = BUNDLED[name], 200
    network, record = load_run(one.folder)
    known = samples(record.data.name, range(num), seed=0, image_size=record.data.image_size)
    labels = torch.tensor([record.data.classes.index(sample.class_name) for sample in known])
    with torch.inference_mode():
        pixels = prepared(np.array([sample.image for sample in known]), record.data)
        found = float((network.eval()(pixels).argmax(1) == labels).float().mean())
    said = one.card.accuracy_as_stored
    assert abs(found - said) <= 3 * (said * (1 - said) / num) ** 0.5


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SHAPES)
def test_a_run_on_shapes_scores_what_its_card_says(name: str) -> None:
    one = BUNDLED[name]
    score = evaluate_run(one.folder, one.record.data.name)
    assert isinstance(score, Score)
    assert score.num_images == 1200
    assert abs(score.accuracy - one.card.accuracy_as_stored) < 0.005


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [n for n in BUNDLED if n.startswith("cifar10")])
def test_a_run_on_cifar_10_scores_what_its_card_says(name: str) -> None:
    images = os.environ.get("CIFAR10_TRAIN")
    if images is None:
        pytest.skip("CIFAR-10 is not bundled: CIFAR10_TRAIN names its cifar10-train.zip")
    one = BUNDLED[name]
    score = evaluate_run(one.folder, images)
    assert isinstance(score, Score)
    assert score.num_images == 5000
    assert abs(score.accuracy - one.card.accuracy_as_stored) < 0.002


def test_the_longest_run_comes_with_its_curve() -> None:
    one = BUNDLED["cifar10-resnet20"]
    found = curves.read(one.folder)
    assert found is not None
    assert [moment.epoch for moment in found.epochs] == list(range(1, 42))
    assert one.record.result is not None
    assert found.epochs[-1].values["test_accuracy"] == one.record.result.accuracy
    assert one.record.recipe["name"] == "he2015_cifar"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_bundled_run_is_made_again_by_its_recipe(tmp_path: Path) -> None:
    card = zoo.make("digits-resnet32", out=tmp_path / "again")
    known = BUNDLED["digits-resnet32"].card
    # Another number of threads adds up in another order: not the same digits, as good a network.
    assert abs(card.accuracy_as_stored - known.accuracy_as_stored) < 0.015


def test_the_twins_of_a_pair_have_equal_parameters_and_macs() -> None:
    for name, recipe in zoo.ZOO.items():
        if recipe.pair and zoo.ZOO[recipe.pair].data == recipe.data:
            a, b = (cost(zoo.ZOO[one].spec) for one in (name, recipe.pair))
            assert abs(a.params / b.params - 1) <= 0.05, name
            assert abs(a.macs / b.macs - 1) <= 0.05, name


def test_twins_differ_in_their_shortcuts_alone() -> None:
    a, b = (BUNDLED[f"digits-{name}32"].record for name in ("resnet", "plain"))
    assert (a.data, a.recipe, a.seed) == (b.data, b.recipe, b.seed)
    outline = [
        [(stage.depth, stage.width, stage.stride) for stage in record.spec.stages]
        for record in (a, b)
    ]
    assert outline[0] == outline[1]


def test_a_finished_run_is_bundled_once_more_with_the_ends_of_its_epochs(tmp_path: Path) -> None:
    folder, out = tmp_path / "run", tmp_path / "zoo" / "again"
    shutil.copytree(BUNDLED["digits-resnet32"].folder, folder)
    step, epoch = '{"step": 3, "epoch": 0.5, "loss": 2}', '{"step": 6, "epoch": 1, "test_loss": 1}'
    (folder / METRICS).write_text(f"{step}\n{epoch}\n")
    card = zoo.make("digits-resnet32", run=folder, out=out)
    assert store.bundled(out.parent)[0].card == card
    assert card.precision == "float16"
    assert (out / METRICS).read_text() == f"{epoch}\n"


def test_another_run_or_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="was not made by the recipe"):
        zoo.make("digits-plain32", run=BUNDLED["digits-resnet32"].folder, out=tmp_path)
    with pytest.raises(DataError, match="has no 'lion'"):
        zoo.make("lion")


def test_a_damaged_card_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED["digits-plain32"].folder, tmp_path / "one")
    (tmp_path / "one" / store.CARD).write_text("{")
    with pytest.raises(DataError, match="card of the bundled run one"):
        store.bundled(tmp_path)


def test_the_command_lists_the_zoo(capsys: pytest.CaptureFixture[str]) -> None:
    main(["zoo", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert set(listed) == set(BUNDLED)
    assert listed["digits-plain32"]["twin"] == "digits-resnet32"


def test_seeds_of_one_network_count_as_one_training_whatever_computed_them() -> None:
    one = BUNDLED["shapes-resnet29-seed0"].record
    other = BUNDLED["shapes-resnet29-seed1"].record
    assert one.recipe["layout"] != other.recipe["layout"]
    assert training_of(one) == training_of(other)
    changed = one.model_copy(update={"recipe": {**one.recipe, "lr": 0.1}})
    assert training_of(one) != training_of(changed)
    assert training_of(one) != training_of(BUNDLED["shapes-res2net29-seed0"].record)
