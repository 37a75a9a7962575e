"""Networks and runs side by side in a browser: pictures that move together, light, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from e2e_tools import settled
from playwright.sync_api import Locator, Page, expect

from explorer.jobs import client
from explorer.jobs.people import Person
from tests.run_lab import digits_spec, finished_run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]
PAIR = "compare?with=resnet50,res2net50_26w_4s"


def pane(page: Page, letter: str) -> Locator:
    return page.locator(f'.rx-panes [data-pane="{letter}"]')


def item(page: Page, letter: str, address: str) -> Locator:
    return pane(page, letter).locator(f'.world .item[data-address="{address}"]').first


def camera(page: Page, letter: str) -> tuple[float, float]:
    """Return where a pane looks along its line, and how near."""
    style = pane(page, letter).locator(".world").get_attribute("style") or ""
    found = re.search(r"translate\((-?[\d.e-]+)px, .*scale\(([\d.]+)\)", style)
    assert found, style
    return float(found[1]), float(found[2])


@pytest.fixture(autouse=True)
def tall(page: Page) -> None:
    """Both pictures are in view."""
    page.set_viewport_size({"width": 1280, "height": 1500})


@pytest.fixture
def trained(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Three seeds of one network and one of another, without training."""
    monkeypatch.setenv("EXPLORER_HOME", str(home))
    ids = [finished_run(seed=seed, top=0.9 + seed / 50) for seed in range(3)]
    ids.append(finished_run(digits_spec("plain20"), title="Plain-20", top=0.6))
    yield ids
    for run_id in ids:
        client.delete(run_id, by=Person("me"))
    client.ledger().close()


def test_pictures_show_the_difference_and_move_together(open_page: Open) -> None:
    page = open_page(PAIR)
    expect(page.get_by_text("+142.1 k · +0.6 %")).to_be_visible()
    expect(page.get_by_text("Depth [layers]")).to_have_count(0)
    expect(item(page, "a", "layer2.1")).to_have_class(re.compile("changed"))
    expect(item(page, "a", "stem")).to_have_class(re.compile("same"))
    expect(item(page, "b", "layer2.1")).to_have_attribute("aria-label", re.compile("changed$"))
    before = camera(page, "a"), camera(page, "b")
    assert before[0] == pytest.approx(before[1], abs=2)

    for _ in range(3):
        page.get_by_role("button", name="Zoom in").first.click()
    page.wait_for_timeout(400)
    near = camera(page, "a"), camera(page, "b")
    assert near[0][1] > before[0][1]
    assert near[0] == pytest.approx(near[1], abs=2)

    view = pane(page, "b").locator(".view svg").first
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 160, y, steps=6)
    page.mouse.up()
    after = camera(page, "a"), camera(page, "b")
    assert after[1][0] < near[1][0] - 100
    assert after[0] == pytest.approx(after[1], abs=2)

    pane(page, "a").locator('[data-testid="level-stages"]').click()
    folded = pane(page, "b").locator(".world")
    expect(folded.locator('[data-address="layer3.0"]')).to_have_count(0)
    expect(folded.locator('[data-testid="stage"][data-address="layer3"]').first).to_be_visible()


def test_what_is_selected_in_one_is_selected_in_all_and_in_the_link(open_page: Open) -> None:
    page = open_page(f"{PAIR}&base=b")
    item(page, "b", "layer1.1").hover()
    pane(page, "b").locator('[data-target="layer1.1"]').first.click()
    expect(item(page, "a", "layer1.1.conv2")).to_be_visible()
    item(page, "a", "layer1.1.conv2").click()
    expect(item(page, "b", "layer1.1.convs.0")).to_have_class(re.compile("selected"))
    expect(page).to_have_url(re.compile(r"pick=a(:|%3A)layer1\.1\.conv2"))
    expect(page.get_by_text("The same place in every network")).to_be_visible()
    link = page.url
    settled(page)

    fresh = page.context.new_page()
    fresh.goto(link)
    settled(fresh)
    expect(item(fresh, "a", "layer1.1.conv2")).to_have_class(re.compile("selected"))
    expect(item(fresh, "b", "layer1.1.convs.0")).to_have_class(re.compile("selected"))
    expect(fresh.get_by_role("radio", name="B", exact=True)).to_be_checked()
    assert sorted(re.split("[?&]", fresh.url)) == sorted(re.split("[?&]", link))
    fresh.close()


def test_the_keyboard_reaches_and_selects_in_every_picture(open_page: Open) -> None:
    page = open_page(PAIR)
    start = item(page, "b", "layer1.0")
    expect(start).to_be_visible()
    pane(page, "b").locator('.world .item[tabindex="0"]').first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    focused = page.evaluate(
        "() => { let e = document.activeElement;"
        " while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
        " return e.dataset.address; }"
    )
    page.keyboard.press(" ")
    expect(item(page, "a", focused)).to_have_class(re.compile("selected"))
    expect(item(page, "b", focused)).to_have_class(re.compile("selected"))


