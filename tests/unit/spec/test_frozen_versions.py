"""What version 1 wrote loads for ever.

Never change these; write a migration. ``python -m tests.unit.spec.test_frozen_versions`` adds
examples that are missing; it leaves those that are there alone.
"""

import json
from pathlib import Path

import pytest

from explorer.blocks import FAMILIES
from explorer.errors import SpecError, UrlError
from explorer.export.spec_json import to_json
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec, codec
from explorer.spec.codec import decode, encode, from_json
from explorer.spec.model import BlockOverride
from explorer.spec.presets import preset, presets

FOLDER = Path("tests/snapshots/version1")
LINKS = FOLDER / "links.json"
NEVER = "never change these; write a migration (explorer/spec/codec.py, MIGRATIONS)"
PRESETS = (
    "resnet20", "plain56", "resnet50", "resnet152_v1", "resnet110_sd", "preact_resnet164",
    "resnet110_exclusive_gate", "wrn_28_10", "wrn_40_2_b131", "resnext50_32x4d_a",
    "res2net50_26w_4s", "res2next29_6c24w4s", "se_res2net50_26w_4s", "iresnet50", "resgroupfix50",
    "wider_or_deeper_a1", "densenet121", "dpn92", "legacy_senet154", "highway19",
)  # fmt: skip


def made():
    """Return examples that no preset covers."""
    res2net = FAMILIES["res2net"](scale=8, base_width=14, passes="first")
    mixed = StageSpec(
        depth=4,
        width=48,
        stride=2,
        block=FAMILIES["bottleneck"](groups=8, base_width=16),
        overrides=(
            BlockOverride(at=1, block=res2net),
            BlockOverride(at=3, block=res2net, width=48),
        ),
    )
    return {
        "overrides": NetworkSpec(
            image_size=96, stages=(StageSpec(), mixed), head=HeadSpec(num_classes=37)
        ),
        "segment": NetworkSpec(
            in_channels=1,
            stem=StemSpec(width=24, kernel_size=5, stride=1, deep=True, ceil_pool=True),
            stages=(StageSpec(depth=3, width=40, block=FAMILIES["preact"](dropout=0.3)),),
            head=HeadSpec(kind="segment", num_classes=4),
            width_multiplier=1.5,
            init="fan_in",
        ),
    }


FROZEN = json.loads(LINKS.read_bytes()) if LINKS.exists() else {}


def test_there_are_enough_examples_of_every_family():
    kinds = {s.block.kind for name in FROZEN for s in decode(FROZEN[name]["link"]).stages}
    assert len(FROZEN) >= 20
    assert kinds >= set(FAMILIES), NEVER
    assert {path.stem for path in FOLDER.glob("*.json")} == {*FROZEN, "links"}, NEVER


@pytest.mark.parametrize("name", FROZEN)
def test_an_example_of_version_1_loads(name):
    frozen = FROZEN[name]
    try:
        from_link = decode(frozen["link"])
        from_file = from_json((FOLDER / f"{name}.json").read_bytes())
    except (UrlError, SpecError) as error:
        pytest.fail(f"{NEVER}: {error}")
    assert from_link == from_file, NEVER
    # Runs and links of people carry this digest.
    assert from_link.digest == frozen["digest"], NEVER


def test_a_file_from_before_there_was_a_version_loads():
    spec = preset("res2net50_26w_4s")
    assert from_json(spec.model_dump_json()) == spec
    assert json.loads(to_json(spec))["version"] == codec.VERSION


@pytest.fixture
def second_version(monkeypatch):
    """Let there be a version 2, which calls the depth of a stage otherwise."""

    def migrate(document):
        def stage(old):
            return {("depth" if k == "num_blocks" else k): v for k, v in old.items()}

        return document | {"stages": [stage(s) for s in document["stages"]]}

    monkeypatch.setattr(codec, "VERSION", 2)
    monkeypatch.setitem(codec.MIGRATIONS, 1, migrate)


@pytest.mark.usefixtures("second_version")
def test_an_older_file_and_an_older_link_are_migrated():
    old = {"version": 1, "stages": [{"num_blocks": 7}]}
    expected = NetworkSpec(stages=(StageSpec(depth=7),))
    assert from_json(json.dumps(old)) == expected
    assert from_json(json.dumps({"stages": [{"num_blocks": 7}]})) == expected
    assert from_json(json.dumps({"version": 2, "stages": [{"depth": 7}]})) == expected
    with pytest.raises(SpecError, match="num_blocks"):
        from_json(json.dumps(old | {"version": 2}))
    assert encode(expected).startswith("2.")
    assert decode("1." + encode(expected).partition(".")[2]) == expected


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (99, "This file was made by a newer version of the app. Update the app."),
        (0, "This file says that it is of version 0, which never was."),
        ("1", "version: This should be a whole number."),
        (True, "version: This should be a whole number."),
        (None, "version: This should be a whole number."),
    ],
)
def test_another_version_is_one_sentence(version, sentence):
    with pytest.raises(SpecError) as raised:
        from_json(json.dumps({"version": version, "stages": [{}], "a_later_field": 1}))
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("name", presets())
def test_every_preset_survives_export_and_import(name):
    spec = preset(name)
    assert from_json(to_json(spec)).digest == spec.digest


if __name__ == "__main__":
    for name, spec in ({name: preset(name) for name in PRESETS} | made()).items():
        if name not in FROZEN:
            FROZEN[name] = {"link": encode(spec), "digest": spec.digest}
            (FOLDER / f"{name}.json").write_text(to_json(spec))
    LINKS.write_text(json.dumps(FROZEN, indent=1) + "\n")
