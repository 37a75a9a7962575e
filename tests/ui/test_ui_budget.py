"""The budget lock on the page: what is held stays, what gives way is shown."""

from __future__ import annotations

from ui_tools import Open, choice, shown

from explorer.analysis.cost import cost
from explorer.spec.presets import preset


def toggle(app, label):
    return next(t for t in app.toggle if t.label == label)


def number(app, label):
    return next(n for n in app.number_input if n.label == label)


def held(app):
    return app.session_state["explorer"].working


def test_scale_changes_and_the_base_width_gives_way(open_page: Open) -> None:
    app = open_page(arch="res2net50_26w_4s")
    toggle(app, "Hold the budget").set_value(True).run()
    assert "25,699,120" in shown(app)
    assert "<td>8</td><td>14w</td>" in shown(app)
    number(app, "Scale").set_value(8).run()
    assert not app.exception
    assert number(app, "Base width").value == 14
    assert held(app) == preset("res2net50_14w_8s")


def test_twice_the_depth_at_equal_macs(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    toggle(app, "Hold the budget").set_value(True).run()
    next(c for c in app.segmented_control if c.label == "Keep").set_value("macs").run()
    assert choice(app, "What gives way").value == "all_widths"
    number(app, "Blocks in each stage").set_value(6).run()
    assert not app.exception
    found = cost(held(app))
    assert found.depth == 38
    assert abs(found.macs / cost(preset("resnet20")).macs - 1) < 0.03


def test_without_the_lock_nothing_gives_way(open_page: Open) -> None:
    app = open_page(arch="res2net50_26w_4s")
    toggle(app, "Hold the budget").set_value(True).run()
    toggle(app, "Hold the budget").set_value(False).run()
    number(app, "Scale").set_value(8).run()
    assert number(app, "Base width").value == 26


def test_what_is_out_of_reach_is_said(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    toggle(app, "Hold the budget").set_value(True).run()
    number(app, "Blocks in each stage").set_value(600).run()
    assert not app.exception
    assert any("out of reach" in w.value for w in app.warning), [w.value for w in app.warning]


def test_a_preset_lets_the_budget_go(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    toggle(app, "Hold the budget").set_value(True).run()
    choice(app, "Preset").select("resnet56").run()
    assert held(app) == preset("resnet56")
    assert not toggle(app, "Hold the budget").value
