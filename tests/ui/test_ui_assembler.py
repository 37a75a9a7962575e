"""The forms of a stage and of one block, the list of changes, and beginning with nothing."""

from __future__ import annotations

import json
from typing import Any

from ui_tools import Open, button, choice, shown

from explorer.address import is_inside
from explorer.analysis.cost import cost, node_costs
from explorer.graph import lower
from explorer.spec import edit
from explorer.spec.codec import encode
from explorer.spec.difference import differences
from explorer.spec.presets import preset
from explorer.ui.changes import can_take_back, taken_back
from explorer.ui.stage_rows import shown_columns, stage_rows
from explorer.units import change, quantity


def held(app) -> Any:
    return app.session_state["explorer"]


def number(app, label: str):
    return next(n for n in app.number_input if n.label == label)


def scope(app):
    return next(c for c in app.segmented_control if c.label == "Change")


def table(app) -> dict[str, Any]:
    found = [json.loads(c.proto.json) for c in app.get("bidi_component") if c.proto.json]
    return next(data for data in found if "ends" in data)


def test_the_table_says_what_each_stage_is(open_page: Open) -> None:
    rows = table(open_page(arch="res2net50_26w_4s"))["rows"]
    assert [row["address"] for row in rows] == ["layer1", "layer2", "layer3", "layer4"]
    assert (
        rows[1]["values"] | {"depth": 4, "width": 128, "scale": 4, "base_width": 26}
        == rows[1]["values"]
    )
    assert rows[1]["figures"] == ["512 × 28²", "1.230 M"]
    graph = lower(preset("res2net50_26w_4s"))
    costs = node_costs(graph)
    first, second = (
        quantity(sum(c.params for a, c in costs.items() if is_inside(a, f"layer1.{i}")))
        for i in range(2)
    )
    assert rows[0]["runs"] == [[1, "256 × 56²", first], [2, "256 × 56²", second]]


def test_the_table_of_a_deep_network_stays_small(open_page: Open) -> None:
    assert len(json.dumps(table(open_page(arch="resnet1202"))["rows"])) < 1500


def test_a_block_selected_in_the_link_is_edited_alone(open_page: Open) -> None:
    app = open_page(arch="resnet20", sel="layer2.1.conv1")
    assert scope(app).value == "layer2.1"
    number(app, "SE reduction").set_value(16).run()
    assert not app.exception
    assert held(app).spec == edit.change_block(preset("resnet20"), "layer2.1", se=16)
    assert "not like its stage" in shown(app)
    assert table(app)["rows"][1]["own"]["1"]["se"] == 16
    button(app, "Reset").click().run()
    assert held(app).spec == preset("resnet20")


def test_the_width_and_family_of_one_block(open_page: Open) -> None:
    app = open_page(arch="resnet50", sel="layer3.2")
    number(app, "Width").set_value(128).run()
    assert held(app).spec.stages[2].overrides[0].width == 128
    choice(app, "Block").select("res2net").run()
    assert held(app).spec.stages[2].overrides[0].block.kind == "res2net"
    assert not app.error


def test_the_form_reaches_from_the_block_to_its_stage_and_to_all(open_page: Open) -> None:
    app = open_page(arch="resnet20", sel="layer2.1")
    scope(app).set_value("layer2").run()
    number(app, "SE reduction").set_value(8).run()
    assert [stage.block.se for stage in held(app).spec.stages] == [0, 8, 0]
    scope(app).set_value("").run()
    number(app, "SE reduction").set_value(4).run()
    assert [stage.block.se for stage in held(app).spec.stages] == [4, 4, 4]


def test_the_form_of_a_selection_that_is_gone_is_that_of_all_stages(open_page: Open) -> None:
    app = open_page(arch="resnet20", sel="layer3.2")
    app.session_state["explorer"].command(edit.change_stages(preset("resnet20"), 2, depth=1))
    app.run()
    assert not app.exception
    assert "Every stage at once" in shown(app)


