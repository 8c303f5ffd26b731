"""`gangmu report`: a template filled from the figures and issued as Word or text."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.reports.filling import Filled

ABOUT = both(
    "按模板生成报告（.docx 或 .txt）。每个数字都记下出处，可用 gangmu verify 核对。模板写法见 docs/report-templates.md。",
    "Write a report from a template (.docx or .txt). Each number keeps where it came from; gangmu verify checks it. "
    "docs/report-templates.md tells how templates are written.",
)
EXAMPLE = "gangmu report templates/年度工作报告.txt -o 年度工作报告.docx --period 2025"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("template", metavar="TEMPLATE", type=Path, help=both("模板文件", "the template"))
    add_target(parser)


def add_target(parser: argparse.ArgumentParser) -> None:
    """Where a document goes, and as of when its figures are asked."""
    parser.add_argument(
        "-o", dest="out", metavar="OUT", type=Path, required=True, help=both("写到", "write to")
    )
    parser.add_argument(
        "--period", required=True, metavar="P", help=both("期间，如 2025", "period, such as 2025")
    )
    parser.add_argument(
        "--as-of",
        metavar="T",
        help=both("按某一时刻的数据，如 2026-01-20", "as the data stood, such as 2026-01-20"),
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.figures.asking import moment
    from gangmu.records import sealing
    from gangmu.reports import filling, issuing

    require(args.actor, "report.write")
    filled = filling.fill(args.template, args.period, moment(args.as_of))
    issued = issuing.issue(filled, args.out, args.actor)
    sealing.seal()
    _told(filled, issued.identity, args.out, out)
    return 0


def _told(filled: Filled, identity: str, path: Path, out: Output) -> None:
    total, missing = len(filled.numbers), [number.asked.label for number in filled.missing]
    if out.json:
        out.object(
            {
                "blanks": total,
                "filled": total - len(missing),
                "missing": len(missing),
                "asked": 0,
                "document": identity,
                "file": str(path),
                "missing_figures": [label.say(out.language) for label in missing],
            }
        )
        return
    out.say(
        both(
            f"已生成 {path}：{total} 个数字，缺 {len(missing)} 个。编号 {identity}",
            f"{path} is written: {total} numbers, {len(missing)} missing. Identity {identity}",
        )
    )
    for label in dict.fromkeys(missing):
        out.hint(both(f"缺：{label.zh}", f"missing: {label.en}"))
