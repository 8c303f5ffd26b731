"""`gangmu verify`: which numbers of an issued file were changed by hand, are out of date, or are gone."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "核对已出具的 .docx：哪些数字被手改、哪些已不是最新、哪些已删去。全部一致时退出码为 0，否则为 1。",
    "Check an issued .docx: which numbers were changed by hand, are no longer current, or are gone. "
    "Exit code 0 when all are the same, 1 otherwise.",
)
EXAMPLE = "gangmu verify 年度工作报告.docx"

STATES = {
    "same": both("一致", "same"),
    "changed_by_hand": both("手工改动", "changed by hand"),
    "no_longer_current": both("数据已更新", "no longer current"),
    "gone": both("已删去", "gone"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.docx", type=Path, help=both("已出具的文件", "the issued file"))


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.reports.verifying import State, verify

    require(args.actor, "report.see")
    verified = verify(args.file)
    differs = [one for one in verified if one.state is not State.SAME]
    if out.json:
        out.lines(one.as_json() for one in verified)
        return 1 if differs else 0
    if differs:
        out.table(
            [
                both("指标", "figure"),
                both("文件中", "in the file"),
                both("出具时", "issued"),
                both("现在", "now"),
                "",
            ],
            [
                (one.number.label, one.printed, one.number.printed, one.current, STATES[one.state])
                for one in differs
            ],
        )
    counted = Counter(one.state for one in verified)
    told = "，".join(f"{STATES[state]} {n}" for state, n in counted.items())
    told_en = ", ".join(f"{n} {STATES[state].en}" for state, n in counted.items())
    out.say(both(f"共 {len(verified)} 个数字：{told}", f"{len(verified)} numbers: {told_en}"))
    return 1 if differs else 0
