"""Build: every preset, every edit, every mistake."""

from __future__ import annotations

import pytest
from ui_tools import Open, button, choice, shown

from explorer.spec.codec import encode
from explorer.spec.edit import change, change_blocks
from explorer.spec.presets import preset, presets

SOME = ("resnet20", "plain56", "resnet50", "resnet152_v1", "preact_resnet1001", "wrn_28_10",
        "resnext101_64x4d", "res2net50_14w_8s", "res2next50", "resnet1202")  # fmt: skip


@pytest.mark.parametrize("name", SOME)
def test_a_preset_opens_without_a_word_of_complaint(open_page: Open, name: str) -> None:
    app = open_page(arch=name)
    assert not app.exception
    assert not app.error
    text = shown(app)
    assert presets()[name].title in text


def test_the_strip_shows_exact_figures_beside_the_paper(open_page: Open) -> None:
    text = shown(open_page(arch="res2net50_26w_4s"))
    assert "25,699,120" in text
    assert "4.255" in text
    assert "1,131" in text
    assert "65,536" in text
    assert "paper: 25.70 M" in text
    assert "agrees" in text


def test_an_edit_changes_the_figures_and_can_be_undone(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    choice(app, "Block").select("res2net").run()
    assert not app.exception
    assert "Res2Net" in choice(app, "Block").format_func("res2net")
    assert "269,722" not in shown(app)
    assert "edited" in shown(app)
    button(app, "Undo").click().run()
    assert "269,722" in shown(app)
    button(app, "Redo").click().run()
    assert "269,722" not in shown(app)


def test_one_stage_can_be_changed_alone(open_page: Open) -> None:
    app = open_page(arch="resnet50", sel="layer2")
    number = next(n for n in app.number_input if n.label == "Blocks")
    assert number.value == 4
    number.set_value(5).run()
    assert not app.exception
    assert "25,557,032" not in shown(app)


@pytest.mark.parametrize(
    ("name", "params", "repair"),
    [("resnet20", "269,722", "Use a projection"), ("resnet50", "25,557,032", "Use a projection")],
)
def test_a_shortcut_that_does_not_fit_keeps_the_last_network_and_offers_the_repair(
    open_page: Open, name: str, params: str, repair: str
) -> None:
    app = open_page(arch=name)
    choice(app, "Shortcut").select("identity").run()
    assert len(app.error) == 1
    assert "The branch gives" in app.error[0].value
    assert params in shown(app)
    button(app, repair).click().run()
    assert not app.error
    assert not app.exception


def test_a_network_over_the_limits_is_refused_with_a_way_out(open_page: Open) -> None:
    app = open_page(arch="wrn_28_10")
    k = next(n for n in app.number_input if n.label == "Width factor k")
    k.set_value(32.0).run()
    k = next(n for n in app.number_input if n.label == "Blocks in each stage")
    k.set_value(40).run()
    assert "the limit here is" in app.error[0].value
    button(app, "Width factor").click().run()
    assert not app.error


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"arch": "resnet5O"}, "There is no preset called"),
        ({"arch": "x" * 5000}, "There is no preset called"),
        ({"spec": "1.AAAA"}, "does not describe a network"),
        ({"spec": "77.eNqr"}, "newer version"),
        ({"spec": "<script>"}, "does not describe a network"),
    ],
)
def test_a_bad_link_is_one_sentence(open_page: Open, parameters: dict, sentence: str) -> None:
    app = open_page(**parameters)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value.replace("\\", "")
    assert "269,722" in shown(app)


def test_a_link_with_an_edited_network_restores_it_and_its_selection(open_page: Open) -> None:
    spec = change_blocks(change(preset("resnet20"), width_multiplier=2.0), None, shortcut="C")
    app = open_page(spec=encode(spec), sel="layer2.0.conv1", measure="params")
    assert not app.error
    text = shown(app)
    assert "layer2.0.conv1" in text
    assert "3×3 convolution, stride 2" in text


def test_a_link_to_a_network_that_does_not_work_says_why(open_page: Open) -> None:
    spec = change_blocks(preset("resnet20"), None, shortcut="identity")
    app = open_page(spec=encode(spec))
    assert "The branch gives" in app.error[0].value


def test_an_address_that_is_not_there_is_dropped(open_page: Open) -> None:
    app = open_page(arch="resnet20", sel="layer9.0")
    assert not app.exception
    assert "Click a stage" in shown(app)


def test_a_network_is_compared_with_its_own_paper_first(open_page: Open) -> None:
    text = shown(open_page(arch="resnet50"))
    assert "paper: 3.8 G, +0.29 G" in text
    assert "stride in the 3×3" in text


def test_the_preset_box_names_the_network_that_is_there(open_page: Open) -> None:
    app = open_page(arch="res2net50_26w_4s")
    for scale, name in ((4, "res2net50_26w_4s"), (8, "res2net50_26w_8s"), (5, None)):
        next(n for n in app.number_input if n.label == "Scale").set_value(scale).run()
        assert choice(app, "Preset").value == name
