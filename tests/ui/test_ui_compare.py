"""The page Compare without a browser: choices, differences, shares, links good and bad."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from ui_tools import Open, button, shown

from explorer.compare.attribution import attribute
from explorer.latency import outcome
from explorer.spec import edit
from explorer.spec.codec import encode
from explorer.spec.presets import preset
from explorer.ui import patience
from explorer.ui.compare_choice import Choice, picked_in, resolve
from explorer.ui.compare_fields import field_lines
from explorer.ui.compare_figures import difference, points, relative
from explorer.ui.compare_why import attribution_csv
from explorer.ui.components.panes import Picked, _picked

PAIR = "resnet50,res2net50_26w_4s"
FOUR = f"{PAIR},resnext50_32x4d,iresnet50"


def box(app):
    return next(one for one in app.multiselect if one.label.startswith("Networks"))


def panes(app) -> dict:
    import json

    for element in app.get("bidi_component"):
        text = element.proto.json or element.proto.mixed.json
        if text and '"links"' in text:
            return json.loads(text)
    raise AssertionError("no pictures")


def test_nothing_chosen_says_what_to_do_and_offers_it(open_page: Open) -> None:
    app = open_page("compare")
    assert not app.exception
    assert not app.error
    assert "Nothing is chosen yet" in shown(app)
    button(app, "ResNet-50 and Res2Net-50").click().run()
    assert not app.exception
    assert app.query_params["with"] == PAIR
    assert box(app).value == PAIR.split(",")
    assert "Res2Net" in shown(app)


def test_only_what_differs_is_shown_until_all_is_asked_for(open_page: Open) -> None:
    app = open_page("compare", **{"with": PAIR})
    assert not app.exception
    text = shown(app)
    assert "25,699,120" in text
    assert "+142.1 k · +0.6 %" in text
    assert "layer1–4" in text
    assert "Base width" in text
    assert "Depth [layers]" not in text
    assert "Initialisation" not in text
    app.toggle(key="compare-fields").set_value(True).run()
    assert app.query_params["fields"] == "1"
    assert "Depth [layers]" in shown(app)
    assert "Initialisation" in shown(app)


def test_the_pinned_baseline_turns_the_changes_round(open_page: Open) -> None:
    app = open_page("compare", **{"with": PAIR})
    next(c for c in app.segmented_control if c.label == "Baseline").set_value("b").run()
    assert app.query_params["base"] == "b"
    assert "−142.1 k · −0.6 %" in shown(app)
    assert "A − B" in shown(app)


def test_the_pictures_know_what_corresponds(open_page: Open) -> None:
    app = open_page("compare", **{"with": FOUR, "pick": "b:layer2.1.convs.0"})
    assert not app.exception
    data = panes(app)
    assert [pane["key"] for pane in data["panes"]] == list("abcd")
    assert data["links"][0] is None
    assert data["panes"][0]["selected"] == "layer2.1.conv2"
    assert data["panes"][1]["selected"] == "layer2.1.convs.0"
    assert data["panes"][2]["selected"] == "layer2.1.conv2"
    assert data["panes"][1]["words"] == "16 blocks changed"
    assert "3×3 convolution, 32 groups" in shown(app)


def test_four_networks_and_equal_ones(open_page: Open) -> None:
    app = open_page("compare", **{"with": FOUR})
    assert not app.exception
    assert "D − A" in shown(app)
    spec = encode(edit.change_stages(preset("resnet50"), 1, depth=5))
    app = open_page("compare", **{"with": f"resnet50,{spec}", "view": "why"})
    assert "Blocks: 4 → 5 (layer2)" in app.table[0].value.to_string()


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("resnet50,no_such_net", "no preset called"),
        ("resnet50,1.AAAA", "does not describe a network"),
        ("resnet50,zoo-nothing", "The run zoo-nothing is not on this machine"),
        ("resnet50," + "a" * 32, "is not on this machine"),
        ("resnet50,2.AAAA", "newer version"),
        ("resnet50,<script>", "no preset called"),
    ],
)
def test_a_bad_part_of_a_link_is_said_and_the_rest_is_kept(open_page: Open, link, words) -> None:
    app = open_page("compare", **{"with": link})
    assert not app.exception
    assert words in app.error[0].value.replace("\\", "")
    assert app.query_params["with"] == "resnet50"
    assert "One more is needed" in shown(app)


@pytest.mark.parametrize(
    "parameters",
    [
        {"base": "z", "pick": "q:" + "x" * 99},
        {"base": "ab", "pick": "b"},
        {"pick": "b:<b>nothing</b>", "colour": "red", "fields": "yes"},
        {"view": "nothing", "runs": "x,y", "other": "d"},
        {"view": "why", "edits": "all", "of": "beauty", "other": "a"},
        {"view": "time", "batch": "-4", "height": "x", "across": "y", "device": "tpu"},
        {
            "view": "runs",
            "runs": "a,b",
            "group": "x",
            "axis": "z",
            "sort": "-x",
            "find": "<b>" * 99,
        },
    ],
)
def test_junk_in_the_link_is_left_out(open_page: Open, parameters) -> None:
    app = open_page("compare", **{"with": PAIR, **parameters})
    assert not app.exception
    assert not app.error
    assert box(app).value == PAIR.split(",")


def test_a_fifth_network_is_not_taken(open_page: Open) -> None:
    app = open_page("compare", **{"with": f"{FOUR},resnet18"})
    assert app.query_params["with"] == FOUR


def test_one_network_is_offered_a_partner(open_page: Open) -> None:
    app = open_page("compare", **{"with": "resnet50"})
    assert "One more is needed" in shown(app)
    button(app, "With the Res2Net of equal MACs").click().run()
    assert not app.exception
    assert len(box(app).value) == 2
    assert "Res2Net" in shown(app)


def test_a_network_too_large_is_a_sentence(open_page: Open, monkeypatch) -> None:
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "1000000")
    app = open_page("compare", **{"with": "resnet20,wrn_40_10"})
    assert not app.exception
    assert any("parameters" in error.value for error in app.error)
    assert box(app).value == ["resnet20"]


def test_shares_add_up_on_the_page_and_in_the_file(open_page: Open) -> None:
    app = open_page("compare", **{"with": PAIR, "view": "why", "of": "macs", "edits": "place"})
    assert not app.exception
    assert "in 4 edits" in shown(app)
    assert "add up to the whole difference" in shown(app)
    found = attribute(preset("resnet50"), preset("res2net50_26w_4s"), "place")
    rows = list(csv.DictReader(io.StringIO(attribution_csv(found, list("abcd")))))
    from fractions import Fraction

    total = sum(Fraction(row["params_share"]) for row in rows[:-1])
    assert total == int(rows[-1]["params_share"]) == 142_088


def test_equal_networks_have_no_why(open_page: Open) -> None:
    same = encode(preset("resnet50"))
    app = open_page("compare", **{"with": f"resnet50,{same}", "view": "why"})
    assert "the same network" in shown(app)
    app = open_page("compare", **{"with": f"resnet50,{same}"})
    assert "All figures agree." in shown(app)
    assert "All fields agree." in shown(app)


def measured(spec, settings: outcome.Settings, seconds: float) -> outcome.Latency:
    return outcome.Latency(
        settings=settings,
        image_size=spec.image_size,
        device_name="a processor",
        threads=2,
        torch="2",
        median=seconds,
        low=seconds * 0.9,
        high=seconds * 1.2,
        fastest=seconds * 0.8,
        repeats=20,
        warm_up=3,
    )


def test_times_are_asked_for_measured_and_kept(open_page: Open, monkeypatch) -> None:
    asked: list[str] = []

    class Call:
        def __init__(self, spec, settings) -> None:
            self.found = measured(spec, settings, 0.02 * (1 + len(asked)))
            outcome.keep(spec, self.found)

        def result(self, timeout: float) -> outcome.Latency:
            return self.found

        def cancel(self) -> None:
            pass

    def submit(task: str, *, deadline: float, progress, **arguments):
        asked.append(task)
        return Call(**arguments)

    monkeypatch.setattr(patience, "compute", SimpleNamespace(submit=submit))
    app = open_page("compare", **{"with": PAIR, "view": "time"})
    assert not app.exception
    assert "Images per second" not in shown(app)
    button(app, "Measure").click().run()
    assert not app.exception
    assert asked == ["explorer.latency.task:measured"] * 2
    text = shown(app)
    assert "40.0 ms" in text
    assert "60.0 ms" in text
    assert "+50.0 %" in text
    app = open_page("compare", **{"with": PAIR})
    assert "Latency, one image, CPU" in shown(app)
    app = open_page("compare", **{"with": PAIR, "view": "time"})
    assert len(asked) == 2
    button(app, "Measure again").click().run()
    assert len(asked) == 4


def test_a_batch_that_takes_minutes_is_not_begun(open_page: Open) -> None:
    app = open_page("compare", **{"with": "resnet152,resnet200", "view": "time", "batch": "128"})
    assert "Choose a smaller batch or smaller networks" in shown(app)


def test_build_leads_here_with_what_the_network_came_from(open_page: Open) -> None:
    app = open_page("build", arch="resnet20")
    app.session_state["explorer"].command(edit.change_stages(preset("resnet20"), 0, depth=5))
    app.run()
    button(app, "Compare").click().run()
    assert not app.exception
    ids = box(app).value
    assert ids[0] == "resnet20"
    assert ids[1].startswith("1.")
    assert "Blocks" in shown(app)


def test_a_choice_keeps_its_baseline_as_long_as_it_is_there() -> None:
    now = Choice()
    now.replace(["a", "b", "b", "c", "d", "e"], 2)
    assert now.ids == ("a", "b", "c", "d")
    now.change(["c", "a"])
    assert (now.ids, now.baseline) == (("c", "a"), 0)
    now.change(["a"])
    assert now.baseline == 0
    now.replace(["a"], 7)
    assert now.baseline == 0


def test_what_is_picked_is_read_carefully() -> None:
    now = Choice(picked="b:layer1.0")
    assert picked_in(now, 2) == (1, "layer1.0")
    assert picked_in(now, 1) is None
    for junk in ("", "b", "b:", ":x", "e:x"):
        assert picked_in(Choice(picked=junk), 4) is None
    assert _picked({"picked": {"pane": "b", "address": "layer1"}}) == Picked("b", "layer1")
    for told in (None, {}, {"picked": 3}, {"picked": {"pane": 1, "address": "x"}}, {"picked": {}}):
        assert _picked(told) is None


def test_changes_in_words() -> None:
    assert relative(110, 100) == "+10 · +10.0 %"
    assert relative(5, 0) == "+5"
    assert difference(3, 1204) == "−1,201"
    assert points(0.9, 0.925) == "−2.5 points"


def test_runs_show_their_recipes_side_by_side(monkeypatch, tmp_path) -> None:
    from explorer.ui.finished import finished_runs
    from tests.run_lab import finished_run

    ids = [finished_run(lr=0.1), finished_run(lr=0.3, seed=2)]
    runs = finished_runs()
    entries = [resolve(id_, runs) for id_ in ids]
    lines = {line.label: line for line in field_lines(entries, 0, every=False)}
    assert set(lines) == {"Learning rate", "Seed"}
    assert lines["Learning rate"].values == ("0.1", "0.3")
    assert lines["Seed"].place == "training"
    with_network = [entries[0], resolve("resnet50", runs)]
    assert "Learning rate" not in {line.label for line in field_lines(with_network, 0, every=False)}
