"""The tour of the app: from page to page, in the link, ended when the visitor likes."""

from __future__ import annotations

import pytest
from ui_tools import Open, shown

from explorer.ui import nav
from explorer.ui.tour import stops

OFFER = "New here?"


def keys(app) -> set[str]:
    return {str(button.key) for button in app.button}


def test_every_stop_is_a_page_in_the_order_of_the_navigation() -> None:
    pages = [page.name for page in nav.pages()]
    assert [stop.page for stop in stops()] == [name for name in pages if name != "about"]
    assert all(stop.link.partition("?")[0] == stop.page for stop in stops())


def test_the_tour_is_offered_once_and_can_be_declined(open_page: Open) -> None:
    app = open_page()
    assert OFFER in shown(app)
    app.button(key="tour-decline").click().run()
    assert OFFER not in shown(app)
    app.run()
    assert OFFER not in shown(app)
    assert "tour" not in app.query_params


@pytest.mark.parametrize(("stop", "page"), [("2", "unravel"), ("6", "lessons")])
def test_the_link_opens_the_tour_at_a_page(open_page: Open, stop: str, page: str) -> None:
    app = open_page(page, tour=stop)
    assert f"Tour, {stop} of 6" in shown(app)
    assert app.query_params["tour"] == stop
    assert ("tour-next" in keys(app)) == (page != "lessons")
    app.button(key="tour-end").click().run()
    assert "Tour," not in shown(app)
    assert "tour" not in app.query_params


def test_another_way_goes_on_from_the_page_where_it_leads(open_page: Open) -> None:
    app = open_page("train", tour="2")
    assert "Tour, 3 of 6: Train" in shown(app)
    assert app.query_params["tour"] == "3"
    app.switch_page("../../pages/about.py").run()
    assert "Tour," not in shown(app)
    assert app.button(key="to-tour").label.startswith("Tour of the app")


@pytest.mark.parametrize("wish", ["99", "x", "-1"])
def test_a_step_that_there_is_not_is_that_of_the_page(open_page: Open, wish: str) -> None:
    app = open_page(tour=wish)
    assert not app.exception
    assert "Tour, 1 of 6: Build" in shown(app)


def test_a_lesson_has_its_own_strip(open_page: Open) -> None:
    app = open_page("unravel", lesson="degradation.2", tour="2")
    assert "Tour," not in shown(app)
    assert "back-to-lesson" in keys(app)
    assert OFFER not in shown(open_page(lesson="degradation.2"))
    assert OFFER not in shown(open_page(hide="form"))
