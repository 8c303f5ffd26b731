"""The ranking and the score sheet in the browser."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gangmu.assessment import lifecycle
from gangmu.engine.proof.verifying import verify
from gangmu.org.permissions import (
    AUDITOR,
    LEADER,
    LEADING_GROUP,
    OFFICE_HEAD,
    REPORTER,
    SYSTEM_ADMIN,
    UNIT_HEAD,
)
from tests.factories import org, portal
from tests.factories.assessment import OFFICE, District, cycle, district, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> District:
    made = district()
    scored()
    return made


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


def test_the_ranking_stands_by_group_in_the_order_of_the_rule_book(small: District, officer: Client) -> None:
    page = officer.get("/scores/2025/")

    tables = [
        (
            table.name,
            [
                (shown.row.cells["rank"], shown.row.cells["unit"].text, shown.row.cells["total"])
                for shown in table.shown()
            ],
        )
        for table in page.context["tables"]
    ]
    assert tables == [
        ("部门", [("1", "乙局", "98.00"), ("2", "甲局", "79.00")]),
        ("街道", [("1", "丙街道", "63.00")]),
    ]


def test_the_ranking_is_a_file_too(small: District, officer: Client) -> None:
    rows = json.loads(officer.get("/scores/2025/?format=json").content)["rows"]

    assert [(row["group"], row["code"], row["rank"], row["total"]) for row in rows] == [
        ("部门", "B", "1", "98.00"),
        ("部门", "A", "2", "79.00"),
        ("街道", "C", "1", "63.00"),
    ]


def test_a_sheet_says_total_place_and_what_cost_most(small: District, officer: Client) -> None:
    page = officer.get("/scores/2025/A/")

    shown = page.context["shown"]
    text = page.content.decode()
    assert (shown.top.printed, shown.top.full) == ("79.00", "100")
    assert "第 2 名 / 共 2 个单位" in text
    assert [line.code for line in shown.costliest] == ["started", "tasks", "revenue"]
    assert shown.neighbours == (("1", "乙", "19.00"),)


def test_every_line_has_its_sentence_and_its_clause(small: District, officer: Client) -> None:
    shown = officer.get("/scores/2025/A/").context["shown"]

    lines = [line for section in shown.top.parts for line in section.parts]
    assert [(line.clause, line.printed) for line in lines] == [
        ("第一条（一）", "27.00"), ("第一条（二）", "15.00"), ("第二条", "36.00"), ("第三条", "1.00"),
    ]  # fmt: skip
    assert all(line.sentence for line in lines)


def test_an_input_that_a_figure_gave_leads_to_its_trace(small: District, officer: Client) -> None:
    shown = officer.get("/scores/2025/A/").context["shown"]

    [started] = [line for section in shown.top.parts for line in section.parts if line.code == "started"]
    [trace] = [given.trace for given in started.inputs if given.trace]
    level = officer.get(trace).context["level"]
    assert (level.number.text(), [row.title for row in level.rows]) == ("1", ["一号园"])


def test_a_units_people_see_their_own_sheet_and_nobody_elses(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))

    statuses = {code: head.get(f"/scores/2025/{code}/").status_code for code in ("A", "B", "C")}
    ranking = json.loads(head.get("/scores/2025/?format=json").content)["rows"]

    assert statuses == {"A": 200, "B": 403, "C": 403}
    assert [row["code"] for row in ranking] == ["A"]
    assert head.get("/scores/").headers["Location"] == "/scores/2025/A/"


def test_a_neighbour_is_not_named_to_a_unit(small: District) -> None:
    reporter = portal.signed_in(portal.account("li", REPORTER, of=small.a))

    page = reporter.get("/scores/2025/A/")

    assert page.context["shown"].neighbours == (("1", "", "19.00"),)
    assert "乙局" not in page.content.decode()


def test_leaders_see_scores_and_administrators_of_accounts_do_not(small: District) -> None:
    assert portal.signed_in(portal.account("qu", LEADER)).get("/scores/2025/").status_code == 200
    assert portal.signed_in(portal.account("admin", SYSTEM_ADMIN)).get("/scores/2025/").status_code == 403


def test_a_period_without_scores_says_what_to_do(officer: Client) -> None:
    page = officer.get("/scores/2025/")

    assert page.status_code == 200
    assert "gangmu score 2025" in page.content.decode()
    assert officer.get(f"/scores/2025/{portal.unit().code}/").status_code == 404


def test_a_sheet_costs_the_same_for_every_unit(small: District, officer: Client) -> None:
    costs = []
    for code in ("A", "B", "C"):
        officer.get(f"/scores/2025/{code}/")
        with CaptureQueriesContext(connection) as queries:
            officer.get(f"/scores/2025/{code}/")
        costs.append(len(queries))

    assert len(set(costs)) == 1


def asked(**said: str) -> str:
    return "/scores/2025/what-if/?" + "&".join(f"{key}={value}" for key, value in said.items())


def test_the_ranking_and_a_sheet_ask_what_if(small: District, officer: Client) -> None:
    ranking, sheet = (officer.get(path).context["what_if"] for path in ("/scores/2025/", "/scores/2025/C/"))

    units, what, _ = ranking.fields
    assert [code for code, _ in units.choices] == ["A", "B", "C"]
    assert what.choices[:3] == [
        ("revenue.actual", "预算收入完成率 · 实际完成"),
        ("revenue.target", "预算收入完成率 · 目标值"),
        ("revenue.weight", "预算收入完成率 · 分值或权重"),
    ]
    units, what, _ = sheet.fields
    assert (units.value, units.choices) == ("C", [("C", "丙街道")])
    assert "revenue.actual" not in dict(what.choices)


def test_what_if_shows_every_unit_before_and_after(small: District, officer: Client) -> None:
    page = officer.get(asked(unit="A", what="tasks.actual", value="40"))

    rows = [
        [shown.row.cells[key] for key in ("rank", "up", "before", "after", "by", "grade")]
        for table in page.context["tables"] + page.context["others"]
        for shown in table.shown()
    ]
    assert rows == [
        ["1", "", "98.00", "98.00", "", "优秀"],
        ["2", "", "79.00", "83.00", "+4.00", "合格"],
        ["1", "", "63.00", "63.00", "", "合格"],
    ]
    assert "甲局 · 工作评价 · 实际完成：由 36 改为 40" in page.content.decode()
    assert page.context["answer"].moved == 1


def test_what_if_of_a_weight_moves_all_and_ranks_change_in_words(small: District, officer: Client) -> None:
    page = officer.get(asked(what="revenue.weight", value="0"))
    up = officer.get(asked(unit="B", what="tasks.actual", value="0"))

    assert [move.by for move in page.context["answer"].moves] == [-27, -30, 0]
    assert [shown.row.cells["up"] for shown in up.context["tables"][0].shown()] == ["↑ 升1", "↓ 降1"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": "tasks.actual", "value": "1"}, "unit"),
        ({"unit": "A", "value": "1"}, "what"),
        ({"unit": "A", "what": "nothing.actual", "value": "1"}, "what"),
        ({"unit": "A", "what": "tasks.actual"}, "value"),
        ({"unit": "A", "what": "tasks.actual", "value": "很好"}, "value"),
        ({"unit": "A", "what": "tasks.weight", "value": "很好"}, "value"),
    ],
)
def test_a_change_that_is_none_is_told_beside_its_field(
    small: District, officer: Client, said: dict[str, str], field: str
) -> None:
    page = officer.get(asked(**said))

    assert page.status_code == 400
    assert [one.name for one in page.context["form"].fields if one.problems] == [field]
    assert page.context["form"].open


def test_what_if_keeps_nothing(small: District, officer: Client) -> None:
    before = officer.get("/scores/2025/?format=json").content

    with CaptureQueriesContext(connection) as queries:
        officer.get(asked(unit="A", what="tasks.actual", value="0"))

    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert officer.get("/scores/2025/?format=json").content == before


def test_a_unit_asks_what_if_about_itself_and_sees_nothing_of_others(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))

    form = head.get("/scores/2025/A/").context["what_if"]
    page = head.get(asked(unit="A", what="tasks.actual", value="40"))
    of_all = head.get(asked(what="revenue.weight", value="0"))
    of_other = head.get(asked(unit="B", what="tasks.actual", value="0"))

    assert form.fields[0].choices == [("A", "甲局")]
    [table] = page.context["tables"]
    [shown] = table.shown()
    assert [shown.row.cells[key] for key in ("rank", "before", "after", "by", "grade")] == [
        *("2", "79.00", "83.00", "+4.00", "合格"),
    ]
    text = page.content.decode()
    assert "总分 79.00 → 83.00（+4）。只是试算，没有保存。" in text
    assert not [word for word in ("乙局", "丙街道", "98.00", "63.00") if word in text]
    assert [move.after.unit for move in of_all.context["answer"].moves] == ["A"]
    assert (of_other.status_code, of_other.context["answer"]) == (400, None)
    assert [one.name for one in of_other.context["form"].fields if one.problems] == ["unit"]
    assert "乙局" not in of_other.content.decode() + of_all.content.decode()


def test_a_unit_reads_its_what_if_in_english(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))
    head.cookies["django_language"] = "en"

    text = head.get(asked(unit="A", what="tasks.actual", value="40")).content.decode()

    assert "total 79.00 → 83.00 (+4). Only tried, nothing was saved." in text
    assert "how the score, place and grade of your unit change" in text


def test_before_publication_and_unassessed_a_unit_asks_nothing(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))
    other = portal.signed_in(portal.account("zhao", UNIT_HEAD, of=org.unit("Z", name="某局")))

    assert [
        one.get(asked(unit="A", what="tasks.actual", value="40")).status_code for one in (head, other)
    ] == [
        200,
        404,
    ]


def test_the_bundle_is_for_those_who_see_all_units_until_it_is_published(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))

    assert "bundle.zip" not in head.get("/scores/2025/A/").content.decode()
    assert head.get("/scores/2025/bundle.zip").status_code == 403


def test_once_published_an_assessed_unit_takes_the_bundle_home(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))
    for step in ("close", "publish"):
        lifecycle.move(cycle(), step, OFFICE)

    page, taken = head.get("/scores/2025/A/"), head.get("/scores/2025/bundle.zip")

    assert "bundle.zip" in page.content.decode()
    assert (taken.status_code, taken.headers["Content-Type"]) == (200, "application/zip")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="scores-2025.zip"'
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert verify({name: archive.read(name).decode() for name in archive.namelist()}).ok


def test_what_if_costs_the_same_for_one_unit_and_for_thirty(small: District, officer: Client) -> None:
    def cost() -> int:
        officer.get(asked(unit="A", what="tasks.actual", value="30"))
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(asked(unit="A", what="tasks.actual", value="30")).status_code == 200
        return len(queries)

    few = cost()
    for number in range(30):
        org.unit(f"U{number}", name=f"第{number}局", group="经济部门", protocol_order=10 + number)
    scored()

    assert cost() == few


def published() -> None:
    """The results closed and published, as the office head does it."""
    for step in ("close", "publish"):
        lifecycle.move(cycle(), step, OFFICE)


def test_how_firm_the_places_are_is_drawn_group_by_group(small: District, officer: Client) -> None:
    page = officer.get("/scores/2025/firmness/")

    shown = page.context["shown"]
    charts = [(group.name, [(row.name, row.place) for row in group.chart.rows]) for group in shown.groups]
    assert charts == [("部门", [("乙", "1"), ("甲", "2")]), ("街道", [("丙", "1")])]
    assert [row.mostly for group in shown.groups for row in group.chart.rows] == ["1", "2", "1"]
    assert "抽样 1000 次" in page.content.decode()
    assert page.content.decode().count('<svg class="drawing') == 4
    assert "firmness/" in officer.get("/scores/2025/").content.decode()


def test_a_score_sheet_says_how_firm_its_place_is(small: District, officer: Client) -> None:
    assert "位次 2，90% 的抽样都在第 2 名" in officer.get("/scores/2025/A/").content.decode()


@pytest.mark.parametrize(
    ("role", "before", "after"),
    [(OFFICE_HEAD, 200, 200), (LEADING_GROUP, 200, 200), (LEADER, 403, 200), (AUDITOR, 403, 200)],
)
def test_before_the_results_are_published_the_office_and_the_leading_group_know_how_firm_they_are(
    small: District, role: str, before: int, after: int
) -> None:
    reader = portal.signed_in(portal.account("reader", role))
    assert reader.get("/scores/2025/firmness/").status_code == before
    assert ("90% 的抽样" in reader.get("/scores/2025/A/").content.decode()) is (before == 200)

    published()

    assert reader.get("/scores/2025/firmness/").status_code == after


def test_a_unit_learns_how_firm_its_own_place_is_once_the_results_are_published(small: District) -> None:
    head = portal.signed_in(portal.account("zhou", UNIT_HEAD, of=small.a))
    assert head.get("/scores/2025/firmness/").status_code == 403
    assert "90% 的抽样" not in head.get("/scores/2025/A/").content.decode()
    assert "firmness/" not in head.get("/scores/2025/").content.decode()

    published()
    page = head.get("/scores/2025/firmness/")

    shown = page.context["shown"]
    assert [[row.name for row in group.chart.rows] for group in shown.groups] == [["甲"]]
    assert shown.loose is None
    assert "乙" not in page.content.decode().split("<main")[1]
    assert "90% 的抽样" in head.get("/scores/2025/A/").content.decode()


def test_how_firm_places_are_is_computed_once_and_asks_little(small: District, officer: Client) -> None:
    officer.get("/scores/2025/firmness/")

    with CaptureQueriesContext(connection) as queries:
        officer.get("/scores/2025/firmness/")

    assert len(queries) <= 14


def test_how_firm_places_are_of_a_period_without_scores(officer: Client) -> None:
    assert officer.get("/scores/2025/firmness/").status_code == 404
