"""The address bar: a link is taken once, an echo of an older one never undoes an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from explorer.spec import edit
from explorer.spec.codec import encode
from explorer.spec.presets import preset
from explorer.ui import urls

if TYPE_CHECKING:
    import pytest
    from ui_tools import Open

    from explorer.ui.state import Hand


def _page() -> None:
    from explorer.ui.state import hand
    from explorer.ui.urls import read, write

    read(hand())
    write(hand())


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_function(_page, default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def in_hand(app: AppTest) -> Hand:
    return app.session_state["explorer"]


DEEPER = edit.change_stages(preset("resnet20"), 0, depth=7)
WIDER = edit.change_stages(DEEPER, 0, width=32)


def test_a_link_that_was_sent_before_the_last_edit_does_not_undo_it() -> None:
    app = opened(arch="resnet20")
    for spec in (DEEPER, WIDER):
        in_hand(app).edit(spec)
        app.query_params.clear()
        app.query_params["arch"] = "resnet20"
        app.run()
        assert in_hand(app).spec == spec
    assert app.query_params["spec"] == encode(WIDER)


def test_an_interrupted_rerun_that_has_told_the_browser_knows_that_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = opened(arch="resnet20")
    put = urls.put

    def interrupted(param: urls.Param, value: str) -> None:
        put(param, value)
        if param is urls.Param.SPEC and value:
            raise InterruptedError

    monkeypatch.setattr(urls, "put", interrupted)
    in_hand(app).edit(DEEPER)
    app.run()
    monkeypatch.undo()
    assert app.query_params["spec"] == encode(DEEPER)
    in_hand(app).edit(WIDER)
    app.run()
    assert in_hand(app).spec == WIDER


def test_the_back_button_takes_an_older_link_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(arch="resnet20")
    in_hand(app).edit(DEEPER)
    app.run()
    monkeypatch.setattr(urls, "went_back", lambda: True)
    app.query_params.clear()
    app.query_params["arch"] = "resnet20"
    app.run()
    assert in_hand(app).spec == preset("resnet20")


def test_a_new_link_is_taken(open_page: Open) -> None:
    app = open_page(arch="resnet20")
    app.query_params.clear()
    app.query_params["arch"] = "resnet56"
    app.run()
    assert in_hand(app).spec == preset("resnet56")
