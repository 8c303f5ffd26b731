"""`gangmu recompute`: compute a bundle again and compare every number, without a district."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.problems.verification import Verification

ABOUT = both(
    "重新计算计分包并逐个数字核对；不符之处逐一指明，返回 1。不需要数据文件夹。",
    "Compute a bundle again and compare every number. Each difference is named; exit 1. No district is needed.",
)
EXAMPLE = "gangmu recompute 2025.zip"
NEEDS_DISTRICT = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "bundle",
        type=Path,
        metavar="BUNDLE",
        help=both("计分包（.zip）或其解压后的文件夹", "a bundle (.zip) or its unpacked folder"),
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=both("另处保存的存证点，可多次", "a checkpoint that was kept elsewhere; may be repeated"),
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine.proof import reading, verifying

    with out.progress(both("重新计算", "recomputing")):
        members = reading.read(args.bundle)
        found = verifying.verify(members)
        told = _check_log(members, args, found)
    _tell(found, out)
    if told and found.ok:
        out.hint(told)
    return 0 if found.ok else 1


def _check_log(members: Mapping[str, str], args: argparse.Namespace, found: Verification) -> object:
    """What the log says of the run, beside what the bundle says; a remark where that is not the whole of it."""
    from gangmu.engine.proof.bundle import DIGESTS, LOG
    from gangmu.engine.proof.reading import json_of
    from gangmu.records import checkpoints, vouchers

    outside = [checkpoints.read(path) for path in args.checkpoint]
    if LOG not in members:
        return ""
    voucher = vouchers.parse(members[LOG])
    if voucher is None:
        found.differ("log.unreadable", LOG, f"{LOG} 读不懂", f"{LOG} cannot be read")
        return ""
    vouchers.check(voucher, outside, LOG, found)
    said = json_of(members[DIGESTS])
    told = list(voucher.told("score.run"))
    found.count("log", len(told) or 1)
    if not any(all(one.get(key) == said.get(key) for key in ("rulebook", "results")) for one in told):
        zh, en = "日志里没有得出这些结果的计分", "the log knows of no scoring with these results"
        found.differ("log.results", LOG, zh, en)
    if any(one.get("facts") == said.get("facts") for one in told):
        return ""
    return both(
        "考核数据中的事项、评分人以编号代替名称，因此其摘要与日志所记不同；考核办法和结果的摘要与日志一致。",
        "Events and scorers stand as numbers, so the digest of the facts is not the one in the log; those of rule book"
        " and results are.",
    )


def _tell(found: Verification, out: Output) -> None:
    if out.json:
        out.object(found.as_json(out.language))
        return
    for difference in found.differs:
        out.say(f"✗ {difference.message.say(out.language)}")
    out.say(
        both(
            f"已比对 {found.compared} 项，{len(found.differs)} 处不符。",
            f"{found.compared} compared, {len(found.differs)} differ.",
        )
    )
