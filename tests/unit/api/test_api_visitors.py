from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.api.visitors import COOKIE, HEADER, Visitors, name_of


@pytest.fixture
def browser() -> TestClient:
    routes = [
        Route("/", lambda _request: HTMLResponse("<p>")),
        Route("/data", lambda _request: JSONResponse({})),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Visitors)]))


def test_a_browser_gets_one_name_with_its_first_page(browser: TestClient) -> None:
    assert COOKIE not in browser.get("/data").cookies
    first = browser.get("/")
    line = first.headers["set-cookie"]
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "set-cookie" not in browser.get("/").headers
    assert len(browser.cookies[COOKIE]) == 32


def test_a_cookie_of_somebodys_making_is_replaced(browser: TestClient) -> None:
    browser.cookies.set(COOKIE, "x" * 1000)
    assert "set-cookie" in browser.get("/").headers


def test_the_name_follows_from_the_cookie_and_does_not_give_it_away() -> None:
    value = "0123456789abcdef" * 2
    name = name_of({COOKIE: value}, {})
    assert name == name_of({COOKIE: value}, {})
    assert name is not None
    assert name not in value
    assert name_of({}, {}) is None
    assert name_of({COOKIE: "guess"}, {}) is None


def test_a_proxy_that_knows_the_name_is_believed_only_where_that_was_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = {"X-Forwarded-User": "anna@example.org"}
    assert name_of({}, headers) is None
    monkeypatch.setenv(HEADER, "X-Forwarded-User")
    assert name_of({}, headers) == "anna@example.org"
    assert name_of({}, {"X-Forwarded-User": "x" * 500}) == "x" * 128
