"""`gangmu template`: a filled report becomes a template with its declarations and observations."""

from __future__ import annotations

import argparse
from pathlib import Path

from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "把一份写好的报告（.txt 或 .docx）变成模板：template.txt、figures.yaml（目录中没有的指标）、series.xlsx（数据）、"
    "unbound.csv（未绑定的数字及原因）。用这些数据填回模板，文字与原文一字不差。",
    "Turn a filled report (.txt or .docx) into template.txt, figures.yaml (figures the catalogue lacks), series.xlsx "
    "(observations) and unbound.csv (numbers left as printed, and why). Filled again, the text is the same.",
)
EXAMPLE = "gangmu template 2025年政府工作报告.txt -o templates/2025"
NEEDS_DISTRICT = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=both("报告", "the report"))
    parser.add_argument(
        "-o", dest="out", metavar="DIR", type=Path, required=True, help=both("写到文件夹", "folder")
    )
    parser.add_argument(
        "--year", type=int, help=both("回顾的年份；不写则从文中读出", "the year under review")
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli.district import set_up
    from gangmu.documents import template_files
    from gangmu.documents.templating import make

    set_up(args.dir, args.lang)
    from gangmu.reports.outlines import known

    made = make(template_files.text_of(args.file), known, args.year)
    paths = template_files.write(made, args.out, args.file.stem)
    identical = made.identical
    if out.json:
        out.object(
            {
                "year": made.year,
                "found": made.found,
                "bound": made.bound,
                "unbound": len(made.unbound),
                "declared": len(made.declarations),
                "identical": identical,
                "files": [str(path) for path in paths],
            }
        )
    else:
        out.say(
            both(
                f"找到数据 {made.found} 个，绑定 {made.bound} 个，未绑定 {len(made.unbound)} 个；"
                f"新声明指标 {len(made.declarations)} 个；填回{'一致' if identical else '不一致'}。",
                f"{made.found} numbers, {made.bound} bound, {len(made.unbound)} not; {len(made.declarations)} figures "
                f"declared; filled again: {'the same text' if identical else 'another text'}.",
            )
        )
        for path in paths:
            out.say(path)
    return 0 if identical else 1
