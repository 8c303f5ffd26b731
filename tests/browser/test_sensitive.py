"""Who a petitioner is stays covered; a look needs a reason and leaves a trace. A closed door says who may open it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME, TELEPHONE = "公孙玉兰", "13812345678"


def test_a_petitioner_is_masked_and_a_look_needs_a_reason_and_is_logged(visitor: Visitor) -> None:
    page = visitor.sign_in("office").page
    visitor.go("/ledgers/grievances/new/")
    page.fill("[name=title]", "楼道照明损坏")
    page.select_option("[name=unit]", label="城关街道")
    page.select_option("[name=lane]", label="12345工单")
    page.select_option("[name=channel]", label="12345电话")
    page.select_option("[name=topic]", label="住房物业")
    page.select_option("[name=level]", label="社区")
    page.fill("[name=received_on]", "2026-03-13")
    page.fill("[name=community]", "东关社区")
    page.fill("[name=petitioner]", NAME)
    page.fill("[name=phone]", TELEPHONE)
    page.click(".form-foot button")
    visitor.looks_right()
    number, here = page.locator("main .row b").first.inner_text(), page.url
    assert NAME not in page.content()
    assert TELEPHONE not in page.content()
    assert "公＊" in page.inner_text("main")

    form = page.locator("#look-petitioner")
    form.locator("summary").click()
    form.locator("button").click()
    visitor.looks_right()
    assert NAME not in page.content()
    assert "须说明理由" in page.inner_text("[role=alert]")
    visitor.complaints.clear()  # the browser itself remarks on the status 422

    page.goto(here)
    form.locator("summary").click()
    form.locator("[name=reason]").fill("回访核实")
    form.locator("button").click()
    visitor.looks_right()
    assert page.inner_text("main dd") == NAME

    visitor.sign_in("audit")
    visitor.go(f"/log/?q={number}")
    told = page.inner_text("main table")
    assert "回访核实" in told
    assert NAME not in told


def test_a_page_that_is_closed_says_who_may_open_it(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page

    answer = page.goto(f"{visitor.district.address}log/")

    assert answer is not None
    assert answer.status == 403
    visitor.looks_right()
    assert "没有打开这一页的权限" in page.inner_text("h1")
    assert page.locator("main li").all_inner_texts() == ["审计", "审计管理员"]
    visitor.complaints.clear()  # the browser itself remarks on the status 403


def test_a_page_that_is_not_there_leads_home(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page

    page.goto(f"{visitor.district.address}ledgers/projects/XM-1999-0001/")
    visitor.looks_right()
    page.click("main a.button")

    visitor.complaints.clear()  # the browser itself remarks on the status 404
    assert page.inner_text("h1") == "今日"
