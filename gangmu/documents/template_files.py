"""A report made into a template, as files: the template, declarations, observations, and what stayed unbound."""

from __future__ import annotations

from pathlib import Path

import yaml

from gangmu.documents import outline
from gangmu.documents.templating import COLUMNS, Made
from gangmu.sheets.writing import Column, SheetOut, write_csv, write_workbook

TEMPLATE, DECLARATIONS, SERIES, UNBOUND = "template.txt", "figures.yaml", "series.xlsx", "unbound.csv"


def text_of(path: Path) -> str:
    """The text of a report, .txt or .docx (a paragraph a line, table cells in the order of the file)."""
    return outline.load(path).text


def write(made: Made, folder: Path, source: str) -> list[Path]:
    """Write the four files into a folder, made where it is missing. source: the report's title, named in each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in (TEMPLATE, DECLARATIONS, SERIES, UNBOUND)]
    paths[0].write_text(made.template + "\n", encoding="utf-8")
    paths[1].write_text(declarations(made, source), encoding="utf-8")
    write_workbook(paths[2], [series(made, source)])
    write_csv(paths[3], unbound(made))
    return paths


def declarations(made: Made, source: str) -> str:
    """The figures that the catalogue lacks, as the YAML it reads."""
    if not made.declarations:
        return "[]\n"
    entries = [declaration.as_yaml(source) for declaration in made.declarations]
    text: str = yaml.safe_dump(
        entries, allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
    return text


def series(made: Made, source: str) -> SheetOut:
    """The observations in the shape of series.xlsx."""
    return SheetOut("数据", [Column(name) for name in COLUMNS], [o.cells(source) for o in made.observations])


def unbound(made: Made) -> SheetOut:
    columns = [Column(name) for name in ("位置", "数字", "上下文", "指标词语", "原因")]
    return SheetOut(
        "未绑定", columns, [(u.offset, u.printed, u.around, u.concept, u.reason) for u in made.unbound]
    )
