"""Every page is a page without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PASSWORD, WIDTHS, District

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(district: District, chromium: Browser) -> Iterator[Page]:
    width, height = WIDTHS["phone"]
    context = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": height})
    one = context.new_page()
    one.goto(f"{district.address}sign-in/")
    one.fill("[name=username]", "officer")
    one.fill("[name=password]", PASSWORD)
    one.click("form.form button")
    yield one
    context.close()


def test_the_menu_opens_and_leads_on(page: Page) -> None:
    page.click(".menu summary")
    page.click(".menu-sheet a >> text=目标")

    assert page.inner_text("h1") == "目标"


def test_a_number_leads_to_its_trace_as_a_page(page: Page, district: District) -> None:
    page.goto(f"{district.address}figures/projects_started/2025/")
    page.click("p.value a.num")

    assert page.inner_text("h1").startswith("溯源")
    assert page.locator(".trace-rows tbody tr").count() >= 1


def test_a_period_is_chosen(page: Page, district: District) -> None:
    page.goto(f"{district.address}figures/gdp/2025/")
    page.click(".choices summary")
    page.click(".choices a >> text=2024年")

    assert page.url.endswith("/figures/gdp/2024/")


def test_an_entry_is_made(page: Page, district: District) -> None:
    page.goto(f"{district.address}ledgers/projects/new/")
    page.fill("[name=title]", "不用脚本新建的项目")
    page.select_option("[name=unit]", label="工信局")
    page.select_option("[name=class]", "industry")
    page.fill("[name=total_investment]", "6500")
    page.fill("[name=registered_on]", "2026-03-09")
    page.click(".form-foot button")

    assert page.inner_text("h1") == "不用脚本新建的项目"
    assert "6500.00" in page.inner_text("main")


def test_what_if_is_asked(page: Page, district: District) -> None:
    page.goto(f"{district.address}scores/2025/")
    page.click("#what-if summary")
    page.select_option("#what-if select[name=unit]", "FGW")
    page.select_option("#what-if select[name=what]", "targets.weight")
    page.fill("#what-if [name=value]", "40")
    page.click("#what-if button")

    assert "没有保存" in page.inner_text("main")
    assert page.locator("main tr.own").count() >= 1
