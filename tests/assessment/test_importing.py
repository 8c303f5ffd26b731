"""Importing facts.xlsx: checked by the rule book of its period, everything wrong told at its cell, nothing half taken."""

from __future__ import annotations

import datetime
from io import BytesIO

import pytest
from django.db import transaction

from gangmu.assessment import importing, lifecycle
from gangmu.assessment.models import AssessmentFact
from gangmu.problems import InputRefused, Problems
from gangmu.records import batches
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories import org
from tests.factories.assessment import OFFICE, cycle, district, given

pytestmark = pytest.mark.django_db

HEADER = [words[0] for words in importing.COLUMNS.values()]
Row = tuple[object, ...]


@pytest.fixture(autouse=True)
def small():
    return district()


def imported(*rows: Row) -> tuple[Counts, list[tuple[str, str]], ImportBatch]:
    """Counts, findings as (cell, code), and the batch. A row: 单位, 期间, 指标, 事项, 评分人, 字段, 数值, 依据."""
    out = BytesIO()
    write_workbook(out, [SheetOut("考核数据", HEADER, rows)])
    problems = Problems()
    with transaction.atomic():
        batch = batches.start(OFFICE, ["facts.xlsx"])
        counts = importing.run(read_workbook(out.getvalue(), "facts.xlsx"), problems, OFFICE, batch)
    assert {(found.file, found.sheet) for found in problems} <= {("facts.xlsx", "考核数据")}
    return counts, [(found.cell, found.code) for found in problems], batch


def standing() -> dict[tuple[str, ...], str]:
    rows = AssessmentFact.objects.known_at(None).select_related("unit")
    return {(row.unit.code, row.indicator, row.event, row.field): row.value for row in rows}


BEFORE = {
    ("A", "tasks", "-", "-"): "36",
    ("B", "tasks", "-", "-"): "38",
    ("C", "tasks", "-", "-"): "63",
    ("A", "honours", "先进集体", "level"): "市级",
}


def test_rows_are_read_by_code_or_name_and_added_corrected_or_known():
    counts, findings, _ = imported(
        ("甲", "2025", "tasks", None, None, None, "36.0", None),
        ("乙局", "2025年", "工作评价", None, None, None, 39, None),
        ("C", 2025, "表彰", "示范街道", None, "level", "省级", "省政府通报"),
    )

    assert (findings, counts) == ([], Counts(created=1, changed=1, unchanged=1))
    changed = {("B", "tasks", "-", "-"): "39", ("C", "honours", "示范街道", "level"): "省级"}
    assert standing() == {**BEFORE, **changed}
    assert AssessmentFact.objects.known_at(None).get(event="示范街道").source == "facts.xlsx G4"


def test_the_same_file_once_more_writes_nothing():
    rows = [
        ("A", "2025", "tasks", None, None, None, "37", "评价表"),
        ("B", "2025", "accident", "事故1", None, "count", 1, None),
    ]
    imported(*rows)
    written = AssessmentFact.objects.count()

    assert imported(*rows)[:2] == (Counts(unchanged=2), [])
    assert AssessmentFact.objects.count() == written


def test_an_empty_value_withdraws_what_stood_and_is_nothing_where_nothing_stood():
    counts, findings, _ = imported(
        ("A", "2025", "tasks", None, None, None, None, None),
        ("A", "2025", "honours", "没有过的事", None, "level", None, None),
    )

    assert (findings, counts) == ([], Counts(changed=1, unchanged=1))
    assert standing() == {key: value for key, value in BEFORE.items() if key != ("A", "tasks", "-", "-")}


