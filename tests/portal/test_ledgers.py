"""Ledgers in the browser: lists, entries, and what their forms write."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gangmu.ledgers import entries
from gangmu.ledgers.models import Entry
from gangmu.org.models import Unit
from gangmu.org.permissions import AUDITOR, REPORTER
from tests.factories import portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return portal.unit()


@pytest.fixture
def other() -> Unit:
    return portal.unit("zjj", "区住房和城乡建设局", "区住建局")


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


@pytest.fixture
def reporter(unit: Unit) -> Client:
    return portal.signed_in(portal.account("li", REPORTER, of=unit, name="李强"))


def titles(browser: Client, query: str = "") -> list[str]:
    answer = browser.get(f"/ledgers/projects/?format=json&{query}")
    return [row["title"] for row in json.loads(answer.content)["rows"]]


def test_the_registers_are_listed_with_what_the_reader_may_see(
    officer: Client, reporter: Client, unit: Unit, other: Unit
) -> None:
    portal.project(unit)
    portal.project(other)

    seen = {
        name: {register.code: n for register, n in browser.get("/ledgers/").context["registers"]}["projects"]
        for name, browser in (("officer", officer), ("reporter", reporter))
    }

    assert seen == {"officer": 2, "reporter": 1}


def test_a_list_is_filtered_sorted_and_exported_alike(officer: Client, unit: Unit, other: Unit) -> None:
    portal.project(unit, "甲", total_investment="300")
    portal.project(unit, "乙", total_investment="100", **{"class": "urban"})
    portal.project(other, "丙", total_investment="200")

    assert titles(officer, "sort=total_investment") == ["乙", "丙", "甲"]
    assert titles(officer, "class=urban") == ["乙"]
    assert titles(officer, "unit=zjj") == ["丙"]
    assert titles(officer, "q=甲") == ["甲"]
    assert titles(officer, "stage=completed") == []
    first = officer.get("/ledgers/projects/?sort=total_investment&format=csv")
    assert b"".join(first).decode().splitlines()[1].split(",")[1] == "乙"  # type: ignore[arg-type]


def test_an_empty_list_says_what_belongs_here(officer: Client) -> None:
    assert "没有符合条件的项目" in officer.get("/ledgers/projects/").content.decode()


def test_a_list_costs_the_same_for_1_and_30_entries(officer: Client, unit: Unit) -> None:
    costs = []
    for more in (1, 29):
        for place in range(more):
            portal.project(unit, f"项目{more}-{place}")
        officer.get("/ledgers/projects/")
        with CaptureQueriesContext(connection) as queries:
            officer.get("/ledgers/projects/")
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_an_entry_page_tells_its_content_stages_and_history(officer: Client, unit: Unit) -> None:
    made = portal.project(unit)
    entries.change(made, {"content": "建设智能仓储中心"}, portal.CLERK)

    page = officer.get(f"/ledgers/projects/{made.number}/")

    text = page.content.decode()
    assert "智慧物流枢纽" in text and "建设智能仓储中心" in text and "42500.00" in text
    assert [one.name for one in page.context["stages"]] == ["谋划"]
    assert [(past.version, past.changes) for past in page.context["history"]] == [
        (2, (("建设内容及规模", "—", "建设智能仓储中心"),)),
        (1, (("阶段", "", "谋划 2025-02-10"),)),
    ]


def test_what_a_reader_may_not_see_is_not_there(reporter: Client, other: Unit) -> None:
    assert reporter.get(f"/ledgers/projects/{portal.project(other).number}/").status_code == 404


def test_a_reporter_makes_an_entry_of_his_unit(reporter: Client, unit: Unit) -> None:
    form = reporter.get("/ledgers/projects/new/")
    assert {one.name: one.value for one in form.context["fields"]}["unit"] == unit.code

    answer = reporter.post(
        "/ledgers/projects/new/",
        {
            "title": "智慧物流枢纽",
            "unit": unit.code,
            "class": "industry",
            "total_investment": "4.25亿元",
            "registered_on": "2026-03-02",
        },
    )

    made = Entry.objects.get(ledger="projects")
    assert answer.headers["Location"] == f"/ledgers/projects/{made.number}/"
    assert entries.standing(made).state.values["total_investment"] == Decimal(42500)


def test_a_form_with_problems_keeps_what_was_said_and_says_what_is_wrong(
    reporter: Client, unit: Unit
) -> None:
    page = reporter.post(
        "/ledgers/projects/new/",
        {
            "title": "智慧物流枢纽",
            "unit": unit.code,
            "class": "industry",
            "total_investment": "很多",
            "registered_on": "",
        },
    )

    fields = {one.name: one for one in page.context["fields"]}
    assert page.status_code == 422
    assert fields["title"].value == "智慧物流枢纽"
    assert "很多" in fields["total_investment"].problems[0]
    assert 'href="#f-total_investment"' in page.content.decode()
    assert not Entry.objects.exists()


def test_a_reporter_makes_no_entry_for_another_unit(reporter: Client, other: Unit) -> None:
    answer = reporter.post(
        "/ledgers/projects/new/",
        {
            "title": "滨河路更新",
            "unit": other.code,
            "class": "urban",
            "total_investment": "1",
            "registered_on": "2026-03-02",
        },
    )

    assert answer.status_code == 403
    assert not Entry.objects.exists()


def test_an_entry_is_changed_and_a_second_writer_is_told_what_the_first_did(
    officer: Client, unit: Unit
) -> None:
    made = portal.project(unit)
    address = f"/ledgers/projects/{made.number}/edit/"
    form = {one.name: one.value for one in officer.get(address).context["fields"]}

    first = officer.post(address, {**form, "title": "智慧物流枢纽二期"})
    second = officer.post(address, {**form, "title": "物流园"})

    assert first.status_code == 302
    assert second.status_code == 422
    assert "已修改了它" in second.context["general"][0]
    assert entries.standing(made).state.values["title"] == "智慧物流枢纽二期"


def test_an_entry_is_moved_with_what_the_stage_asks_for(officer: Client, unit: Unit) -> None:
    made = portal.project(unit)
    page = officer.get(f"/ledgers/projects/{made.number}/")
    form = next(one for one in page.context["moves"] if one.key == "move-early")
    assert {"on", "project_code", "builder", "note"} <= {one.name for one in form.fields}

    refused = officer.post(form.action, {**dict(form.hidden), "on": "2026-03-02"})
    assert refused.status_code == 422
    opened = next(one for one in refused.context["moves"] if one.key == "move-early")
    assert opened.open and any(one.problems for one in opened.fields)

    asked = {
        "on": "2026-03-02", "project_code": "2503-410102-04-01-123456", "builder": "云溪物流公司",
        "subdistrict": unit.code, "guiding_unit": unit.code, "note": "取得备案",
    }  # fmt: skip
    answer = officer.post(form.action, {**dict(form.hidden), **asked})

    assert answer.status_code == 302
    reached = entries.standing(made).state.stages[-1]
    assert (reached.stage, reached.on, reached.note) == ("early", datetime.date(2026, 3, 2), "取得备案")


def test_a_line_is_added_and_changes_the_figures_that_sum_it(officer: Client, unit: Unit) -> None:
    made = portal.project(unit)

    answer = officer.post(
        f"/ledgers/projects/{made.number}/lines/investment/",
        {"month": "2025-11", "amount": "1200.5", "words": "封顶"},
    )

    assert answer.status_code == 302
    line = entries.standing(made).state.lines[0]
    assert (line.kind, str(line.on), line.values["amount"]) == ("investment", "2025-11-01", Decimal("1200.5"))


def test_an_auditor_reads_and_has_nothing_to_press(unit: Unit) -> None:
    made = portal.project(unit)
    auditor = portal.signed_in(portal.account("shenji", AUDITOR))
    here = f"/ledgers/projects/{made.number}/"

    page = auditor.get(here)

    assert (page.context["moves"], page.context["upload"], page.context["frame"].actions) == ([], None, ())
    assert [auditor.get(f"{here}edit/").status_code, auditor.get("/ledgers/projects/new/").status_code] == [
        403,
        403,
    ]
    assert auditor.post(f"{here}move/", {"stage": "early", "on": "2026-03-02"}).status_code == 403
    assert auditor.post(f"{here}lines/investment/", {"month": "2025-11", "amount": "1"}).status_code == 403


def test_a_sensitive_value_is_masked_and_shown_once_for_a_reason(unit: Unit, reporter: Client) -> None:
    from gangmu.ledgers import declarations
    from gangmu.records.models import LogEntry

    register = declarations.get("grievances")
    field = next(one for one in register.fields if one.sensitive and one.mask == "phone")
    made = portal.grievance(unit, **required_of_grievance(), **{field.code: "13812341234"})
    here = f"/ledgers/grievances/{made.number}/"

    page = reporter.get(here).content.decode()
    assert "138＊＊＊＊1234" in page and "13812341234" not in page

    refused = reporter.post(f"{here}look/", {"field": field.code, "reason": ""})
    assert refused.status_code == 422
    shown = reporter.post(f"{here}look/", {"field": field.code, "reason": "电话回访满意度"})

    assert "13812341234" in shown.content.decode()
    assert LogEntry.objects.filter(action="entry.look", reason="电话回访满意度").count() == 1


def required_of_grievance() -> dict[str, object]:
    from gangmu.ledgers import declarations

    register = declarations.get("grievances")
    said: dict[str, object] = {"title": "路灯不亮"}
    for one in register.fields:
        if one.required:
            said[one.code] = (
                one.choices[0].code if one.choices else "2026-03-02" if one.storage == "day" else "内容"
            )
    return said
