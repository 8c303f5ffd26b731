"""Results as a file: a row a unit, period and node, in CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from gangmu.engine.scoring import Results
from gangmu.problems import refuse
from gangmu.sheets.writing import Column, SheetOut, write_csv, write_workbook

COLUMNS = ("unit", "period", "group", "node", "value", "printed", "rank", "grade", "note")


def write(results: Results, path: Path) -> None:
    """Write by the ending of the name. InputRefused for one that is not known."""
    sheet = SheetOut("得分", [Column(name) for name in COLUMNS], _rows(results))
    ending = path.suffix.lower()
    if ending == ".csv":
        write_csv(path, sheet)
    elif ending == ".xlsx":
        write_workbook(path, [sheet])
    else:
        raise refuse(
            "score.output",
            f"不能写成“{ending or path.name}”",
            f'cannot write "{ending or path.name}"',
            "请用 .csv 或 .xlsx",
            "use .csv or .xlsx",
            file=str(path),
        )


def _rows(results: Results) -> Iterator[list[object]]:
    for row in results.node_rows():
        numbers = [_number(row.value), _number(row.printed), _number(row.rank)]
        yield [row.unit, row.period, row.group, row.node, *numbers, row.grade, row.note.zh]


def _number(text: str | None) -> Decimal | str | None:
    """A number where it ends; a value that does not stays `p/q`, which loses nothing."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return text
