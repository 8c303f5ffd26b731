"""Ledgers as workbooks: in, out, in again; wrong cells; taking an import back."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from gangmu.ledgers import declarations, entries, exporting, importing, queries
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.queries import Dated, Selection
from gangmu.problems import InputRefused, Problem, Problems
from gangmu.records import batches
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch, LogEntry
from gangmu.records.periods import Period
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Workbook, read_workbook
from gangmu.sheets.writing import SheetOut, workbook_bytes
from tests.factories import ledgers, org
from tests.factories.ledgers import CLERK, day

pytestmark = pytest.mark.django_db

Rows = Sequence[Sequence[Any]]
MAIN = ["编号", "名称", "责任单位", "阶段", "项目类别", "总投资（万元）", "入库日期"]
PROJECTS: Rows = [
    ["P-1", "云溪智造产业园", "发改局", "谋划", "工业", Decimal(20000), day("2025-01-10")],
    ["P-2", "桂花路商业综合体", "商务局", "谋划", "服务业", "1.5亿元", "2025年2月3日"],
]
STAGES = ["编号", "阶段", "日期", "说明"]
INVESTMENT = ["编号", "月份", "形象进度投资", "统计投资"]


@pytest.fixture(autouse=True)
def _units() -> None:
    org.unit("A01", name="发展和改革局", short_name="发改局")
    org.unit("A02", name="商务局", short_name="商务局")


def book(main: Rows = PROJECTS, stages: Rows = (), investment: Rows = (), header: Sequence[str] = MAIN, name: str = "ledgers/projects.xlsx") -> Workbook:  # fmt: skip
    sheets = [SheetOut("项目库", list(header), main)]
    if stages:
        sheets.append(SheetOut("阶段记录", STAGES, stages))
    if investment:
        sheets.append(SheetOut("月度投资", INVESTMENT, investment))
    return read_workbook(workbook_bytes(sheets), name)


def imported(workbook: Workbook) -> tuple[Counts, ImportBatch]:
    """The import, which must have no findings."""
    with transaction.atomic():
        batch = batches.start(CLERK, [workbook.name])
        problems = Problems()
        counts = importing.run(workbook, problems, CLERK, batch)
    assert [problem.line("zh-hans") for problem in problems] == []
    return counts, batch


def findings(workbook: Workbook) -> list[tuple[str, str, str]]:
    """(sheet, cell, code) of what is wrong."""
    return [(problem.sheet, problem.cell, problem.code) for problem in problems_of(workbook)]


def problems_of(workbook: Workbook) -> list[Problem]:
    problems = Problems()
    with transaction.atomic():
        importing.run(workbook, problems, CLERK, batches.start(CLERK, [workbook.name]))
    return list(problems)


def state(number: str) -> Any:
    return entries.standing(Entry.objects.get(number=number)).state


def test_a_file_becomes_entries_with_their_stages_and_lines():
    stages = [["P-1", "谋划", "2025-01-10", None], ["P-1", "终止", "2025.6.1", "选址变更"]]
    main = [[*PROJECTS[0][:3], "终止", *PROJECTS[0][4:], "选址变更"], [*PROJECTS[1], None]]
    investment = [["P-2", "2025-03", Decimal("120.5"), 100], ["P-2", "2025年4月", "80", None]]

    counts, _ = imported(book(main, stages, investment, header=[*MAIN, "终止原因"]))

    assert counts == Counts(created=2)
    assert [(reached.stage, reached.on, reached.note) for reached in state("P-1").stages] == [
        ("proposed", day("2025-01-10"), ""),
        ("ended", day("2025-06-01"), "选址变更"),
    ]
    second = state("P-2")
    assert (second.values["unit"], second.values["total_investment"]) == ("A02", Decimal(15000))
    assert [(reached.stage, reached.on) for reached in second.stages] == [("proposed", day("2025-02-03"))]
    assert [(line.key, line.values["amount"], line.values["statistical"]) for line in second.lines] == [
        ("2025-03-01", Decimal("120.5"), Decimal(100)),
        ("2025-04-01", Decimal(80), None),
    ]


def test_the_same_file_again_writes_nothing():
    investment = [["P-1", "2025-03", 100, None]]
    stages = [["P-1", "谋划", "2025-01-10", None]]
    imported(book(PROJECTS, stages, investment))
    versions = EntryVersion.objects.count()

    counts, _ = imported(book(PROJECTS, stages, investment))

    assert counts == Counts(unchanged=2)
    assert EntryVersion.objects.count() == versions


def test_a_changed_row_makes_one_version_and_a_log_entry_that_names_what_changed():
    imported(book(investment=[["P-1", "2025-03", 100, None]]))
    changed = [[*PROJECTS[0][:5], Decimal(26000), PROJECTS[0][6]], PROJECTS[1]]

    counts, batch = imported(book(changed, investment=[["P-1", "2025-03", 130, None]]))

    assert counts == Counts(changed=1, unchanged=1)
    entry = LogEntry.objects.get(batch=batch, subject_kind="entry")
    assert (entry.action, entry.subject_key, json.loads(entry.detail)) == (
        "entry.change",
        "projects/P-1/2",
        {
            "batch": batch.pk,
            "ledger": "projects",
            "number": "P-1",
            "version": 2,
            "changed": {"total_investment": ["20000", "26000"]},
            "lines": [{"kind": "investment", "key": "2025-03-01", "changed": {"amount": ["100", "130"]}}],
        },
    )


def test_what_a_file_does_not_say_stays():
    imported(book(investment=[["P-1", "2025-03", 100, 90]]))
    entry = Entry.objects.get(number="P-1")
    entries.change(entry, {"headquarters": "东部指挥部"}, CLERK)
    ledgers.invest(entry, "2025-04", 50)

    imported(book([["P-1", "云溪智造产业园二期"]], header=["编号", "名称"]))

    now = state("P-1")
    assert (now.values["title"], now.values["headquarters"], now.values["unit"]) == (
        "云溪智造产业园二期",
        "东部指挥部",
        "A01",
    )
    assert [line.key for line in now.lines] == ["2025-03-01", "2025-04-01"]


def test_an_empty_cell_empties_its_field():
    imported(book([[*PROJECTS[0], "东部指挥部"]], header=[*MAIN, "指挥部"]))

    imported(book([[*PROJECTS[0], None]], header=[*MAIN, "指挥部"]))

    assert state("P-1").values["headquarters"] is None


def test_a_corrected_day_of_a_stage_replaces_the_wrong_one():
    stages = [["P-1", "谋划", "2025-01-10", None]]
    imported(book(stages=stages))

    imported(book(stages=[["P-1", "谋划", "2025-01-08", None]]))

    assert [(reached.stage, reached.on) for reached in state("P-1").stages] == [
        ("proposed", day("2025-01-08"))
    ]


def test_an_older_file_does_not_move_an_entry_back():
    imported(book())
    entry = Entry.objects.get(number="P-1")
    entries.move(entry, "ended", day("2026-03-01"), CLERK, values={"ended_because": "选址变更"})

    counts, _ = imported(book())

    assert state("P-1").stage == "ended"
    assert [note.zh for note in counts.notes] == ["P-1 已到“终止”，文件中的阶段较旧，未改"]


def test_every_wrong_cell_of_every_sheet_is_found_at_once():
    main = [
        ["P-1", "甲", "没有的局", "谋划", "工业园", "一百", "2025-13-01"],
        ["P-1", "乙", "发改局", "谋划", "工业", 100, "2025-01-01"],
        [None, "丙", "发改局", "谋划", "工业", 100, "2025-01-01"],
        ["P-4", None, "发改局", "开工啦", "工业", Decimal("1.234"), "2025-01-01"],
        ["P-5", "戊", "发改局", "谋划", "工业", 100, None],
    ]
    stages = [["P-9", "谋划", "2025-01-01", None], ["P-5", "谋划", "2027-01-01", None]]
    investment = [
        ["P-5", "13月", 100, None],
        ["P-5", "2025-03", None, None],
        ["P-5", "2025-04", 1, None],
        ["P-5", "2025年4月", 2, None],
    ]

    assert findings(book(main, stages, investment)) == [
        ("项目库", "C2", "unit.unknown"),
        ("项目库", "E2", "choice.not_allowed"),
        ("项目库", "F2", "number.not_a_number"),
        ("项目库", "G2", "day.not_a_day"),
        ("项目库", "A3", "entry.number_twice"),
        ("项目库", "A4", "cell.empty"),
        ("项目库", "D5", "choice.not_allowed"),
        ("项目库", "F5", "number.too_many_decimals"),
        ("阶段记录", "A2", "entry.unknown"),
        ("阶段记录", "C3", "stage.in_future"),
        ("月度投资", "B2", "month.not_a_month"),
        ("月度投资", "C3", "cell.empty"),
        ("月度投资", "A5", "line.twice"),
    ]


def test_what_a_stage_requires_is_found_at_its_cell():
    main = [[*PROJECTS[0][:3], "前期", *PROJECTS[0][4:], None]]

    found = problems_of(book(main, header=[*MAIN, "项目代码"]))

    assert [(problem.cell, problem.message.zh) for problem in found] == [
        ("H2", "到“前期”阶段起必须填写“项目代码”"),
        ("A2", "到“前期”阶段起必须填写“建设单位”"),
        ("A2", "到“前期”阶段起必须填写“属地街道”"),
        ("A2", "到“前期”阶段起必须填写“牵头部门”"),
    ]


def test_a_stage_column_that_contradicts_the_records_is_found():
    main = [[*PROJECTS[0][:3], "前期", *PROJECTS[0][4:]]]

    assert findings(book(main, [["P-1", "谋划", "2025-01-10", None]])) == [
        ("项目库", "D2", "stage.contradicts")
    ]


def test_a_wrong_unit_is_answered_with_the_nearest():
    main = [[*PROJECTS[0][:2], "商务厅", *PROJECTS[0][3:]]]

    assert [problem.remedy.zh for problem in problems_of(book(main))] == ["是否应为“商务局”？"]


def test_a_workbook_is_known_by_its_name_or_its_sheet():
    by_sheet = read_workbook(workbook_bytes([SheetOut("项目库", MAIN, [])]), "my list.xlsx")
    other = read_workbook(workbook_bytes([SheetOut("目标", ["编码"], [])]), "goals.xlsx")

    assert importing.register_of(book()) is declarations.get("projects")
    assert importing.takes(by_sheet)
    assert not importing.takes(other)


def test_an_export_imports_back_unchanged():
    unit = org.unit("A03", name="文化、旅游和体育局", short_name="文旅局")
    leader = org.person(unit, "王五")
    org.person(unit, "王五")
    entry = ledgers.started_project(unit, "2025-03-05", "P-7", leader=leader, retail_area=Decimal("1.25"))
    ledgers.invest(entry, "2025-03", "1200.5", words="=主体封顶")
    ledgers.item(unit, "D-1", supporting=[unit], project="P-7")
    ledgers.grievance(unit, "G-1", petitioner="赵六", phone="13800001234", leader_case=True)

    for register in declarations.registers().values():
        sheets = exporting.export(register, Entry.objects.all())
        workbook = read_workbook(workbook_bytes(sheets), f"ledgers/{register.code}.xlsx")
        assert imported(workbook)[0] == Counts(unchanged=1)


def test_an_export_has_no_sensitive_column():
    ledgers.grievance(
        org.unit(), petitioner="赵六", phone="13800001234", address="桂花路1号", content="我是赵六"
    )

    sheets = exporting.export(declarations.get("grievances"), Entry.objects.all())
    said = [str(value) for sheet in sheets for row in sheet.rows for value in row]

    headers = [column.header for sheet in sheets for column in sheet.columns]
    assert {"诉求人姓名", "联系电话", "住址", "诉求内容"} & set(headers) == set()
    assert [text for text in said if "赵六" in text or "1380000" in text or "桂花路" in text] == []


def test_sensitive_cells_go_in_once_and_never_into_the_log():
    header = [
        "编号",
        "名称",
        "责任单位",
        "办理渠道",
        "来源渠道",
        "受理日期",
        "诉求类别",
        "所属社区",
        "办理层级",
        "诉求人姓名",
    ]
    row = [
        "G-1",
        "暖气不热",
        "发改局",
        "12345工单",
        "网络",
        "2026-01-05",
        "水电气暖",
        "桂花社区",
        "社区",
        "赵六",
    ]
    workbook = read_workbook(workbook_bytes([SheetOut("群众诉求", header, [row])]), "ledgers/grievances.xlsx")

    first, _ = imported(workbook)
    again, _ = imported(workbook)

    assert (first, again) == (Counts(created=1), Counts(unchanged=1))
    assert not LogEntry.objects.filter(detail__contains="赵六").exists()


def test_a_template_of_each_register_imports_as_empty():
    for name, sheets in importing.templates().items():
        workbook = read_workbook(workbook_bytes(sheets), name)
        assert imported(workbook)[0] == Counts()


def test_an_import_is_taken_back_as_a_whole():
    imported(book(investment=[["P-1", "2025-03", 100, None]]))
    before = state("P-1")
    later = [
        [*PROJECTS[0][:5], Decimal(26000), PROJECTS[0][6]],
        PROJECTS[1],
        ["P-3", "新项目", *PROJECTS[0][2:]],
    ]
    _, batch = imported(book(later, investment=[["P-1", "2025-03", 130, None], ["P-1", "2025-04", 1, None]]))

    undone = batches.undo(batch, CLERK)

    assert undone["entry"] == 2
    assert state("P-1") == before
    assert sorted(Entry.objects.current().values_list("number", flat=True)) == ["P-1", "P-2"]
    assert entries.standing(Entry.objects.get(number="P-1")).version == 3


def test_an_import_that_others_wrote_upon_is_not_taken_back():
    _, batch = imported(book())
    entries.change(Entry.objects.get(number="P-1"), {"headquarters": "东部指挥部"}, Actor(None, "李四"))

    with pytest.raises(InputRefused) as refused:
        batches.undo(batch, CLERK)

    assert [problem.code for problem in refused.value.problems] == ["batch.changed_since"]
    assert Entry.objects.current().count() == 2


def test_a_file_imported_again_after_it_was_taken_back_stands_again():
    _, batch = imported(book())
    batches.undo(batch, CLERK)

    counts, _ = imported(book())

    assert counts == Counts(created=2)
    assert entries.standing(Entry.objects.get(number="P-1")).version == 2


def test_what_a_file_changes_is_what_was_not_known_before(django_assert_num_queries):
    imported(book(investment=[["P-1", "2025-03", 100, None]]))
    known = datetime.datetime.now(datetime.UTC)
    imported(book(investment=[["P-1", "2025-03", 130, None]]))
    asked = Selection("projects", dated=Dated(line="investment"), period=Period.parse("2025-Q1"))

    now = queries.total(asked, "investment.amount")
    then = queries.total(Selection(**{**asked.__dict__, "as_of": known}), "investment.amount")

    assert (now, then) == (Decimal(130), Decimal(100))


@pytest.mark.parametrize("rows", [2, 300])
def test_an_import_costs_a_fixed_number_of_queries_for_hundreds_of_rows(rows, django_assert_max_num_queries):
    imported(book())
    main = [[f"N-{n}", *PROJECTS[0][1:]] for n in range(rows)]

    with django_assert_max_num_queries(30):
        imported(book(main, investment=[[row[0], "2025-03", 5, None] for row in main]))
