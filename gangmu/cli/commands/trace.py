"""`gangmu trace`: where a number comes from, down to rows and the log."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gangmu.cli.commands.figures import STATUSES, add_question
from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.figures.node import Seen
    from gangmu.figures.trace import Trace
    from gangmu.org.models import User

ABOUT = both(
    "一个数从哪里来：计算规则、用到的数、台账记录或上报数据，以及它们在操作日志中的位置。",
    "Where a number comes from: rule, inputs, ledger rows or observations, and their places in the log.",
)
EXAMPLE = "gangmu trace projects_started 2025 --measure 'sum(invested)'"
_SHOWN_ROWS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code",
        metavar="CODE",
        help=both(
            "指标编码、名称或别名，可带条件：新开工项目[class=industry]",
            "code, name or alias, with conditions: projects_started[class=industry]",
        ),
    )
    parser.add_argument("when", metavar="PERIOD", nargs="?", help=both("期间", "period"))
    parser.add_argument(
        "--measure", metavar="M", help=both("取值方式，如 yoy、增速", "a measure, such as yoy")
    )
    add_question(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from dataclasses import replace

    from gangmu.figures.asking import last_closed_year, moment, unit_code
    from gangmu.figures.requests import Request
    from gangmu.figures.values import traces_of

    require(args.actor, "figure.see")
    period = args.when or args.period or last_closed_year().code
    asked = Request.parse(args.code, period, moment(args.as_of))
    asked = replace(asked, measure=args.measure or asked.measure, unit=unit_code(args.unit) or asked.unit)
    if args.area != "own":
        asked = replace(asked, area=args.area)
    [trace] = traces_of([asked])
    if args.actor.user is not None:
        trace = _as_seen_by(args.actor.user, trace)
    if out.json:
        out.object(trace.as_json(out.language))
    else:
        _tell(trace, out, 0)
    return 0


def _as_seen_by(user: User, trace: Trace) -> Trace:
    from gangmu.portal.rows import seen_by

    sight = seen_by(user, (row for node in trace.walk() for row in node.rows))
    return trace.as_seen(lambda row: row.number in sight[row.ledger])


def _tell(trace: Trace, out: Output, depth: int) -> None:
    """A node as an indented paragraph: what it is, how it was made, what stands behind it; then its inputs."""
    from gangmu.figures.units_of_measure import after_number, unit_of

    node, language = trace.node, out.language
    indent = "  " * depth
    unit = after_number(unit_of(node.question.figure, node.question.measure)).say(language)
    shown = f"{trace.printed} {unit}".rstrip() if trace.printed else STATUSES[node.status].say(language)
    note = node.reason.say(language)
    out.say(f"{indent}{node.question.label().say(language)}  {shown}")
    out.say(f"{indent}  {node.sentence.say(language)}" + (f"  {note}" if note else ""))
    if node.observation is not None:
        out.say(f"{indent}  {_observed(node.observation, trace.log, language)}")
    for row in trace.rows[:_SHOWN_ROWS]:
        out.say(f"{indent}  {row.ledger} {row.number} v{row.version}  {row.title}")
    if len(trace.rows) > _SHOWN_ROWS:
        left = len(trace.rows) - _SHOWN_ROWS
        out.say(f"{indent}  " + both(f"……另有 {left} 条", f"… {left} more").say(language))
    if trace.hidden:
        hidden = both(f"另有 {trace.hidden} 条不在您的权限内", f"{trace.hidden} more that you may not see")
        out.say(f"{indent}  " + hidden.say(language))
    for one in trace.inputs:
        _tell(one, out, depth + 1)


def _observed(seen: Seen, log: int | None, language: str) -> str:
    from gangmu.figures.models import Vintage

    place = (
        both("操作日志未封存", "log not sealed yet")
        if log is None
        else both(f"操作日志第 {log} 条", f"log entry {log}")
    )
    parts = (
        str(Vintage(seen.vintage).label),
        seen.source,
        seen.recorded_by,
        f"{seen.recorded_from:%Y-%m-%d %H:%M}",
        place.say(language),
    )
    return "  ".join(part for part in parts if part)
