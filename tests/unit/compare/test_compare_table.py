"""Fields of several networks side by side."""

from __future__ import annotations

from hypothesis import given, settings

from explorer.compare.table import side_by_side
from explorer.spec import arrange, edit
from explorer.spec.difference import differences
from explorer.spec.presets import preset
from tests.property.strategies import specs

RESNET, RES2NET = preset("resnet50"), preset("res2net50_26w_4s")


def differing(specs_, baseline=0):
    return {(r.address, r.field): r.values for r in side_by_side(specs_, baseline) if r.differs}


def test_only_what_differs_between_resnet_and_res2net() -> None:
    found = differing([RESNET, RES2NET])
    assert set(found) == {
        (f"layer{i}", field) for i in (1, 2, 3, 4) for field in ("kind", "base_width", "scale")
    }
    assert found["layer1", "scale"] == (None, 4)


def test_all_fields_are_there_in_the_order_of_the_network() -> None:
    rows = side_by_side([RESNET, RES2NET])
    places = list(dict.fromkeys(row.address for row in rows))
    assert places == ["network", "stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert ("layer2", "width") in {(row.address, row.field) for row in rows}
    titles = {(row.address, row.field): row.title for row in rows}
    assert titles["layer2", "width"] == "Width"
    assert titles["head", "width"] == "Width of the head"


def test_an_added_stage_is_one_row_where_it_stands() -> None:
    longer = arrange.add_stage(RESNET, "layer3")
    found = differing([RESNET, longer, RESNET])
    assert list(found) == [("layer3", "")]
    assert found["layer3", ""] == (None, longer.stages[2], None)
    rows = [r for r in side_by_side([RESNET, longer]) if r.field == ""]
    assert len(rows) == 1


def test_the_baseline_names_the_places() -> None:
    longer = arrange.add_stage(RESNET, "layer1")
    wider = edit.change_stages(longer, 4, width=640)
    assert differing([wider, RESNET], baseline=1)["layer4", "width"] == (640, 512)
    assert differing([wider, RESNET], baseline=0)["layer5", "width"] == (640, 512)


def test_single_blocks_are_rows_of_their_own() -> None:
    special = edit.change_block(preset("resnet20"), "layer2.1", shortcut="C", width=40)
    found = differing([preset("resnet20"), special])
    assert found == {("layer2.1", "width"): (32, 40), ("layer2.1", "shortcut"): ("A", "C")}
    shifted = arrange.add_block(special, "layer2.0")
    assert list(differing([special, shifted])) == [("layer2", "depth")]


def test_four_networks_and_what_only_one_family_has() -> None:
    found = differing([RESNET, preset("resnext50_32x4d"), preset("densenet121"), RES2NET])
    assert found["layer1", "groups"] == (1, 32, None, 1)
    assert found["layer1", "compression"] == (None, None, 0.5, None)
    assert ("layer1", "convolves_all") not in found


@settings(max_examples=60)
@given(specs, specs)
def test_every_difference_has_its_row(one, other) -> None:
    rows = differing([one, other])
    assert differing([one, one]) == {}
    mirrored = differing([other, one], baseline=1)
    assert {key: values[::-1] for key, values in mirrored.items()} == rows
    stages = {f"layer{j + 1}": f"layer{i + 1}" for i, j in _paired(one, other)}
    for found in differences(one, other):
        if not found.field or "." in found.address:
            continue
        place = stages.get(found.address, found.address)
        assert rows[place, found.field] == (found.before, found.after)


def _paired(one, other):
    from explorer.spec.difference import aligned_stages

    pairs = aligned_stages(one, other)
    return [(i, j) for i, j in pairs if i is not None and j is not None]
