"""Importing goals.xlsx: the whole book at once, or all that is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from django.db import transaction

from gangmu.figures.values import value
from gangmu.goals import book, importing
from gangmu.goals.models import Goal, Share
from gangmu.problems import Problems
from gangmu.records import batches
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories import org
from tests.factories.figures import CLERK, batch

pytestmark = pytest.mark.django_db

GOAL_HEADER = [words[0] for words in importing.GOALS.values()]
SHARE_HEADER = [words[0] for words in importing.SHARES.values()]
FOUR = {"干什么": "扩投资", "怎么干": "抓项目", "如何考评": "按完成率", "如何奖惩": "与绩效挂钩"}


@pytest.fixture(autouse=True)
def units():
    fgw = org.unit("FGW", name="发展和改革委员会", short_name="发改委", group="部门一组")
    org.unit("SWJ", name="商务局", short_name="商务局", group="部门一组")
    org.post(fgw, "综合岗")
    org.person(fgw, "张三")


def _run(
    goals: list[dict[str, object]], shares: list[dict[str, object]]
) -> tuple[Counts, Problems, ImportBatch]:
    out = BytesIO()
    sheets = (("目标", GOAL_HEADER, goals), ("分解", SHARE_HEADER, shares))
    write_workbook(
        out,
        [SheetOut(name, head, [[row.get(h) for h in head] for row in rows]) for name, head, rows in sheets],
    )
    problems, made = Problems(), batch()
    workbook = read_workbook(out.getvalue(), "goals.xlsx")
    with transaction.atomic():
        return importing.run(workbook, problems, CLERK, made), problems, made


def contents() -> dict[str, book.Content]:
    """The whole book as it stands."""
    return {
        key: book.content_of(row)
        for kind in (book.GOAL, book.SHARE)
        for key, row in book.standing(kind).items()
    }


BOOK: list[dict[str, object]] = [
    {"编码": "1", "名称": "综合实力", "类型": "总目标", "期间": "2026", "责任单位": "发改委"},
    {"编码": "1.1", "上级": "1", "名称": "生产总值增长", "类型": "增速", "指标": "地区生产总值", "目标值": "6%", "责任单位": "发改委", "责任人": "张三", **FOUR},
    {"编码": "1.2", "上级": "1", "名称": "高于全国全市", "类型": "高于", "指标": "GDP", "比较对象": "全国、全市", "责任单位": "FGW", **FOUR},
    {"编码": "1.3", "上级": "1", "名称": "位次", "类型": "位次", "指标": "gdp", "取值方式": "位次", "底线": 5, "争取": 3, "责任单位": "发改委", **FOUR},
    {"编码": "1.4", "上级": "1", "名称": "新开工", "类型": "数值", "指标": "新开工项目", "目标值": 10, "责任单位": "发改委", **FOUR},
]  # fmt: skip
CASCADE: list[dict[str, object]] = [
    {"目标": "1.4", "单位": "发改委", "目标值": 6},
    {"目标": "1.4", "单位": "发改委", "岗位": "综合岗", "人员": "张三", "目标值": 6},
    {"目标": "1.4", "单位": "商务局", "份额": 40},
]


def test_the_book_and_its_cascade_are_taken_whole():
    counts, problems, _ = _run(BOOK, CASCADE)

    assert ([p.line("zh") for p in problems], counts.created) == ([], 8)
    assert list(Goal.objects.values_list("code", "period", "measure", "parent_key")) == [
        ("1", "2026", "", None), ("1.1", "2026", "yoy", "2026/1"), ("1.2", "2026", "yoy", "2026/1"), ("1.3", "2026", "rank", "2026/1"), ("1.4", "2026", "count", "2026/1")
    ]  # fmt: skip
    assert value("gdp", "2026", "planned yoy").value == Decimal(6)
    assert value("projects_started", "2026", "planned count", unit="SWJ").value == Decimal(4)


def test_the_same_book_twice_is_unchanged():
    _run(BOOK, CASCADE)

    counts, problems, _ = _run(BOOK, CASCADE)

    assert (list(problems), counts.created, counts.changed, counts.unchanged) == ([], 0, 0, 8)


def test_a_share_no_longer_listed_is_gone():
    _run(BOOK, CASCADE)

    _run(BOOK, [{"目标": "1.4", "单位": "发改委", "目标值": 10}])

    assert [(s.unit.code, s.target) for s in Share.objects.known_at(None)] == [("FGW", Decimal(10))]
    assert value("projects_started", "2026", "planned count", unit="SWJ").status == "missing"


def test_every_finding_is_given_at_once():
    wrong = [
        {"编码": "1", "名称": "无主", "类型": "总目标", "期间": "2026"},
        {
            "编码": "2",
            "名称": "错指标",
            "类型": "增速",
            "指标": "地区生产总植",
            "目标值": 6,
            "期间": "2026",
            "责任单位": "发改委",
        },
        {
            "编码": "3",
            "名称": "没目标值",
            "类型": "增速",
            "指标": "gdp",
            "期间": "2026",
            "责任单位": "发改委",
        },
        {"编码": "4", "名称": "没比较", "类型": "高于", "指标": "gdp", "期间": "2026", "责任单位": "发改委"},
        {"编码": "5", "名称": "没底线", "类型": "位次", "指标": "gdp", "期间": "2026", "责任单位": "发改委"},
        {"编码": "6", "上级": "9", "名称": "没上级", "类型": "总目标", "期间": "2026", "责任单位": "发改委"},
        {"编码": "7", "名称": "没期间", "类型": "总目标", "责任单位": "发改委"},
        {"编码": "8", "名称": "没单位", "类型": "总目标", "期间": "2026", "责任单位": "不存在局"},
        {
            "编码": "10",
            "名称": "没指标",
            "类型": "数值",
            "期间": "2026",
            "责任单位": "发改委",
            "责任人": "李四",
        },
    ]

    _, problems, _ = _run(
        [*BOOK, *wrong],
        [
            *CASCADE,
            {"目标": "1.4", "单位": "商务局", "岗位": "综合岗", "目标值": 1},
            {"目标": "99", "单位": "发改委"},
        ],
    )

    assert [(p.sheet, p.cell, p.code) for p in problems] == [
        ("目标", "N7", "goal.no_owner"),
        ("目标", "F8", "figure.unknown"),
        ("目标", "I9", "goal.no_target"),
        ("目标", "J10", "goal.no_comparison"),
        ("目标", "K11", "goal.no_floor"),
        ("目标", "N14", "unit.unknown"),
        ("目标", "F15", "goal.no_figure"),
        ("目标", "O15", "person.unknown"),
        ("目标", "I15", "goal.no_target"),
        ("目标", "H13", "goal.no_period"),
        ("目标", "B12", "goal.parent_unknown"),
        ("分解", "C5", "post.unknown"),
        ("分解", "A6", "goal.unknown"),
    ]  # fmt: skip


def test_a_cascade_that_does_not_add_up_is_refused_with_the_difference():
    _, problems, _ = _run(
        BOOK, [{"目标": "1.4", "单位": "发改委", "目标值": 6}, {"目标": "1.4", "单位": "商务局", "目标值": 3}]
    )

    assert [p.message.zh for p in problems] == ["“目标值”目标 1.4分解合计9，应为10，相差1"]


def test_shares_of_a_refused_goal_are_not_blamed_for_it():
    _, problems, _ = _run([{**BOOK[4], "上级": "", "期间": "2026", "责任单位": ""}], CASCADE)

    assert [(p.sheet, p.code) for p in problems] == [("目标", "goal.no_owner")]


def test_parts_of_growth_need_not_add_up():
    _, problems, _ = _run(
        BOOK, [{"目标": "1.1", "单位": "发改委", "目标值": 7}, {"目标": "1.1", "单位": "商务局", "目标值": 8}]
    )

    assert list(problems) == []


def test_goals_that_lead_back_to_themselves_are_refused():
    circle = [
        {"编码": "a", "上级": "b", "名称": "甲", "类型": "总目标", "期间": "2026", "责任单位": "发改委"},
        {"编码": "b", "上级": "a", "名称": "乙", "类型": "总目标", "期间": "2026", "责任单位": "发改委"},
    ]

    _, problems, _ = _run(circle, [])

    assert {p.code for p in problems} == {"goal.circle"}


def test_a_milestone_recorded_as_reached_stays_so_when_the_file_is_silent():
    milestone = {"编码": "9", "名称": "贯通", "类型": "里程碑", "期间": "2026", "责任单位": "发改委", **FOUR}
    _run([{**milestone, "完成日期": "2026-03-01"}], [])

    counts, _, _ = _run([milestone], [])

    assert (Goal.objects.get().done_on.isoformat(), counts.unchanged) == ("2026-03-01", 1)


def test_what_is_open_is_remarked_and_not_refused():
    goals = [{key: said for key, said in row.items() if key != "怎么干"} for row in BOOK]

    counts, problems, _ = _run(goals, CASCADE)

    assert list(problems) == []
    assert [note.zh for note in counts.notes] == [
        "3个目标没有分解，由责任单位全部承担：1.1、1.2、1.3",
        "4个目标没有答全干什么、怎么干、如何考评、如何奖惩：1.1、1.2、1.3、1.4",
    ]


def test_an_import_is_undone_with_its_targets():
    _run(BOOK, CASCADE)
    before = contents()
    changed = [{**row, "目标值": 7} if row["编码"] == "1.1" else row for row in BOOK]
    _, problems, made = _run(changed, [{"目标": "1.4", "单位": "发改委", "目标值": 10}])
    between = value("gdp", "2026", "planned yoy").value

    batches.undo(made, CLERK)

    assert (list(problems), between, value("gdp", "2026", "planned yoy").value) == (
        [],
        Decimal(7),
        Decimal(6),
    )
    assert contents() == before
    assert value("projects_started", "2026", "planned count", unit="SWJ").value == Decimal(4)


def test_a_goal_exceeds_known_areas_alone():
    typo = {**BOOK[2], "上级": "", "期间": "2026", "比较对象": "全国、全市平均"}

    _, problems, _ = _run([typo], [])

    assert [(p.cell, p.code, p.remedy.zh[:9]) for p in problems] == [
        ("J2", "area.unknown", "是否应为“全市”？")
    ]
