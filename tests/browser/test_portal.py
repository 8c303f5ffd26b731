"""Each page does its job, at a desk and on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Visitor, gangmu

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def figure(visitor: Visitor, code: str, measure: str, period: str = "2025") -> str:
    """A figure's value as its trace page prints it."""
    page = visitor.go(f"/trace/{code}/{period}/?measure={measure}")
    return page.inner_text(".trace-value .num, .trace-value .missing")


def test_signing_in_choosing_a_language_and_leaving(visitor: Visitor) -> None:
    page = visitor.go("/sign-in/")
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", "not-this-one-at-all")
    page.click("form.form button")
    assert "用户名或密码不对" in page.inner_text("[role=alert]")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    visitor.complaints.clear()  # the browser itself remarks on the status 401

    visitor.sign_in("officer")
    assert page.inner_text("h1") == "今日"
    if not visitor.wide:
        page.click(".menu summary")
    page.click("button[value=en]:visible")
    visitor.looks_right()
    assert page.get_attribute("html", "lang") == "en"
    rooms = page.locator(".nav").first.locator("a").all_text_contents()
    assert "Goals" in rooms
    assert not re.search("[\u4e00-\u9fff]", " ".join(rooms))
    if not visitor.wide:
        page.click(".menu summary")
    page.click("button[value=zh-hans]:visible")
    assert page.inner_text("h1") == "今日"
    if not visitor.wide:
        page.click(".menu summary")
    page.locator("form[action='/sign-out/'] button:visible").click()
    assert page.url.endswith("/sign-in/")


