"""`gangmu bundle`: everything one scoring rests on, in a zip that anyone can recompute."""

from __future__ import annotations

import argparse
from pathlib import Path

from gangmu.cli.commands import score
from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "写出计分包：考核办法、考核数据、计算步骤、结果、摘要和独立核算程序，拿到的人可以自己重新计算（gangmu recompute）。",
    "Write a bundle: rule book, facts, plan, results, digests and a program of its own, for anyone to recompute.",
)
EXAMPLE = "gangmu bundle 2025 -o 2025.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    score.add_scored(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help=both("写到（.zip）", "file to write (.zip)"),
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help=both(
            "保留事项、评分人的名称和用不到的列（只给有权看到的人）",
            "keep the names of events and scorers, and unread columns (for those who may see them)",
        ),
    )


def needs_district(args: argparse.Namespace) -> bool:
    return args.rulebook is None


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine.proof import bundle

    with out.progress(both("正在写计分包", "writing the bundle")):
        members = _of_files(args) if args.rulebook else _of_district(args)
        bundle.write(members, args.output)
    if out.json:
        said = {name: bundle.digest(text) for name, text in members.items()}
        out.object({"file": str(args.output), "digests": said})
    else:
        out.say(both(f"已写入 {args.output}", f"written to {args.output}"))
    return 0


def _of_files(args: argparse.Namespace) -> dict[str, str]:
    from gangmu.engine.proof import bundle

    results = score.results_of(args)
    return bundle.make(results, args.rulebook.read_text(encoding="utf-8"), names=args.names)


def _of_district(args: argparse.Namespace) -> dict[str, str]:
    from gangmu.assessment import bundles, results
    from gangmu.cli.district import require
    from gangmu.records import sealing

    require(args.actor, results.SEE_ALL)
    made = results.latest(args.period)
    sealing.seal()  # so that a checkpoint vouches for the run
    return bundles.members(made, names=args.names)
