"""Gradient by path length, effective depth and layer responses, without a browser."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from explorer import compute
from explorer.errors import JobError
from explorer.graph import lower
from explorer.spec.codec import encode, from_data
from explorer.spec.presets import preset
from explorer.training.recipe import Recipe
from explorer.training.run import train_run
from explorer.ui import cached, patience
from explorer.ui.finished import Run
from explorer.ui.gradient_section import where_it_holds
from explorer.ui.patience import Request
from explorer.ui.rows_table import csv_of
from tests.ui.ui_tools import Open, button, choice, shown

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

TINY = from_data(
    {
        "image_size": 8,
        "stem": {"width": 4, "kernel_size": 3, "stride": 1, "pool": False},
        "stages": [{"depth": 2, "width": 4}, {"depth": 1, "width": 8, "stride": 2}],
        "head": {"num_classes": 10},
    }
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "a"
    recipe = Recipe(epochs=2, batch_size=256, precision="float32")
    record = train_run(TINY, "digits", recipe, seed=3, device="cpu", folder=folder, title="Tiny")
    return Run("abcd1234", folder, record)


@pytest.fixture
def with_run(trained: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    for module in ("weights_choice", "responses_section"):
        monkeypatch.setattr(f"explorer.ui.{module}.finished_runs", lambda: {trained.id: trained})
    return trained


def press(app: AppTest, label: str) -> AppTest:
    return button(app, label).click().run()


def test_an_untrained_network_is_split_with_its_check(open_page: Open) -> None:
    app = open_page("unravel", spec=encode(TINY), view="gradient", draws="10", seed="2")
    assert not app.exception
    text = shown(app)
    for words in ("Share of the gradient by length", "Parts sum to the gradient", "float64"):
        assert words in text
    assert "within 10⁻¹" in text
    assert "held-out images of digits: 4" in text
    assert "10 draws of signs and 10 paths of each length, seed 2" in text
    assert "A ReLU follows the addition in 3 of 3 blocks (v1)" in text
    assert app.query_params["seed"] == "2"
    assert len(app.get("plotly_chart")) == 4


def test_a_deep_network_waits_for_a_click(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet110", view="gradient")
    assert button(app, "Compute the gradient · about")
    assert "What will be here" in shown(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("kind", ["plain", "preact", "densenet", "highway", "res2net"])
def test_every_family_has_its_sections(open_page: Open, kind: str) -> None:
    stages = [
        {"depth": 2, "width": 8, "block": {"kind": kind}},
        {"depth": 2, "width": 16, "stride": 2, "block": {"kind": kind}},
    ]
    spec = encode(from_data({**TINY.model_dump(mode="json"), "stages": stages}))
    for view, num in (("gradient", 4), ("depth", 1)):
        app = open_page("unravel", spec=spec, view=view)
        assert not app.exception
        assert not app.error
        assert len(app.get("plotly_chart")) == num
    said = "No ensemble" if kind == "plain" else "What is trained end to end"
    assert said in shown(app)


def test_what_takes_minutes_is_not_begun(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet152", view="gradient", draws="50", images="16")
    assert "too long for a page that others share" in shown(app)
    assert not any(b.label.startswith("Compute") for b in app.button)


def test_what_is_chosen_goes_into_the_link(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet110", view="gradient")
    choice(app, "Images").select("shapes").run()
    control = next(c for c in app.segmented_control if c.label == "Longest paths")
    control.set_value(10).run()
    assert app.query_params["data"] == "shapes"
    assert app.query_params["longest"] == "10"


def test_a_run_at_an_epoch_and_over_its_training(open_page: Open, with_run: Run) -> None:
    app = open_page("unravel", view="gradient", run=with_run.id, epoch="1", draws="0")
    text = shown(app)
    assert "Tiny, after 1 of 2 epochs" in text
    assert "the loss is that of the true class" in text
    assert "Choose 10 draws or more" in text
    press(app, "Compute 3 moments")
    assert not app.exception
    table = app.table[-1].value
    assert list(table["Epoch"]) == ["0", "1", "2"]
    assert app.query_params["epoch"] == "1"


def test_the_depth_is_measured_and_moved(open_page: Open) -> None:
    app = open_page("unravel", spec=encode(TINY), view="depth")
    assert not app.exception
    text = shown(app)
    assert "Measured depth" in text
    assert text.count('class="rx-row"') == 3
    app.slider[0].set_value(1).run()
    assert app.query_params["depth"] == "1"
    assert shown(app).count('class="rx-beyond"') == 2
    press(app, "As measured")
    assert "depth" not in app.query_params


def test_model_a_stands_beside_it_at_equal_macs(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet20", view="depth")
    if any(b.label.startswith("Compare with Model A") for b in app.button):
        press(app, "Compare with Model A")
    table = app.table[-1].value
    assert list(table["Blocks"]) == ["9", "17", "17"]
    assert all(value.isdecimal() for value in table["Effective depth, measured"][:2])
    press(app, "Take this Model A in hand")
    assert not app.exception
    assert app.query_params["spec"]
    assert "Wider or Deeper" in shown(app)


def test_responses_of_a_run_beside_an_untrained_network(open_page: Open, with_run: Run) -> None:
    app = open_page("unravel", spec=encode(TINY), view="responses", nets=f"hand,{with_run.id}")
    if any(b.label.startswith("Measure") for b in app.button):
        press(app, "Measure")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    assert "Untitled network in hand, untrained" in shown(app)
    assert "Tiny" in shown(app)


@pytest.mark.parametrize("view", ["gradient", "depth", "responses"])
@pytest.mark.parametrize("value", ["-1", "x", "99999999999999", "²"])
def test_a_bad_link_falls_back(open_page: Open, view: str, value: str) -> None:
    wrong = dict.fromkeys(
        ("run", "epoch", "seed", "images", "longest", "draws", "depth", "nets", "data"), value
    )
    app = open_page("unravel", arch="resnet110", view=view, **wrong)
    assert not app.exception
    assert not app.error


def test_what_failed_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise JobError("The server is busy.", "Try again.")

    monkeypatch.setattr(compute, "submit", refuse)
    app = open_page("unravel", spec=encode(TINY), view="gradient", seed="77")
    assert "The server is busy" in app.error[0].value


def test_leaving_ends_the_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    class LeftError(Exception):
        pass

    class Place:
        def progress(self, *_: object) -> None:
            raise LeftError

    class Call:
        cancelled = False

        def result(self, timeout: float) -> None:
            raise TimeoutError

        def cancel(self) -> None:
            self.cancelled = True

    call = Call()
    monkeypatch.setattr(compute, "submit", lambda *_, **__: call)
    with pytest.raises(LeftError):
        patience._computed(Request("a:b", {}, 5.0), Place(), 0, 1, "")
    assert call.cancelled


def test_results_are_told_apart_by_what_was_asked() -> None:
    base = Request("a:b", {"seed": 1}, 1.0, "x")
    assert base.digest == Request("a:b", {"seed": 1}, 9.0, "x").digest
    others = (
        Request("a:b", {"seed": 2}, 1.0, "x"),
        Request("a:c", {"seed": 1}, 1.0, "x"),
        Request("a:b", {"seed": 1}, 1.0, "y"),
    )
    assert len({base.digest, *(one.digest for one in others)}) == 4


def test_what_was_not_asked_for_longest_goes() -> None:
    kept = cached.Kept()
    for i in range(cached._KEPT):
        kept.put(str(i), i)
    assert kept.get("0") == 0
    kept.put("new", 1)
    assert (kept.get("0"), kept.get("1"), kept.get("new")) == (0, None, 1)


def test_csv_has_every_row_in_full() -> None:
    rows = [{"a": 1 / 3, "b": None}, {"a": 2, "b": "x, y"}]
    found = list(csv.DictReader(io.StringIO(csv_of(rows))))
    assert found == [{"a": repr(1 / 3), "b": ""}, {"a": "2", "b": "x, y"}]
    assert csv_of([]) == ""


def test_a_preset_is_told_from_the_network_in_hand(open_page: Open) -> None:
    app = open_page("unravel", arch="resnet20", view="responses", nets="hand,resnet20")
    assert app.multiselect[0].value == ["hand", "resnet20"]


@pytest.mark.parametrize(
    ("arch", "said"),
    [
        ("resnet20", "A ReLU follows the addition in 9 of 9 blocks (v1)"),
        ("preact_resnet20", "In 6 of 9 blocks the shortcut is exactly the identity (v2)"),
        ("plain20", "No block has a shortcut"),
        ("highway19", "Something stands on every shortcut."),
    ],
)
def test_where_the_split_holds_is_read_from_the_graph(arch: str, said: str) -> None:
    graph = lower(preset(arch))
    assert said in where_it_holds(graph)[1]
