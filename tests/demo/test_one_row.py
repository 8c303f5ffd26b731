"""One row of a ledger's file is changed: what depends on it changes, and nothing else; undone, all is as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.commands import gangmu

pytestmark = pytest.mark.slow

Rows = dict[tuple[str, ...], dict[str, Any]]
MONTHS = "月度投资"
RAISED_BY = Decimal(100)
"""万元 that one project's investment of a month is raised by."""


@dataclass(frozen=True)
class Told:
    """All figures of the year and every node of every score, by what names them."""

    figures: Rows
    scores: Rows

    @classmethod
    def by(cls, district: Path) -> Told:
        figures = gangmu("figures", "--period", 2025, "--dir", district, "--json")
        scores = gangmu("score", 2025, "--nodes", "--dir", district, "--json")
        assert (figures.code, scores.code) == (0, 0), figures.err + scores.err
        return cls(
            {(row["figure"], row["measure"]): row for row in figures.lines},
            {(row["unit"], row["node"]): row for row in scores.lines},
        )


@dataclass(frozen=True)
class Change:
    """A cell of `projects.xlsx`: the row of a project's month, its investment, and the project's own row."""

    row: int
    number: str
    amount: Decimal
    project: dict[str, Any]


def moved(before: Rows, after: Rows) -> set[tuple[str, ...]]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def records(sheet: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    headers, *rows = sheet.iter_rows(values_only=True)
    return ((place, dict(zip(headers, row, strict=True))) for place, row in enumerate(rows, 2))


def an_industry_project_of(book: Any, unit: str, at: str) -> Change:
    """A month of an industrial project of a unit that was carried over into 2025 and not completed in it."""
    projects = {row["编号"]: row for _, row in records(book["项目库"])}
    reached = {(row["编号"], row["阶段"], row["日期"].year) for _, row in records(book["阶段记录"])}
    for place, row in records(book[MONTHS]):
        project = projects[row["编号"]]
        fits = (project["责任单位"], project["项目类别"], row["月份"]) == (unit, "工业", at)
        carried = (row["编号"], "续建", 2025) in reached and (row["编号"], "竣工", 2025) not in reached
        if fits and carried:
            return Change(place, row["编号"], Decimal(str(row["形象进度投资"])), project)
    raise LookupError(f"no industrial project of {unit} was carried over and invested in {at}")


def traced(district: Path, figure: str, measure: str) -> dict[str, int]:
    """The project rows a figure rests on, with their versions."""
    done = gangmu("trace", figure, 2025, "--measure", measure, "--dir", district, "--json")
    return dict(_rows(json.loads(done.out)))


def _rows(tree: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for row in tree.get("rows", ()):
        yield row["number"], row["version"]
    for part in tree.get("inputs", ()):
        yield from _rows(part)


def test_a_months_investment_moves_what_sums_it_and_nothing_else(built: Path) -> None:
    path = built / "ledgers" / "projects.xlsx"
    book = openpyxl.load_workbook(path)
    change = an_industry_project_of(book, "FGW", "2025-11")
    book[MONTHS].cell(change.row, 3).value = change.amount + RAISED_BY
    book.save(path)
    before = Told.by(built)
    invested = {name: row["value"] for name, row in before.figures.items() if name[1] == "sum(invested)"}
    trace_of_counts = traced(built, "projects_started", "count")

    done = gangmu("import", path, "--dir", built, "--json")
    after = Told.by(built)

    assert (done.object["created"], done.object["changed"]) == (0, 1)
    key = {("key_projects", "sum(invested)"), ("key_projects", "rate(invested/planned_investment)")}
    assert moved(before.figures, after.figures) == {
        ("major_projects", "sum(invested)"),
        ("projects_continued", "sum(invested)"),
        ("projects_industry", "sum(invested)"),
        ("investment_rate", "rate"),
        *(key if change.project["重点级别"] in ("省重点", "市重点") else ()),
    }
    assert {
        Decimal(row["value"]) - Decimal(invested[name])
        for name, row in after.figures.items()
        if name in moved(before.figures, after.figures) and name[1] == "sum(invested)"
    } == {RAISED_BY / 10000}
    # 发改委 is scored on its own projects, 财政局 on the district's; their nodes and what is above them.
    assert moved(before.scores, after.scores) <= {
        (unit, node) for unit in ("FGW", "CZJ") for node in ("invested", "projects", "total")
    }
    assert ("FGW", "invested") in moved(before.scores, after.scores)
    assert traced(built, "projects_continued", "sum(invested)")[change.number] == 2
    assert traced(built, "projects_started", "count") == trace_of_counts


def test_undone_everything_is_as_it_was(built: Path) -> None:
    path = built / "ledgers" / "projects.xlsx"
    book = openpyxl.load_workbook(path)
    change = an_industry_project_of(book, "FGW", "2025-11")
    book[MONTHS].cell(change.row, 3).value = change.amount + RAISED_BY
    book.save(path)
    before = Told.by(built)
    gangmu("import", path, "--dir", built)

    done = gangmu("import", "--undo", "--dir", built, "--json")

    assert (done.code, done.object["rows"]) == (0, 1)
    assert Told.by(built) == before
    assert gangmu("log", "verify", "--dir", built, "--json").object["differs"] == []
