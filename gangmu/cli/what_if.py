"""The options of `gangmu score` that ask what if, and the answer: every unit before and after."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import Text

if TYPE_CHECKING:
    from gangmu.engine.scoring import Results
    from gangmu.engine.what_if import Change, Move

ONE_LINE = 12
"""Units that are listed though nothing of theirs moved; of more, only how many."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--what-if",
        dest="what_if",
        nargs="*",
        metavar="CHANGE",
        help=both(
            "假如：改几个数据看排名怎么变，不保存",
            "what if: change facts, see all ranks move; nothing is kept",
        ),
    )
    for option, metavar, text in (
        (
            "--set",
            "UNIT.INDICATOR[.FIELD]=V",
            both("改一个考核数据，可多次", "change a fact; may be repeated"),
        ),
        (
            "--set-weight",
            "INDICATOR=N",
            both("改分值或权重，可多次", "change a full mark or weight; may be repeated"),
        ),
        ("--set-rule", "INDICATOR.PARAMETER=V", both("改一条规则，可多次", "change a rule; may be repeated")),
    ):
        parser.add_argument(option, action="append", default=[], metavar=metavar, help=text)


def asked(args: argparse.Namespace) -> bool:
    return args.what_if is not None or bool(args.set or args.set_weight or args.set_rule)


def run(
    before: Results,
    text: str,
    names: Mapping[str, Text],
    args: argparse.Namespace,
    out: Output,
    unit_code: Callable[[str], str] = str,
) -> int:
    """text: the rule book as it is written. names: of units, by code, where the facts do not say them; unit_code: of a
    unit as people call it."""
    from gangmu.engine.what_if import FactChange, what_if

    changes = [
        replace(change, unit=unit_code(change.unit)) if isinstance(change, FactChange) else change
        for change in _changes(args)
    ]
    moves = list(what_if(before, text, changes).moves())
    if out.json:
        out.lines(move.as_json(out.language) for move in moves)
    else:
        _print(before, moves, names, out)
    return 0


def _changes(args: argparse.Namespace) -> list[Change]:
    from gangmu.engine import what_if

    return [
        *map(what_if.fact, [*(args.what_if or ()), *args.set]),
        *map(what_if.weight, args.set_weight),
        *map(what_if.rule, args.set_rule),
    ]


def _print(before: Results, moves: list[Move], names: Mapping[str, Text], out: Output) -> None:
    """A table a group, by rank afterwards; of many units only those that moved."""
    groups = {group.code: group.name for group in before.book.groups}
    for period, group in dict.fromkeys((move.after.period, move.after.group) for move in moves):
        mine = [move for move in moves if (move.after.period, move.after.group) == (period, group)]
        listed = [move for move in mine if move.moved] if len(mine) > ONE_LINE else mine
        headers = [
            both("名次", "rank"),
            both("单位", "unit"),
            both("总分", "total"),
            both("等次", "grade"),
            both("变化", "change"),
        ]
        rows = [
            (
                move.after.rank,
                names.get(move.after.unit) or _name(before, move),
                move.after.total,
                move.after.grade,
                move.sentence,
            )
            for move in sorted(listed, key=_order)
        ]
        name = groups[group].say(out.language) if group in groups else ""
        out.table(headers, rows, title=f"{period} {name}".strip(), right=(0, 2))
    moved = sum(move.moved for move in moves)
    out.say(
        both(
            f"{len(moves)} 个单位中 {moved} 个有变化，未保存。",
            f"{moved} of {len(moves)} move; nothing was kept.",
        )
    )


def _order(move: Move) -> tuple[bool, Fraction]:
    from gangmu.engine.numbers import read

    place = read(move.after.rank or "")
    return (place is None, place or Fraction(0))


def _name(results: Results, move: Move) -> str:
    from gangmu.engine.facts import Case

    return results.facts.attribute(Case(move.after.unit, move.after.period), "name") or move.after.unit
