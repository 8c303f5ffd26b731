"""units.xlsx into the roster: checked whole, applied once, taken back as a whole."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.db import transaction

from gangmu.org import importing, roster
from gangmu.org.models import Assignment, Person, Post, Unit
from gangmu.problems import InputRefused, Problems
from gangmu.records import batches, verifying
from gangmu.records.log import Actor, content_digest
from gangmu.records.models import ImportBatch, LogEntry
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import SheetOut, workbook_bytes

pytestmark = pytest.mark.django_db

OPERATOR = Actor(None, "操作员")

UNITS = [
    ("QF", "云溪区发展和改革局", "区发改局", "政府", "经济", 20, "", ""),
    ("MBB", "云溪区目标管理办公室", "目标办", "党委", "", 10, "", ""),
    ("JD1", "云溪区东湖街道办事处", "东湖街道", "街道", "街道", 30, "", ""),
]
POSTS = [("区发改局", "主要负责人岗", "负总责", 1), ("QF", "综合岗（联络员）", "", 2)]
PEOPLE = [
    ("QF-1", "李明", "区发改局", "局长", "单位负责人", "主要负责人岗", "A角", "2024-03-01", 1),
    ("QF-2", "王芳", "QF", "科长", "", "综合岗（联络员）", "", "2024年5月6日", 2),
    ("QF-2", "王芳", "QF", "科长", "", "主要负责人岗", "B角", "2024年5月6日", 2),
    ("L1", "陈建国", "MBB", "副区长", "区领导", "", "", "", 1),
]


def file_of(units: list[Any] = UNITS, posts: list[Any] = POSTS, people: list[Any] = PEOPLE) -> bytes:
    return workbook_bytes(
        [
            SheetOut(
                "单位", ("编码", "名称", "简称", "类别", "考核分组", "排序", "上级单位", "承继单位"), units
            ),
            SheetOut("岗位", ("单位", "岗位", "职责", "排序"), posts),
            SheetOut(
                "人员", ("编码", "姓名", "单位", "职务", "类别", "岗位", "角色", "任职日期", "排序"), people
            ),
        ]
    )


def imported(data: bytes) -> tuple[Counts, Problems, ImportBatch]:
    problems = Problems()
    with transaction.atomic():
        batch = batches.start(OPERATOR, ["units.xlsx"])
        counts = importing.run(read_workbook(data, "units.xlsx"), problems, OPERATOR, batch)
    return counts, problems, batch


def findings(problems: Problems) -> list[tuple[str, str, str]]:
    return [(p.code, p.sheet, p.cell) for p in problems]


def test_units_posts_people_and_seats_come_in_and_stand_in_official_order():
    counts, problems, _ = imported(file_of())

    assert (counts, list(problems)) == (Counts(created=11), [])
    assert [(u.code, u.is_office) for u in Unit.objects.all()] == [
        ("MBB", True),
        ("QF", False),
        ("JD1", False),
    ]
    assert [str(post) for post in Post.objects.all()] == ["区发改局主要负责人岗", "区发改局综合岗（联络员）"]
    assert [(p.code, p.kind) for p in Person.objects.all()] == [
        ("L1", "leader"),
        ("QF-1", "head"),
        ("QF-2", "staff"),
    ]
    assert [(a.person.code, a.post.name, a.part, a.since) for a in Assignment.objects.all()] == [
        ("QF-1", "主要负责人岗", "A", datetime.date(2024, 3, 1)),
        ("QF-2", "主要负责人岗", "B", datetime.date(2024, 5, 6)),
        ("QF-2", "综合岗（联络员）", "A", datetime.date(2024, 5, 6)),
    ]


def test_the_same_file_again_changes_nothing_and_logs_nothing():
    imported(file_of())
    before = LogEntry.objects.count()

    counts, _, _ = imported(file_of())

    assert counts == Counts(unchanged=11)
    assert LogEntry.objects.count() == before + 1  # the batch itself


def test_only_the_changed_row_is_written_and_the_log_tells_old_and_new():
    imported(file_of())
    renamed = [("QF", "云溪区发展和改革局", "发改局", "政府", "经济", 20, "", ""), *UNITS[1:]]

    counts, _, batch = imported(file_of(renamed, [], []))

    entry = batches.entries_of(batch, "unit").get()
    assert counts == Counts(changed=1, unchanged=2)
    assert entry.action == "unit.change"
    assert '"short_name":"区发改局"' in entry.detail and '"short_name":"发改局"' in entry.detail


def test_a_unit_may_name_a_parent_and_a_successor_that_stand_below_it():
    units = [
        ("A", "甲局", "甲", "政府", "", 1, "丙局", "乙"),
        ("B", "乙局", "乙", "政府", "", 2, "", ""),
        ("C", "丙局", "丙", "政府", "", 3, "", ""),
    ]

    _, problems, _ = imported(file_of(units, [], []))

    first = Unit.objects.get(code="A")
    assert findings(problems) == []
    assert (first.parent.code, first.succeeded_by.code) == ("C", "B")


def test_every_error_is_found_at_once_with_its_cell_and_what_is_right_comes_through():
    units = [
        *UNITS,
        ("JD1", "另一个街道", "另", "街道", "", 40, "", ""),
        ("X", "", "缺名", "政府", "", "五", "没有的局", ""),
    ]
    posts = [*POSTS, ("区发改局", "综合岗（联络员）", "", 3), ("发改局", "岗", "", 1)]
    people = [
        *PEOPLE,
        ("QF-1", "李四", "QF", "局长", "单位负责人", "主要负责人岗", "A角", "2024-03-01", 1),
        ("QF-9", "赵六", "QF", "", "领导", "主负责人岗", "C角", "去年", 1),
        ("QF-8", "孙七", "QF", "", "", "主要负责岗", "", "", 1),
    ]

    _, problems, _ = imported(file_of(units, posts, people))

    assert findings(problems) == [
        ("cell.empty", "单位", "B6"),
        ("number.not_a_number", "单位", "F6"),
        ("row.repeated", "单位", "A5"),
        ("unit.unknown", "岗位", "A5"),
        ("row.repeated", "岗位", "B4"),
        ("person.two_people", "人员", "A6"),
        ("choice.not_allowed", "人员", "E7"),
        ("post.unknown", "人员", "F8"),
    ]
    assert "区发改局" in problems.found[3].remedy.zh  # the nearest word is offered
    assert "主要负责人岗" in problems.found[7].remedy.zh
    assert list(Unit.objects.values_list("code", flat=True)) == ["MBB", "QF", "JD1"]


def test_a_circle_of_parents_is_refused():
    units = [("A", "甲局", "甲", "政府", "", 1, "乙局", ""), ("B", "乙局", "乙", "政府", "", 2, "甲局", "")]

    _, problems, _ = imported(file_of(units, [], []))

    assert [code for code, _, _ in findings(problems)] == ["unit.circle"]


def test_a_name_that_belongs_to_another_unit_is_refused():
    imported(file_of())

    _, problems, _ = imported(file_of([("NEW", "云溪区发展和改革局", "新", "政府", "", 50, "", "")], [], []))

    assert findings(problems) == [("unit.name_taken", "单位", "B2")]


def test_a_short_name_of_two_units_must_be_written_as_code():
    units = [("A", "甲局", "局", "政府", "", 1, "", ""), ("B", "乙局", "局", "政府", "", 2, "", "")]

    _, problems, _ = imported(file_of(units, [("局", "综合岗", "", 1)], []))

    assert [(p.code, p.cell, p.remedy.zh) for p in problems] == [("unit.unknown", "A2", "请写编码")]


def test_undoing_an_import_takes_back_what_it_made_and_what_it_changed():
    imported(file_of())
    changed = [
        ("QF", "云溪区发改局", "发改", "政府", "综合", 21, "", ""),
        ("NEW", "新局", "新局", "政府", "", 90, "", ""),
    ]
    _, _, batch = imported(file_of(changed, [("NEW", "综合岗", "", 1)], []))

    counts = batches.undo(batch, OPERATOR)

    assert {kind: n for kind, n in counts.items() if n} == {"unit": 2, "post": 1}
    assert list(Unit.objects.values_list("code", "name", "protocol_order")) == [
        ("MBB", "云溪区目标管理办公室", 10),
        ("QF", "云溪区发展和改革局", 20),
        ("JD1", "云溪区东湖街道办事处", 30),
    ]
    assert verifying.verify().differs == []


def test_a_unit_that_others_refer_to_is_ended_instead_of_deleted_when_its_import_is_undone():
    _, _, batch = imported(file_of(people=[]))
    Person.objects.create(code="LATE", name="后来的人", unit=Unit.objects.get(code="QF"))

    batches.undo(batch, OPERATOR)

    assert list(Unit.objects.values_list("code", "valid_to")) == [("QF", datetime.date(2026, 3, 15))]


def test_an_import_is_not_undone_twice_nor_when_a_later_change_stands_on_it():
    _, _, first = imported(file_of())
    later = [("QF", "云溪区发展和改革局", "发改", "政府", "经济", 20, "", "")]
    _, _, second = imported(file_of(later, [], []))

    with pytest.raises(InputRefused) as stands_below:
        batches.undo(first, OPERATOR)
    batches.undo(second, OPERATOR)
    with pytest.raises(InputRefused) as twice:
        batches.undo(second, OPERATOR)

    assert [p.code for p in stands_below.value.problems] == ["batch.changed_since"]
    assert [p.code for p in twice.value.problems] == ["batch.undone"]


def test_the_laid_out_template_is_taken_and_asks_for_nothing_else():
    files = importing.templates()
    workbook = read_workbook(workbook_bytes(files["units.xlsx"]), "empty.xlsx")
    problems = Problems()

    assert list(files) == ["units.xlsx"]
    assert importing.takes(workbook)
    with transaction.atomic():
        batch = batches.start(OPERATOR, ["empty.xlsx"])
        assert importing.run(workbook, problems, OPERATOR, batch) == Counts()
    assert list(problems) == []


def test_a_workbook_of_something_else_is_not_taken():
    data = workbook_bytes([SheetOut("目标", ("编码", "名称"), [("G1", "增长")])])

    assert not importing.takes(read_workbook(io.BytesIO(data).getvalue(), "goals.xlsx"))


def test_a_post_logged_before_posts_had_english_names_still_answers_to_the_log():
    kind = roster.KINDS[roster.POST]
    before = {"unit": "FGW", "name": "综合岗", "duty": "", "protocol_order": 1, "closed_on": None}

    assert kind.digest({**before, "name_en": ""}) == content_digest(before)
    assert kind.digest({**before, "name_en": "General affairs"}) != content_digest(before)
