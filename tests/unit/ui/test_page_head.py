import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.ui.components.assets import ASSETS
from explorer.ui.page_head import PageHead

PAGE = '<html><head><title>A</title></head><script type="module" src="main.js"></script></html>'


def pieces():
    for i in range(0, len(PAGE), 5):
        yield PAGE[i : i + 5]


@pytest.fixture
def browser():
    routes = [
        Route("/", lambda _: HTMLResponse(PAGE, headers={"ETag": '"1"', "Last-Modified": "today"})),
        Route("/pieces", lambda _: StreamingResponse(pieces(), media_type="text/html")),
        Route("/data", lambda _: JSONResponse({"page": PAGE}, headers={"ETag": '"1"'})),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(PageHead)]))


@pytest.mark.parametrize("path", ["/", "/pieces"])
def test_our_script_comes_before_every_other(browser, path):
    answer = browser.get(path)
    ours, others = answer.text.split("<title>")
    assert ours.startswith('<html><head><script type="module" src="/assets/js/')
    assert "<title>" + others == PAGE.removeprefix("<html><head>")
    assert int(answer.headers["content-length"]) == len(answer.content)
    name = ours.split("/assets/js/")[1].split("?")[0]
    assert (ASSETS / "js" / name).is_file()


def test_a_page_with_an_older_script_is_not_kept_by_the_browser(browser):
    headers = browser.get("/").headers
    assert "etag" not in headers
    assert "last-modified" not in headers


def test_what_is_no_page_passes_as_it_is(browser):
    answer = browser.get("/data")
    assert answer.json() == {"page": PAGE}
    assert answer.headers["etag"] == '"1"'
