"""The Export and Import dialogs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest
from ui_tools import Open, button, shown

from explorer.errors import JobError
from explorer.export.spec_json import to_json
from explorer.spec.codec import encode
from explorer.spec.edit import change, change_blocks
from explorer.spec.foreign import from_model_name
from explorer.spec.presets import preset
from explorer.ui import cached
from explorer.ui.state import START, Hand

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

EDITED = change(preset("resnet20"), width_multiplier=2.0)


def _export() -> None:
    from explorer.ui.exchange import export_card
    from explorer.ui.guard import guard
    from explorer.ui.state import hand
    from explorer.ui.urls import read

    read(hand())
    with guard():
        export_card(hand())


def _import() -> None:
    from explorer.ui.exchange import import_card
    from explorer.ui.guard import guard
    from explorer.ui.state import hand

    with guard():
        import_card(hand())


def exporting(**parameters: str) -> AppTest:
    """Return what stands in the Export dialog; in AppTest a dialog closes with every click."""
    app = AppTest.from_function(_export, default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def importing() -> AppTest:
    """Return what stands in the Import dialog."""
    return AppTest.from_function(_import, default_timeout=60).run()


def imported(text: str) -> AppTest:
    """Import what is typed."""
    app = importing()
    app.text_input[0].set_value(text)
    return button(app, "Open").click().run()


def uploaded(content: bytes) -> AppTest:
    """Import a file."""
    app = importing()
    app.file_uploader[0].set_value(("network.json", content, "application/json"))
    return button(app, "Open").click().run()


def in_hand(app: AppTest) -> Hand:
    return app.session_state["explorer"]


def downloads(app: AppTest) -> list[str]:
    """Return the buttons of the Export dialog."""
    return [found.label for found in app.get("download_button") if "CSV" not in found.label]


def test_the_dialogs_cost_nothing_while_closed(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    assert not downloads(app)
    assert not app.get("file_uploader")


@pytest.mark.parametrize(("label", "said"), [("Export", "for Graphviz"), ("Import", "")])
def test_a_button_in_the_title_row_opens_the_dialog(open_page: Open, label: str, said: str) -> None:
    app = button(open_page(arch="resnet20"), label).click().run()
    assert not app.exception
    assert said in shown(app)
    assert bool(downloads(app)) == (label == "Export")
    assert bool(app.get("file_uploader")) == (label == "Import")


def test_export_offers_every_format_with_a_line_about_it() -> None:
    app = exporting(arch="resnet50")
    assert not app.exception
    labels = downloads(app)
    assert labels == ["PyTorch", "JSON", "DOT", "SVG", "PDF", "PNG"]
    assert [b.label for b in app.button] == ["Make ONNX"]
    text = shown(app)
    for line in ("needs nothing of this app", "for Graphviz", "vectors", "untrained weights"):
        assert line in text
    assert app.code[0].value.endswith("?arch=resnet50")


def test_the_link_of_an_edited_network_is_in_export() -> None:
    assert exporting(spec=encode(EDITED)).code[0].value.endswith(f"?spec={encode(EDITED)}")


def test_export_says_that_it_gives_the_last_network_that_works() -> None:
    broken = change_blocks(preset("resnet20"), None, shortcut="identity")
    assert "does not work yet" in shown(exporting(spec=encode(broken)))


def test_onnx_is_made_by_the_pool_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(task: str, **arguments: object) -> bytes:
        asked.append(task)
        assert arguments["spec"] == preset("resnet20")
        return b"a model"

    monkeypatch.setattr(cached.compute, "run", run)
    cached.onnx.clear()
    app = exporting(arch="resnet20")
    assert asked == []
    button(app, "Make ONNX").click().run()
    assert asked == ["explorer.export.onnx:to_onnx"]
    assert downloads(app)[-1] == "ONNX"
    app.run()
    assert len(asked) == 1
    cached.onnx.clear()


def test_a_server_that_is_busy_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(task: str, **_arguments: object) -> bytes:
        raise JobError(f"{task} has to wait.", "Try again.")

    monkeypatch.setattr(cached.compute, "run", run)
    cached.onnx.clear()
    app = exporting(arch="resnet20")
    button(app, "Make ONNX").click().run()
    assert "has to wait" in app.error[0].value
    assert not app.exception
    app.run()
    assert not app.error


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("timm/resnet50d.ra2_in1k", from_model_name("resnet50d")),
        ("torchvision.models.densenet121", preset("densenet121")),
        (f"  http://127.0.0.1:8501/?spec={encode(EDITED)} ", EDITED),
    ],
)
def test_a_name_or_a_link_is_imported(text: str, spec: NetworkSpec) -> None:
    app = imported(text)
    assert not app.exception
    assert not app.error
    assert in_hand(app).spec == spec
    assert in_hand(app).undone


def test_an_imported_network_is_called_after_its_relative() -> None:
    assert in_hand(imported("seresnext101_32x8d")).title.startswith("SE-ResNeXt-101")


def test_a_file_is_imported() -> None:
    app = uploaded(to_json(EDITED).encode())
    assert not app.error
    assert in_hand(app).spec == EDITED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00", "not JSON"),
        (b"[1]", "should be a JSON object"),
        (b"", "not JSON"),
        (json.dumps({"version": 9, "stages": [{}]}).encode(), "newer version of the app"),
        (json.dumps({"stages": [{"depth": 0}]}).encode(), "should be 1 or more"),
    ],
)
def test_junk_in_a_file_is_one_sentence(content: bytes, sentence: str) -> None:
    app = uploaded(content)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value.replace("\\", "")
    assert in_hand(app).spec == preset(START)


@pytest.mark.parametrize("text", ["", "resnet50_gn", "https://example.com", "1.AAAA", "x" * 9000])
def test_junk_in_the_box_is_one_sentence(text: str) -> None:
    app = imported(text)
    assert not app.exception
    assert len(app.error) == 1
    assert in_hand(app).spec == preset(START)


def test_a_file_of_a_network_that_does_not_work_is_there_to_be_repaired() -> None:
    block = {"kind": "basic", "shortcut": "identity"}
    app = uploaded(json.dumps({"version": 1, "stages": [{"width": 96, "block": block}]}).encode())
    assert not app.exception
    assert "The branch gives" in str(in_hand(app).error)
