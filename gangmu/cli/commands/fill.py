"""`gangmu fill`: the blanks of an outline filled from the figures, and the document issued."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gangmu.cli.commands import report
from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "把文稿（.docx、.txt，- 为标准输入）中有把握的待填项填上，写成 .docx 或 .txt。原有版式不变，每个数都记下出处，可用 gangmu verify "
    "核对；没有把握的留在原处并标出。",
    "Fill the blanks of an outline (.docx, .txt, - for standard input) that are sure, into a .docx or .txt. A .docx keeps its "
    "own layout, each number where it came from; what is not sure stays, marked.",
)
EXAMPLE = "gangmu fill 2026年工作报告提纲.docx -o 2026年工作报告.docx --period 2025"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help=both("文稿；- 为标准输入", "the outline; - for standard input")
    )
    report.add_target(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.documents import outline
    from gangmu.figures.asking import moment
    from gangmu.records import sealing
    from gangmu.reports import issuing, outlines

    require(args.actor, "report.write")
    said = outline.read(sys.stdin.buffer.read()) if args.file == "-" else outline.load(Path(args.file))
    done = outlines.fill(said, args.period, moment(args.as_of))
    issued = issuing.issue(done.filled, args.out, args.actor)
    sealing.seal()
    missing = [number.asked.label for number in done.filled.missing]
    count = {
        "blanks": done.blanks,
        "filled": len(done.filled.numbers) - len(missing),
        "missing": len(missing),
        "asked": len(done.asked),
    }
    if out.json:
        out.object(
            {
                **count,
                "document": issued.identity,
                "file": str(args.out),
                "missing_figures": [label.say(out.language) for label in missing],
                "asked_blanks": [one.as_json(out.language) for one in done.asked],
            }
        )
        return 0
    out.say(
        both(
            f"已生成 {args.out}：待填项 {count['blanks']} 个，填上 {count['filled']} 个，缺数 {count['missing']} 个，"
            f"请人核对 {count['asked']} 个。编号 {issued.identity}",
            f"{args.out} is written: {count['blanks']} blanks, {count['filled']} filled, {count['missing']} missing, "
            f"{count['asked']} to be asked. Identity {issued.identity}",
        )
    )
    for label in dict.fromkeys(missing):
        out.hint(both(f"缺：{label.zh}", f"missing: {label.en}"))
    for one in done.asked:
        where = one.description
        out.hint(
            both(
                f"待核：第 {where.offset} 字“{where.text}”{where.concept}：{one.reason.zh}",
                f"to be asked: “{where.text}” at {where.offset}, {where.concept}: {one.reason.en}",
            )
        )
    return 0
