"""`gangmu blanks`: every blank of an outline, every number of a report, and what each asks for or says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "找出文稿（.docx、.txt，- 为标准输入）中的待填项：X、XX、××、___、□、（ ）、「待核」、加亮或批注的文字，说明各要什么数："
    "指标、取值方式、计量单位、期间、地区、把握程度和理由。有单位的数据文件夹时对照其目录，没有时对照随软件的目录。",
    "Find the blanks of an outline (.docx, .txt, - for standard input) and say what each asks for: figure, measure, unit, "
    "period, area, how sure and why. Without a district, against the shipped catalogue.",
)
EXAMPLE = "gangmu blanks 2026年工作报告提纲.docx --json"
NEEDS_DISTRICT = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help=both("文稿；- 为标准输入", "the outline; - for standard input")
    )
    parser.add_argument(
        "--filled",
        action="store_true",
        help=both("也列出已经写上的数", "list the numbers that stand in it, too"),
    )
    parser.add_argument(
        "--text",
        action="store_true",
        help=both("只输出位置所依据的文字", "print the text that offsets count in"),
    )
    parser.add_argument(
        "--year", type=int, help=both("回顾的年份；不写则从文中读出", "the year under review")
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli.district import set_up
    from gangmu.documents import outline

    said = outline.read(sys.stdin.buffer.read()) if args.file == "-" else outline.load(Path(args.file))
    if args.text:
        out.stdout.write(said.text)
        return 0
    set_up(args.dir, args.lang)
    from gangmu.reports.outlines import described

    found = described(said, filled=args.filled, year=args.year)
    if out.json:
        out.lines(one.as_json(out.language) for one in found)
        return 0
    if found:
        out.table(
            [
                both("位置", "offset"),
                both("文字", "text"),
                both("类别", "kind"),
                both("指标词语", "words"),
                both("指标", "figure"),
                both("取值方式", "measure"),
                both("单位", "unit"),
                both("期间", "period"),
                both("把握", "sure"),
                both("理由", "reason"),
            ],
            [
                (
                    one.offset,
                    one.text,
                    one.kind,
                    one.concept,
                    one.figure,
                    f"planned {one.measure}" if one.planned else one.measure,
                    one.unit_of_measure,
                    one.period,
                    one.confidence,
                    one.reason,
                )
                for one in found
            ],
        )
    figures = [one for one in found if one.kind == "figure"]
    sure = sum(one.sure for one in figures)
    out.say(
        both(
            f"共 {len(found)} 项，其中数据 {len(figures)} 项，有把握 {sure} 项，目录中有 {sum(bool(f.figure) for f in figures)} 项。",
            f"{len(found)} in all, {len(figures)} for figures: {sure} sure, {sum(bool(f.figure) for f in figures)} in the catalogue.",
        )
    )
    return 0
