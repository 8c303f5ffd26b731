"""The demo district as the files of a district's folder; nothing of it enters by another way."""

from __future__ import annotations

import datetime
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gangmu.cli.demo import (
    chronicle,
    data_files,
    facts,
    goals,
    grievances,
    projects,
    series,
    supervision,
    units,
)
from gangmu.cli.demo.chance import SEED
from gangmu.cli.demo.series import Observation
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import Roster
from gangmu.sheets.writing import SheetOut, write_workbook

REPORT = "年度工作报告"


@dataclass(frozen=True)
class DemoDistrict:
    """Everything a demo district consists of, made from a seed, a day and a number of units."""

    today: datetime.date
    count: int = 60
    seed: str = SEED

    @cached_property
    def span(self) -> Span:
        return Span(self.today)

    @cached_property
    def roster(self) -> Roster:
        return units.roster(self.seed, self.count)

    @cached_property
    def observations(self) -> list[Observation]:
        return series.observations(self.seed, self.span, self.roster)

    @cached_property
    def ledgers(self) -> dict[str, list[chronicle.Told]]:
        """Register code → entries. Supervision items refer to projects."""
        library = projects.projects(self.seed, self.span, self.roster)
        return {
            "projects": library,
            "supervision": supervision.items(self.seed, self.span, self.roster, library),
            "grievances": grievances.grievances(self.seed, self.span, self.roster),
        }

    def workbooks(self) -> Iterator[tuple[str, list[SheetOut]]]:
        """(place in the folder, sheets), in the order in which they are imported."""
        yield "units.xlsx", units.sheets(self.roster, self.span)
        yield "series.xlsx", [series.sheet(self.observations)]
        library = self.ledgers["projects"]
        yield "goals.xlsx", goals.sheets(self.seed, self.span, self.roster, self.observations, library)
        for code, entries in self.ledgers.items():
            yield f"ledgers/{code}.xlsx", chronicle.sheets(code, entries)
        yield "facts.xlsx", facts.sheets(self.seed, self.span, self.roster)

    def texts(self) -> Iterator[tuple[str, str]]:
        """(place in the folder, text): rule book, declared figures, report template."""
        year = self.span.closed_year
        yield f"declared/rulebooks/{year}.yaml", _dated("rulebook.yaml", year)
        yield "declared/figures/云溪区.yaml", data_files.text("figures.yaml")
        yield f"templates/{REPORT}.txt", _dated(f"{REPORT}.txt", year)


WORKBOOKS = 7


def write(district: DemoDistrict, folder: Path, step: Callable[[], None] = lambda: None) -> None:
    """Write texts and workbooks into a district's folder that has its settings; `step` after each workbook.

    The goals of goals.xlsx are measured by figures, the folder's own among them: the texts come first.
    """
    for place, text in district.texts():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for place, sheets in district.workbooks():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(path, sheets)
        step()


def _dated(name: str, year: int) -> str:
    return string.Template(data_files.text(name)).substitute(year=year, next=year + 1, prev=year - 1)