def test_added_blocks_stand_apart_and_the_table_says_so(open_page: Open) -> None:
    page = open_page("compare?with=resnet50,resnet101")
    fold = item(page, "b", "layer3.6")
    expect(fold).to_have_class(re.compile("added"))
    expect(fold.locator(".sign.added")).to_have_count(1)
    expect(item(page, "b", "layer3.1")).to_have_class(re.compile("same"))
    page.get_by_role("button", name="Table").first.click()
    row = pane(page, "b").locator('tr[data-address="layer3.6"]')
    expect(row).to_contain_text("Against A: added")


def test_hovering_a_run_lights_it_everywhere(open_page: Open, trained: list[str]) -> None:
    page = open_page(f"compare?view=runs&with={trained[0]},{trained[3]}")
    chart = page.get_by_test_id("chart-test-accuracy")
    expect(chart.locator(".series")).to_have_count(2)
    expect(chart.locator(".band")).to_have_count(1)
    page.locator(f'tr[data-run="{trained[3]}"]').hover()
    lit = chart.locator('.series[data-key="b"]')
    expect(lit).to_have_class(re.compile("lit"))
    expect(page.get_by_test_id("chart-loss").locator('.series[data-key="b"]')).to_have_class(
        re.compile("lit")
    )
    expect(page.locator('tr[data-rx-light="b"]')).to_have_class(re.compile("rx-lit"))
    expect(chart.locator('.series[data-key="a"]')).not_to_have_class(re.compile("lit"))
    page.locator('tr[data-rx-light="a"]').hover()
    expect(chart.locator('.series[data-key="a"]')).to_have_class(re.compile("lit"))
    expect(page.locator(f'tr[data-run="{trained[1]}"]')).to_have_class(re.compile("lit"))
    page.get_by_role("heading", name="Compare").hover()
    expect(chart.locator(".lit")).to_have_count(0)
    chart.locator('.series[data-key="b"]').focus()
    expect(page.locator(f'tr[data-run="{trained[3]}"]')).to_have_class(re.compile("lit"))


def test_runs_are_unticked_sorted_labelled_deleted_and_brought_back(
    open_page: Open, trained: list[str]
) -> None:
    page = open_page(f"compare?view=runs&with={trained[0]},{trained[3]}")
    chart = page.get_by_test_id("chart-test-accuracy")
    expect(chart.locator(".series")).to_have_count(2)
    page.locator(f'[data-tick="{trained[3]}"]').uncheck()
    expect(chart.locator(".series")).to_have_count(1)
    expect(page).to_have_url(re.compile("runs="))

    page.get_by_role("button", name="Last", exact=True).click()
    expect(page).to_have_url(re.compile("sort=-last"))
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Last")

    row = page.locator(f'tr[data-run="{trained[0]}"]')
    row.get_by_role("button", name="Tags and notes").click()
    page.get_by_role("textbox", name="Tags of ResNet-20").fill("seed zero")
    page.get_by_role("textbox", name="Notes").fill("The first of three.")
    page.get_by_role("button", name="Save tags and notes").click()
    expect(row.locator(".tag")).to_have_text("seed zero")
    expect(row).to_contain_text("The first of three.")
    row.locator(".tag").click()
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.get_by_role("textbox", name="Filter").fill("")
    page.get_by_role("textbox", name="Filter").press("Enter")
    expect(page.locator(f'tr[data-run="{trained[2]}"]')).to_be_visible()

    page.locator(f'tr[data-run="{trained[2]}"]').get_by_role("button", name="Delete").click()
    expect(page.locator(f'tr[data-run="{trained[2]}"]')).to_have_count(0)
    page.get_by_role("button", name="Undo: bring back ResNet-20").click()
    expect(page.locator(f'tr[data-run="{trained[2]}"]')).to_be_visible()
    expect(page.get_by_role("button", name="Undo: bring back")).to_have_count(0)


def test_latency_is_measured_on_the_page(open_page: Open) -> None:
    page = open_page("compare?with=resnet20,plain20&view=time")
    page.get_by_role("button", name=re.compile("^Measure")).click()
    expect(page.get_by_text("Images per second")).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("chart-scatter").locator(".series")).to_have_count(2)
    page.get_by_role("heading", name="Measured latency").scroll_into_view_if_needed()


def test_build_leads_here_in_one_click(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    depth = page.locator("[data-field=depth][data-at=layer1]")
    depth.fill("5")
    depth.press("Enter")
    expect(page.get_by_text("1 change since ResNet-20")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page).to_have_url(re.compile(r"/compare\?.*with=resnet20(,|%2C)1\."))
    expect(item(page, "b", "layer1.3")).to_have_class(re.compile("added"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_width(open_page: Open, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_page("compare?with=resnet50,res2net50_26w_4s,densenet121,iresnet50")
    expect(item(page, "d", "stem")).to_be_visible()
    overflow = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0


def test_narrow_pictures_scroll_together(open_page: Open, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    open_page(PAIR)
    expect(item(page, "b", "stem")).to_be_visible()
    view = pane(page, "a").locator(".view")
    view.evaluate("(element) => { element.scrollTop = 300; }")
    other = pane(page, "b").locator(".view")
    page.wait_for_function(
        "(element) => Math.abs(element.scrollTop - 300) < 40", arg=other.element_handle()
    )
    top = other.evaluate("(element) => element.scrollTop")
    page.wait_for_timeout(200)
    assert other.evaluate("(element) => element.scrollTop") == top
    assert view.evaluate("(element) => element.scrollTop") == 300
