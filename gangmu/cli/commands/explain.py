"""`gangmu explain`: why a unit has its score, node by node, and what would have raised it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gangmu.cli.commands import score
from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.engine.explanation import Explanation
    from gangmu.engine.scoring import Results

ABOUT = both(
    "得分说明：一个单位的每一项得分从何而来，怎样可以更高。",
    "Explain a unit's score, and what would have raised it.",
)
EXAMPLE = "gangmu explain 甲 --rulebook rulebooks/gongxiao.yaml --facts facts.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("unit", metavar="UNIT", help=both("单位（编码或名称）", "unit (code or name)"))
    parser.add_argument("indicator", nargs="?", metavar="INDICATOR", help=both("只说明一项", "one node only"))
    parser.add_argument("--period", metavar="P", help=both("期间", "period"))
    score.add_files(parser)


def needs_district(args: argparse.Namespace) -> bool:
    return args.rulebook is None


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine.explanation import explain
    from gangmu.engine.rulebook import TOTAL

    results = score.results_of(args) if args.rulebook else _of_district(args)
    explanation = explain(results, args.unit, args.indicator or TOTAL, args.period)
    if out.json:
        out.object(explanation.as_json())
    else:
        _print(explanation, 0, out)
    return 0


def _of_district(args: argparse.Namespace) -> Results:
    from gangmu.assessment import results

    run = results.latest(args.period)
    unit = results.unit_named(args.unit)
    results.require(args.actor, unit)
    args.unit, args.period = unit.code, run.cycle.period
    return results.results_of(run)


def _print(node: Explanation, depth: int, out: Output) -> None:
    """An indented tree: clause and name, the score, the sentence; below it what would have raised it."""
    indent = "  " * depth
    language = out.language
    clause = f"{node.clause} " if node.clause else ""
    colon = ": " if language.startswith("en") else "："
    out.say(f"{indent}{clause}{node.name.say(language)}{colon}{node.sentence.say(language)}")
    if node.next.say(language):
        out.say(f"{indent}  → {node.next.say(language)}")
    for part in node.parts:
        _print(part, depth + 1, out)
