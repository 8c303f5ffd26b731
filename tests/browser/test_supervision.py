"""A supervision item from its draft to its end, in the hands it belongs to, and what it does to the figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_item_goes_from_hand_to_hand_until_it_is_closed_and_its_figures_follow(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    assigned_before, on_time_before = items(visitor), on_time(visitor)
    here = drafted(visitor, f"推进老旧小区改造（{'宽' if visitor.wide else '窄'}屏）")
    assert stage(page) == "拟办"

    take(visitor, "office", here, "approve")
    take(visitor, "officer", here, "assign")
    assert items(visitor) == assigned_before + 1
    assert on_time(visitor) < on_time_before, "due today and not yet closed"
    overdue = on_time(visitor)

    take(visitor, "fgw", here, "accept")
    assert stage(page) == "办理"
    take(visitor, "fgw", here, "reply", {"text": "已完成12栋外墙保温", "progress": "100"})
    assert stage(page) == "办理", "a reply counts when it is signed"
    take(visitor, "fgw-head", here, "sign")
    assert stage(page) == "反馈"
    take(visitor, "officer", here, "close", {"note": "12栋全部完成并验收"})

    assert stage(page) == "办结"
    passed = page.locator("section:has(> h2:text-is('阶段')) .history b").all_inner_texts()
    assert [name.strip() for name in passed][::-1][:6] == ["拟办", "立项", "交办", "签收", "办理", "反馈"]
    assert on_time(visitor) > overdue


def test_a_unit_sees_what_it_must_do_now_and_its_goals(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page
    tasks = page.locator("section", has_text="现在要办的").locator(".tasks li")
    assert tasks.count() >= 1
    assert "反馈进展：" in tasks.first.inner_text()
    goals = page.locator("section", has_text="我的目标").locator("tbody tr")
    assert goals.count() >= 1
    assert all("灯" in words for words in goals.all_inner_texts())

    tasks.first.locator("a").click()
    visitor.looks_right()

    assert "发展和改革委员会" in page.inner_text(".standing")
    assert page.locator("#step-reply").count() == 1


def test_another_unit_may_not_reply_in_its_place(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page
    page.locator(".tasks a").first.click()
    visitor.looks_right()
    theirs = page.url

    visitor.sign_in("chengguan")
    answer = page.goto(theirs)

    assert answer is not None
    assert answer.status in (403, 404)
    assert page.locator("#step-reply").count() == 0
    visitor.complaints.clear()  # the browser itself remarks on the status


def drafted(visitor: Visitor, title: str) -> str:
    """A new item of the planning commission, due today; its address."""
    page = visitor.go("/ledgers/supervision/new/")
    page.fill("[name=title]", title)
    page.select_option("[name=unit]", label="发改委")
    page.select_option("[name=source]", label="民生实事")
    page.select_option("[name=rhythm]", label="按节点")
    page.fill("[name=content]", "年内完成12栋。")
    page.fill("[name=due_on]", "2026-03-16")
    page.click(".form-foot button")
    visitor.looks_right()
    assert page.inner_text("h1") == title
    return page.url


def take(visitor: Visitor, who: str, address: str, step: str, words: dict[str, str] | None = None) -> None:
    """Take a step of an item as one of the people it passes through."""
    page = visitor.sign_in(who).page
    page.goto(address)
    form = page.locator(f"#step-{step}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, said in (words or {}).items():
        form.locator(f"[name={name}]").fill(said)
    form.locator("button").click()
    visitor.looks_right()
    assert page.locator("[role=alert]").count() == 0, page.inner_text("main")


def stage(page: Page) -> str:
    return page.locator("main .row .tag").first.inner_text()


def items(visitor: Visitor) -> int:
    return int(value(visitor, "count"))


def on_time(visitor: Visitor) -> float:
    return float(value(visitor, "rate(on_time)"))


def value(visitor: Visitor, measure: str) -> str:
    """What the trace page prints; the visitor comes back to where it was."""
    page, back = visitor.page, visitor.page.url
    visitor.go(f"/trace/supervision_items/2026/?measure={measure}")
    printed = page.inner_text(".trace-value .num")
    page.goto(back)
    return printed