def test_the_goal_office_sees_what_is_red_and_whose_it_is(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page

    assert page.locator("h2", has_text="红灯目标").count() == 1
    red = page.locator("section", has_text="红灯目标").locator("tbody tr")
    assert red.count() >= 1
    assert "红灯" in red.first.inner_text()
    assert page.locator("section", has_text="红灯在谁手里").locator("dt").count() >= 1


def test_a_leader_gets_ten_figures_and_the_most_urgent_matters_on_one_sheet(visitor: Visitor) -> None:
    page = visitor.sign_in("mayor").page

    assert page.inner_text("h1") == "一页纸"
    assert page.locator(".multiple").count() == 10
    assert page.locator(".multiple .sparkline path").count() >= 10
    assert page.locator("section", has_text="最急的五件事").locator("tbody tr").count() == 5
    page.emulate_media(media="print")
    assert page.locator(".nav").first.is_hidden()
    assert b"/Count 1" in page.pdf(prefer_css_page_size=True)


def test_a_figure_is_followed_from_its_page_to_a_ledger_entry(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/figures/projects_started/2025/")
    assert page.locator("svg.drawing:visible .line-now").count() == 1

    trace = visitor.follow_number("p.value a.num")
    assert re.search(r"项目库：\d+ 条记录", trace)

    row = page.locator(".trace-rows tbody tr").first
    title = row.locator("td").first.inner_text()
    row.locator("a").click()
    visitor.looks_right()
    assert page.inner_text("h1") == title
    assert page.locator("section", has_text="阶段").locator(".history li").count() >= 1


def test_a_running_year_is_shown_as_far_as_it_is_known(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/figures/budget_revenue/2026/")

    assert page.locator("main .note").first.inner_text().strip() == "2026年1—2月"
    printed = page.inner_text("p.value a.num")
    assert printed in visitor.follow_number("p.value a.num")


def test_an_entry_is_found_by_a_word_of_its_name(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/ledgers/supervision/")
    title = page.locator("tbody tr td").first.inner_text()

    page.fill("[name=q]", title)
    page.click(".filter button")
    visitor.looks_right()

    assert page.locator("tbody tr").count() >= 1
    assert all(title in words for words in page.locator("tbody tr").all_inner_texts())


def test_the_goal_tree_opens_down_to_units_and_shows_lamps(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/goals/2025/")
    leaf = page.locator(".tree details:has(> .shares):not(:has(details .shares))").first
    assert leaf.locator(".shares").is_hidden()

    leaf.locator("summary").first.click()

    assert leaf.locator(".shares .tree-row").count() >= 1
    assert page.locator(".tree .lamp-green").count() >= 1
    visitor.looks_right()


def test_a_ledger_is_filtered_sorted_and_taken_away_as_a_file(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/ledgers/projects/")
    whole = total_of(page.inner_text(".pages"))

    page.select_option("select[name=stage]", "completed")
    page.click(".filter button")
    visitor.looks_right()
    some = total_of(page.inner_text(".pages"))
    assert 0 < some < whole
    assert set(page.locator("tbody .tag").all_inner_texts()) == {"竣工"}

    with page.expect_download() as download:
        page.click(".files a >> text=CSV")
    file = tmp_path / "list.csv"
    download.value.save_as(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == some + 1


def test_a_new_entry_is_made_moved_and_counted(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    before = int(figure(visitor, "projects_early", "count", "2026"))
    title = f"浏览器里新建的项目 {'宽' if visitor.wide else '窄'}"

    visitor.go("/ledgers/projects/new/")
    page.fill("[name=title]", title)
    page.click(".form-foot button")
    assert "需要改正" in page.inner_text("[role=alert]")
    assert page.input_value("[name=title]") == title
    visitor.complaints.clear()  # the browser itself remarks on the status 422
    page.select_option("[name=unit]", index=1)
    page.select_option("[name=class]", "industry")
    page.fill("[name=total_investment]", "2亿元")
    page.fill("[name=registered_on]", "2026-03-02")
    page.click(".form-foot button")
    visitor.looks_right()
    assert page.inner_text("h1") == title
    assert "20000.00" in page.inner_text("main")

    form = page.locator("#move-early")
    form.locator("summary").click()
    form.locator("[name=project_code]").fill("2603-330000-04-01-000001")
    form.locator("[name=builder]").fill("云溪建设公司")
    form.locator("[name=subdistrict]").select_option(index=1)
    form.locator("[name=guiding_unit]").select_option(index=1)
    form.locator("[name=note]").fill("取得备案")
    form.locator("button").click()
    visitor.looks_right()

    assert "前期" in page.inner_text(".history li.now")
    assert int(figure(visitor, "projects_early", "count", "2026")) == before + 1


def test_a_reply_goes_from_the_reporter_to_its_end_and_changes_the_figure(visitor: Visitor) -> None:
    office = "officer"
    visitor.sign_in(office)
    returned_before = int(figure(visitor, "supervision_returned", "count", "2026"))
    page = visitor.sign_in("fgw").page
    # An item counts once, when it is first returned: each width takes one that was not.
    duties = page.locator(".tasks li", has_text="反馈进展", has_not_text="退办").locator("a")
    (duties.first if visitor.wide else duties.last).click()
    visitor.looks_right()
    here = page.url

    form = page.locator("#step-reply")
    form.locator("[name=text]").fill("已完成主体工程")
    form.locator("[name=progress]").fill("80")
    form.locator("[name=next_step]").fill("月底前验收")
    form.locator("button").click()
    visitor.looks_right()
    assert "已完成主体工程" in page.inner_text("#lines-replies")

    visitor.sign_in("fgw-head")
    page.goto(here)
    page.click("#step-sign button")
    visitor.looks_right()
    assert "反馈" in page.inner_text(".history li.now >> nth=0")

    visitor.sign_in(office)
    page.goto(here)
    page.click("#step-send-back summary")
    page.fill("#step-send-back [name=note]", "没有写明户数")
    page.click("#step-send-back button")
    visitor.looks_right()
    assert "退办" in page.inner_text("p.row .tag")
    assert int(figure(visitor, "supervision_returned", "count", "2026")) == returned_before + 1


def test_the_ranking_leads_to_a_score_sheet_with_a_sentence_under_every_line(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/scores/2025/")
    assert page.locator("table caption").count() == 4
    first = page.locator("tbody tr").first
    unit, total = first.locator("th, td").nth(1).inner_text(), first.locator("td").nth(1).inner_text()

    first.locator("a").click()
    visitor.looks_right()

    assert unit in page.inner_text(".standing")
    assert page.inner_text("p.value").startswith(total)
    lines = page.locator(".sheet-lines > li")
    assert lines.count() >= 5
    assert all(text.strip() for text in lines.locator(".sentence").all_inner_texts())
    assert page.locator("section", has_text="丢分最多的").locator("li").count() == 3


def test_a_unit_sees_its_own_sheet_and_no_other(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page
    visitor.go("/scores/")
    assert page.inner_text("h1") == "得分单"

    page.goto(f"{visitor.district.address}scores/2025/JYJ/")
    assert "没有打开这一页的权限" in page.inner_text("h1")
    visitor.complaints.clear()  # the browser itself remarks on the status 403


def test_the_rule_book_is_a_document_with_its_examples(visitor: Visitor) -> None:
    page = visitor.sign_in("fgw").page
    visitor.go("/rulebooks/")
    page.locator("tbody a").first.click()
    visitor.looks_right()

    assert "第八条" in page.inner_text(".sheet")
    assert page.locator(".clauses li .sentence").count() >= 10


def test_every_number_of_the_report_opens_its_trace(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/reports/")
    page.locator("tbody a").first.click()
    visitor.looks_right()
    assert page.locator(".paper a.bound").count() >= 100

    trace = visitor.follow_number(".paper a.bound[href*='projects_started'][href*='count']")

    assert re.search(r"项目库：\d+ 条记录", trace)
    if visitor.wide:
        page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden()


def test_an_auditor_reads_the_log_and_what_happened_just_now_is_in_it(visitor: Visitor) -> None:
    page = visitor.sign_in("audit").page
    visitor.go("/log/?q=rulebook.locked")

    assert page.locator("tbody tr").count() >= 1
    assert "rulebook" in page.inner_text("tbody")


def test_lists_go_by_keys(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/ledgers/projects/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tbody tr").nth(1)
    assert "here" in (second.get_attribute("class") or "")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.locator("#keys").wait_for(state="hidden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledgers/projects/*/")


def total_of(words: str) -> int:
    found = re.search(r"共 (\d+) 条", words)
    assert found, words
    return int(found[1])


def test_what_if_one_fact_were_otherwise(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/scores/2025/FGW/")

    page.click("#what-if summary")
    page.select_option("#what-if select[name=what]", "targets.actual")
    page.fill("#what-if [name=value]", "3")
    page.click("#what-if button")
    visitor.looks_right()

    assert "发展和改革委员会" in page.inner_text("main h2 >> nth=0")
    assert "没有保存" in page.inner_text("main")
    own = page.locator("main tr.own", has_text="发改委")
    assert "降" in own.inner_text()
    assert page.locator("main tr.own", has_text="升").count() >= 1

    page.fill("#what-if [name=value]", "很好")
    page.click("#what-if button")
    assert "不是数" in page.inner_text("[role=alert]")
    visitor.complaints.clear()  # the browser itself remarks on the status 400

    visitor.go("/scores/2025/")
    assert page.locator("#what-if").count() == 1
    with page.expect_download() as download:
        page.click(".files a >> text=计分包")
    file = tmp_path / "scores.zip"
    download.value.save_as(file)
    assert gangmu("recompute", str(file), "--json").returncode == 0


def test_how_firm_the_places_are_is_drawn_at_both_widths(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/scores/2025/")
    page.locator("a", has_text="位次稳不稳").click()
    visitor.looks_right()

    assert page.inner_text("h1") == "位次稳不稳"
    drawings = page.locator("svg.drawing:visible")
    assert drawings.count() == 4
    assert drawings.first.locator("circle").count() == drawings.first.locator(".range").count() > 10
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg.drawing text')].filter(t => t.getClientRects().length)"
        ".map(t => t.getBoundingClientRect().height))"
    )
    assert smallest >= 12
    assert page.locator("section", has_text="次序不稳的相邻单位").locator("tbody tr").count() >= 1
    page.locator("details.fold summary").first.click()
    visitor.looks_right()


def test_a_score_sheet_says_how_firm_its_place_is(visitor: Visitor) -> None:
    page = visitor.sign_in("officer").page
    visitor.go("/scores/2025/")
    page.locator("tbody tr a").nth(3).click()
    visitor.looks_right()

    assert "90% 的抽样" in page.inner_text("main")
