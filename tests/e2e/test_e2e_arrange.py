"""The network is assembled in its picture: by mouse, by finger, by key and by toolbar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from e2e_tools import settled, watched
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]

PATIENCE = 30_000
"""How long a picture may take to come or to change on a busy machine [ms]."""
HOLD = 600
"""Longer than the picture waits before a finger lifts something [ms]."""


def at(page: Page, address: str) -> Locator:
    return page.locator(f'.rx-network .world [data-address="{address}"]').first


def grip(page: Page, stage: str) -> Locator:
    return page.locator(f'.rx-network .world [data-address="{stage}"] .grip')


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def has_stages(page: Page, *blocks: int) -> None:
    """Wait until the picture has stages of so many blocks."""
    for i, number in enumerate(blocks, 1):
        name = re.compile(rf"^layer{i}, {number} × ")
        expect(page.locator(f'.rx-network .world > [data-address="layer{i}"]')).to_have_attribute(
            "aria-label", name, timeout=PATIENCE
        )
    panels = page.locator(".rx-network .world > .item[data-testid=stage]")
    expect(panels).to_have_count(len(blocks), timeout=PATIENCE)
    settled(page)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 12, start[1] + 6, steps=3)
    page.mouse.move(*end, steps=6)


def left_of(page: Page, address: str) -> tuple[float, float]:
    box = at(page, address).bounding_box()
    assert box
    return box["x"] - 8, box["y"] + box["height"] / 2


def focused(page: Page) -> str:
    return page.evaluate(
        """() => {
          let element = document.activeElement;
          while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
          return element?.dataset.address ?? element?.dataset.testid ?? "";
        }"""
    )


def test_a_stage_is_dragged_by_its_name_and_undo_puts_it_back(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    has_stages(page, 3, 4, 6, 3)
    x, _ = left_of(page, "layer2.0")
    drag(page, middle(grip(page, "layer3")), (x - 16, middle(at(page, "layer2.0"))[1]))
    expect(page.locator(".rx-network .over .lifted")).to_be_visible()
    page.mouse.up()
    has_stages(page, 3, 6, 4, 3)
    expect(page).to_have_url(re.compile(r"sel=layer2(&|$)"))
    page.get_by_role("button", name="Undo").click()
    has_stages(page, 3, 4, 6, 3)


def test_a_block_is_dragged_into_another_stage(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    has_stages(page, 3, 4, 6, 3)
    drag(page, middle(at(page, "layer4.0")), left_of(page, "layer2.0"))
    page.mouse.up()
    has_stages(page, 3, 5, 6, 2)
    expect(page).to_have_url(re.compile(r"sel=layer2\.0"))
    expect(page.locator(".st-key-node-card")).to_contain_text("layer2.0")


def test_a_drop_behind_a_folded_run_lands_behind_its_last_block(open_page: Open) -> None:
    page = open_page("?arch=resnet152")
    has_stages(page, 3, 8, 36, 3)
    x, y = left_of(page, "layer4.0")
    drag(page, middle(at(page, "layer2.0")), (x - 50, y))
    page.mouse.up()
    has_stages(page, 3, 7, 37, 3)
    expect(page).to_have_url(re.compile(r"sel=layer3\.36"))


def test_escape_and_a_drop_outside_change_nothing(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    address = page.url
    has_stages(page, 3, 4, 6, 3)
    target = left_of(page, "layer2.0")
    drag(page, middle(at(page, "layer4.0")), target)
    landing = page.locator(".rx-network .over .landing")
    expect(landing).to_have_attribute("visibility", "visible")
    page.keyboard.press("Escape")
    expect(page.locator(".rx-network .over .lifted")).to_have_count(0)
    page.mouse.up()
    drag(page, middle(at(page, "layer4.0")), (target[0], 20))
    page.mouse.up()
    settled(page)
    has_stages(page, 3, 4, 6, 3)
    assert page.url == address


def test_nothing_is_asked_of_the_server_while_something_is_dragged(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    has_stages(page, 3, 4, 6, 3)
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda f: sent.append(f)))  # noqa: PLW0108 - Playwright wraps functions only
    page.reload()
    settled(page)
    has_stages(page, 3, 4, 6, 3)
    sent.clear()
    drag(page, middle(at(page, "layer4.0")), left_of(page, "layer2.0"))
    assert not sent
    page.mouse.up()
    has_stages(page, 3, 5, 6, 2)
    assert sent


def test_a_click_still_selects_and_the_ground_still_pans(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    has_stages(page, 3, 4, 6, 3)
    page.get_by_role("radio", name="Ops", exact=True).click()
    before = at(page, "stem").bounding_box()
    x, y = middle(page.locator(".rx-network .view > svg").first)
    panel = at(page, "layer1").locator(".panel").bounding_box()
    assert panel
    drag(page, (x, panel["y"] + panel["height"] - 8), (x - 150, y))
    page.mouse.up()
    expect(page.locator(".rx-network .over .lifted")).to_have_count(0)
    after = at(page, "stem").bounding_box()
    assert before
    assert after
    assert after["x"] < before["x"] - 100
    page.get_by_role("radio", name="Blocks", exact=True).click()
    at(page, "layer2.0").click()
    expect(page).to_have_url(re.compile(r"sel=layer2\.0"))
    has_stages(page, 3, 4, 6, 3)


def test_the_keyboard_moves_copies_removes_and_adds_and_keeps_the_focus(open_page: Open) -> None:
    page = open_page("?arch=resnet50&sel=layer2.0")
    has_stages(page, 3, 4, 6, 3)
    at(page, "layer2.0").focus()
    page.keyboard.press("Alt+ArrowLeft")
    has_stages(page, 4, 3, 6, 3)
    expect(page).to_have_url(re.compile(r"sel=layer1\.3"))
    assert focused(page) == "layer1.3"
    page.keyboard.press("Control+d")
    has_stages(page, 5, 3, 6, 3)
    expect(page).to_have_url(re.compile(r"sel=layer1\.4"))
    page.keyboard.press("Delete")
    has_stages(page, 4, 3, 6, 3)
    expect(page).to_have_url(re.compile(r"sel=layer1\.3"))
    page.keyboard.press("+")
    has_stages(page, 5, 3, 6, 3)
    expect(page).to_have_url(re.compile(r"sel=layer1\.4"))
    for number in (4, 5, 4, 3):
        page.get_by_role("button", name="Undo").click()
        has_stages(page, number, 4 if number == 3 else 3, 6, 3)


def test_the_toolbar_names_its_deeds_and_does_them(open_page: Open) -> None:
    page = open_page("?arch=resnet50&sel=layer3")
    has_stages(page, 3, 4, 6, 3)
    tools = page.get_by_role("toolbar", name="Change layer3")
    expect(tools).to_be_visible()
    button = tools.get_by_test_id("deed-on")
    place = button.bounding_box()
    tools.get_by_role("button", name="Move right: layer3").click()
    has_stages(page, 3, 4, 3, 6)
    assert page.get_by_test_id("deed-on").bounding_box() == place, "the next click hits another"
    tools = page.get_by_role("toolbar", name="Change layer4")
    expect(tools.get_by_role("button", name="Move right: layer4")).to_be_disabled()
    assert focused(page) == "deed-on"
    tools.get_by_role("button", name="Remove: layer4").click()
    has_stages(page, 3, 4, 3)
    page.get_by_role("button", name="Add a stage at the end").click()
    has_stages(page, 3, 4, 3, 3)
    page.get_by_role("button", name="Duplicate: layer4").click()
    has_stages(page, 3, 4, 3, 3, 3)


def test_a_drop_that_does_not_fit_is_marked_with_its_reason(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    has_stages(page, 3, 3, 3)
    page.get_by_role("radio", name="Blocks", exact=True).click()
    drag(page, middle(at(page, "layer2.1")), left_of(page, "layer3.1"))
    page.mouse.up()
    mark = page.locator(".rx-network .item.broken")
    expect(mark).to_have_attribute("data-address", "layer3.1")
    expect(mark.locator(".cross")).to_be_visible()
    mark.hover()
    expect(page.locator(".rx-network .tip")).to_contain_text("Zero padding cannot go from 64 to 32")
    page.get_by_role("button", name="Take it back").click()
    expect(mark).to_have_count(0)


def test_a_saved_picture_has_no_handles(open_page: Open) -> None:
    page = open_page("?arch=resnet50&sel=layer2")
    has_stages(page, 3, 4, 6, 3)
    expect(page.get_by_test_id("add-stage")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save picture").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert "layer2" in text
    for handle in ("grip", "+ stage", "data-deed", "landing"):
        assert handle not in text


@pytest.fixture
def phone(browser: Browser, server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    with watched(context) as page:
        page.goto(f"{server.url}?arch=resnet20")
        settled(page)
        yield page


def test_a_finger_lifts_after_a_moment_and_the_line_runs_down(phone: Page) -> None:
    has_stages(phone, 3, 3, 3)
    phone.locator(".rx-network .view").scroll_into_view_if_needed()
    at(phone, "layer1.2").scroll_into_view_if_needed()
    x, y = middle(at(phone, "layer1.2"))
    top = at(phone, "layer1.1").bounding_box()
    assert top
    touch = phone.context.new_cdp_session(phone)

    def send(kind: str, *points: tuple[float, float]) -> None:
        found = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    send("touchStart", (x, y))
    phone.wait_for_timeout(HOLD)
    expect(phone.locator(".rx-network .over .lifted")).to_be_visible()
    for i in range(1, 5):
        send("touchMove", (x, y + (top["y"] - 8 - y) * i / 4))
    send("touchEnd")
    settled(phone)
    expect(phone).to_have_url(re.compile(r"sel=layer1\.1"))
    tools = phone.get_by_role("toolbar", name=re.compile("Change layer1"))
    tools.get_by_role("button", name=re.compile("Move up")).click()
    expect(phone).to_have_url(re.compile(r"sel=layer1\.0"))
    tools.get_by_role("button", name=re.compile("Remove")).click()
    has_stages(phone, 2, 3, 3)
