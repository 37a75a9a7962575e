import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.ui.components.assets import ASSETS
from explorer.ui.page_head import PageHead

PAGE = '<html><head><title>A</title></head><script type="module" src="main.js"></script></html>'


def pieces():
    for i in range(0, len(PAGE), 5):
        yield PAGE[i : i + 5]


def kept(request):
    """Answer as a file does that the browser may have already."""
    marks = {"ETag": '"1"', "Last-Modified": "today"}
    is_known = request.headers.get("if-none-match") == '"1"'
    return Response(status_code=304) if is_known else HTMLResponse(PAGE, headers=marks)


@pytest.fixture
def browser():
    routes = [
        Route("/", kept),
        Route("/pieces", lambda _: StreamingResponse(pieces(), media_type="text/html")),
        Route("/data", lambda _: JSONResponse({"page": PAGE}, headers={"ETag": '"1"'})),
    ]
    middleware = [Middleware(PageHead), Middleware(GZipMiddleware, minimum_size=1)]
    app = Starlette(routes=routes, middleware=middleware)
    return TestClient(app, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"})


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
    answer = browser.get("/", headers={"If-None-Match": '"1"', "If-Modified-Since": "today"})
    assert answer.status_code == 200
    assert "entries.js" in answer.text
    assert not {"etag", "last-modified"} & set(answer.headers)


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_what_is_no_page_passes_as_it_is(browser, accept):
    answer = browser.get("/data", headers={"Accept": accept})
    assert answer.json() == {"page": PAGE}
    assert answer.headers["etag"] == '"1"'


def test_what_is_not_asked_for_as_a_page_is_compressed_as_before(browser):
    answer = browser.get("/data", headers={"Accept": "application/json"})
    assert answer.headers["content-encoding"] == "gzip"
