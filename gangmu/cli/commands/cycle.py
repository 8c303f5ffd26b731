"""`gangmu cycle`: how assessments stand, and their steps: data frozen, reopened for a reason, results published."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.assessment.models import Cycle

ABOUT = both(
    "考核周期：不带参数时列出各周期；close 计分并封存考核数据，reopen 写明理由重新开放，publish 公布结果（公布后不再变动）。",
    "Cycles: list them, or take a step: close scores and freezes the facts, reopen opens them again for a reason, "
    "publish makes the results final.",
)
EXAMPLE = both(
    "gangmu cycle 2025 reopen --reason 数据更正〔2026〕1号",
    "gangmu cycle 2025 reopen --reason 'correction 1/2026'",
)
STEPS = ("close", "reopen", "publish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "period",
        nargs="?",
        metavar="PERIOD",
        help=both("考核周期，如 2025", "period of a cycle, such as 2025"),
    )
    parser.add_argument("step", nargs="?", choices=STEPS, help=both("要做的一步", "the step to take"))
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help=both("理由或依据", "why, or on what paper")
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.assessment import cycles, lifecycle
    from gangmu.assessment.models import Cycle

    found = [cycles.existing(args.period)] if args.period else list(Cycle.objects.select_related("rulebook"))
    if args.actor.user is not None:
        visible = set(Cycle.objects.visible_to(args.actor.user))
        found = [cycle for cycle in found if cycle in visible]
    if args.step and found:
        found = [lifecycle.move(found[0], args.step, args.actor, args.reason)]
    if out.json:
        out.lines(_line(cycle, out.language) for cycle in found)
    elif found:
        _print(found, out)
    else:
        out.hint(
            both(
                "还没有考核周期。计分：gangmu score 2025",
                "there is no cycle yet; gangmu score 2025 opens one",
            )
        )
    return 0


def _print(found: Sequence[Cycle], out: Output) -> None:
    """What people want to know; the digests are in --json."""
    headers = [
        both("期间", "period"),
        both("状态", "state"),
        both("考核办法", "rule book"),
        both("版本", "version"),
        both("计分次数", "runs"),
    ]
    lines = [
        (
            cycle.period,
            str(cycle.get_state_display()),
            both(cycle.rulebook.title_zh, cycle.rulebook.title_en),
            cycle.rulebook.version,
            cycle.runs.count(),
        )
        for cycle in found
    ]
    out.table(headers, lines, right=(3, 4))


def _line(cycle: Cycle, language: str) -> dict[str, object]:
    from gangmu.assessment import runs
    from gangmu.scoring import books

    made = runs.last_of(cycle)
    title = cycle.rulebook.title_en if language.startswith("en") else cycle.rulebook.title_zh
    return {
        "period": cycle.period,
        "state": cycle.state,
        "rulebook": books.subject_key(cycle.rulebook),
        "title": title,
        "plan_ref": cycle.plan_ref,
        "runs": cycle.runs.count(),
        "scored_at": made.at.isoformat(timespec="seconds") if made else None,
        "rulebook_digest": cycle.rulebook.digest,
        "facts_digest": made.run.facts_digest if made else None,
        "results_digest": made.run.results_digest if made else None,
    }