def test_a_refused_command_is_one_sentence_once(open_page: Open) -> None:
    from explorer.ui import commands

    app = open_page(arch="resnet20")
    now = held(app)
    commands.apply(now, {"do": "set", "address": "layer1", "field": "depth", "value": 4000})
    app.run()
    assert len(app.error) == 1
    assert "1000" in app.error[0].value
    app.run()
    assert not app.error


def test_the_row_that_does_not_fit_is_marked(open_page: Open) -> None:
    spec = edit.change_blocks(preset("resnet20"), 2, shortcut="identity")
    app = open_page(spec=encode(spec))
    error = table(app)["error"]
    assert error["address"] == "layer3"
    assert "The branch gives" in error["message"]


def test_the_changes_since_the_preset_are_listed_and_taken_back(open_page: Open) -> None:
    app = open_page(arch="resnet50", sel="layer2.1")
    assert "since" not in shown(app)
    number(app, "SE reduction").set_value(16).run()
    number(app, "Width").set_value(192).run()
    text = shown(app)
    assert "2 changes since ResNet-50" in text
    added = cost(held(app).working).params - cost(preset("resnet50")).params
    assert f"{change(added)} parameters" in text
    assert "layer2.1 · SE reduction" in text
    assert "0 → 16" in text
    button(app, "Take back").click().run()
    assert "1 change since ResNet-50" in shown(app)
    button(app, "Take back").click().run()
    assert held(app).spec == preset("resnet50")
    assert "since" not in shown(app)


def test_taking_back_each_change_gives_the_preset() -> None:
    base = preset("resnet50")
    spec = edit.change_stages(base, 1, depth=6, width=192)
    spec = edit.change_family(spec, 2, "res2net")
    spec = edit.change_block(spec, "layer4.1", se=16)
    spec = edit.change(edit.change_part(spec, "stem", width=32), width_multiplier=2.0)
    for _ in range(20):
        found = [d for d in differences(base, spec) if can_take_back(d)]
        if not found:
            break
        spec = taken_back(spec, base, found[0])
    assert spec == base


def test_beginning_with_nothing(open_page: Open) -> None:
    app = open_page(arch="resnet50")
    choice(app, "Preset").select("").run()
    assert not app.exception
    assert held(app).spec == edit.blank()
    text = shown(app)
    assert "Untitled network" in text
    number(app, "SE reduction").set_value(4).run()
    text = shown(app)
    assert "Untitled network" in text
    assert "since" not in text
    button(app, "Undo").click().run()
    button(app, "Undo").click().run()
    assert held(app).spec == preset("resnet50")
    number(app, "SE reduction").set_value(4).run()
    assert "since ResNet-50" in shown(app)


def test_a_linked_network_counts_its_changes_from_the_link(open_page: Open) -> None:
    spec = edit.change(preset("resnet20"), width_multiplier=3.0)
    app = open_page(spec=encode(spec))
    assert "since" not in shown(app)
    number(app, "SE reduction").set_value(4).run()
    assert "3 changes since the link" in shown(app)


def test_a_block_that_does_not_fit_leaves_the_table_where_it_is(open_page: Open) -> None:
    from explorer.ui import commands

    app = open_page(arch="resnet20")
    told = {"do": "set", "address": "layer2.1", "field": "width", "value": 48}
    commands.apply(held(app), told)
    app.run()
    assert table(app)["error"]["address"] == "layer2"
    assert table(app)["rows"][1]["own"]["1"]["width"] == 48
    button(app, "Use a projection").click().run()
    assert not app.error
    assert table(app)["error"] is None


def test_only_columns_with_something_to_say_are_shown() -> None:
    assert shown_columns(preset("resnet20")) == ["kind", "depth", "width", "stride"]
    assert "groups" in shown_columns(preset("resnext50_32x4d"))
    special = edit.change_block(preset("resnet20"), "layer1.0", se=16)
    assert "se" in shown_columns(special)


def test_the_rows_of_a_network_that_does_not_work_have_no_figures() -> None:
    rows = stage_rows(preset("resnet20"), None)
    assert rows[0]["figures"] is None
    assert rows[0]["runs"] == [[3, "", ""]]