def test_everything_wrong_is_told_at_once_at_its_cell_and_nothing_is_taken():
    org.unit("党校", group="")
    org.unit("OLD", name="老局", short_name="老局", group="经济部门", valid_to=datetime.date(2025, 6, 30))

    counts, findings, _ = imported(
        ("丁局", "2025", "tasks", None, None, None, 1, None),
        ("党校", "2025", "tasks", None, None, None, 1, None),
        ("A", "20x5", "tasks", None, None, None, 1, None),
        ("A", "2024", "tasks", None, None, None, 1, None),
        ("A", "2025", "task", None, None, None, 1, None),
        ("A", "2025", None, None, None, None, 1, None),
        ("C", "2025", "revenue", None, None, None, 1, None),
        ("B", "2025", "revenue", None, None, None, 1, None),
        ("B", "2025", "tasks", None, None, None, "很好", None),
        ("B", "2025", "honours", "甲项", None, "level", "区级", None),
        ("C", "2025", "tasks", "某事", None, None, 1, None),
        ("C", "2025", "tasks", None, "目标办", None, 1, None),
        ("C", "2025", "tasks", None, None, "score", 1, None),
        ("A", "2025", "tasks", None, None, None, 30, None),
        ("甲局", "2025", "工作评价", None, None, None, 31, None),
        ("老局", "2025", "tasks", None, None, None, 31, None),
    )

    assert sorted(findings) == sorted(
        [
            ("A2", "unit.unknown"),
            ("A3", "fact.not_assessed"),
            ("B4", "period.unknown"),
            ("B5", "rulebook.of_year"),
            ("C6", "fact.unknown_indicator"),
            ("C7", "cell.empty"),
            ("C8", "fact.not_for_unit"),
            ("C9", "fact.from_figure"),
            ("G10", "facts.not_a_number"),
            ("G11", "facts.unknown_level"),
            ("G12", "facts.no_events"),
            ("G13", "facts.scorers"),
            ("G14", "facts.unknown_field"),
            ("G16", "fact.twice"),
            ("A17", "fact.not_assessed"),
        ]
    )
    assert (counts, standing()) == (Counts(), BEFORE)


def test_an_unknown_indicator_is_told_what_it_may_have_been():
    problems = Problems()
    out = BytesIO()
    write_workbook(
        out, [SheetOut("考核数据", HEADER, [("A", "2025", "工作评介", None, None, None, 1, None)])]
    )
    with transaction.atomic():
        importing.run(
            read_workbook(out.getvalue(), "facts.xlsx"), problems, OFFICE, batches.start(OFFICE, [])
        )

    [found] = problems
    assert found.message.zh == "“指标”“工作评介”不在考核办法“小区考核办法”中"
    assert found.remedy.zh == "是否应为“工作评价”？"


def test_undoing_an_import_puts_back_what_was_corrected_and_what_was_withdrawn():
    _, _, batch = imported(
        ("A", "2025", "tasks", None, None, None, 20, None),
        ("B", "2025", "tasks", None, None, None, None, None),
        ("C", "2025", "honours", "新事", None, "level", "省级", None),
    )
    assert standing() != BEFORE

    batches.undo(batch, OFFICE)

    assert standing() == BEFORE


def test_an_import_on_which_a_correction_stands_cannot_be_undone(small):
    _, _, batch = imported(("A", "2025", "tasks", None, None, None, 20, None))
    given(small.a, "tasks", "21")

    with pytest.raises(InputRefused, match="后来又改过"):
        batches.undo(batch, OFFICE)


def test_a_closed_cycle_takes_no_change_but_its_own_file_again():
    _, _, batch = imported(("A", "2025", "tasks", None, None, None, 30, None))
    lifecycle.move(cycle(), "close", OFFICE)

    assert imported(("A", "2025", "tasks", None, None, None, 30, None))[:2] == (Counts(unchanged=1), [])
    assert imported(("A", "2025", "tasks", None, None, None, 31, None))[:2] == (
        Counts(),
        [("G2", "cycle.frozen")],
    )
    with pytest.raises(InputRefused, match="不能再改"):
        batches.undo(batch, OFFICE)


def test_the_template_is_read_back_as_an_empty_file():
    [(name, sheets)] = importing.templates().items()
    out = BytesIO()
    write_workbook(out, sheets)
    workbook = read_workbook(out.getvalue(), name)
    problems = Problems()

    assert importing.takes(workbook)
    with transaction.atomic():
        assert importing.run(workbook, problems, OFFICE, batches.start(OFFICE, [])) == Counts()
    assert not list(problems)
