"""The year's scores shown: the ranking of each group, and three scores explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gangmu.assessment import cycles, results, runs
from gangmu.assessment.models import CycleRun
from gangmu.assessment.results import GroupRanking, Standing
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.engine.explanation import Explanation
from gangmu.engine.numbers import read
from gangmu.problems import Text
from gangmu.records.log import Actor

SHOWN = 5
"""So many of a group's first are printed, and its last."""
LOSSES = 4


@dataclass(frozen=True, slots=True)
class Scores:
    """What the year came to: the run that stands, and the units of each group by rank."""

    made: CycleRun
    groups: tuple[GroupRanking, ...]

    @property
    def units(self) -> int:
        return sum(len(group.standings) for group in self.groups)


def of_year(period: str, actor: Actor) -> Scores:
    """Score the year; with unchanged facts the standing run is found again."""
    made = runs.run(cycles.of_period(period, actor), actor)
    return Scores(made, tuple(results.ranking(made)))


def print_ranking(scores: Scores, out: Output) -> None:
    """A table a group: the first few, and the last."""
    headers = [
        both("名次", "rank"),
        both("单位", "unit"),
        both("得分", "score"),
        both("等次", "grade"),
        both("说明", "note"),
    ]
    for group in scores.groups:
        title = both(
            f"{scores.made.cycle.period} 年 {group.name.zh}（共 {len(group.standings)} 个单位）",
            f"{scores.made.cycle.period} {group.name.en} ({len(group.standings)} units)",
        )
        rows = [
            (one.rank, Text(one.unit.short_name, one.unit.name_en), one.total, one.grade, one.note)
            for one in _first_and_last(group.standings)
        ]
        out.table(headers, rows, title=title, right=(0, 2))


def print_three(scores: Scores, out: Output) -> None:
    """Three scores explained: a first, a last, and one whose grade a veto has capped (or a middle one)."""
    for one in _three(scores):
        out.say()
        _explain(results.score_sheet(scores.made, one.unit), one, out)


def _first_and_last(standings: Sequence[Standing]) -> list[Standing]:
    return [*standings[:SHOWN], *standings[SHOWN:][-1:]]


def _three(scores: Scores) -> list[Standing]:
    """One of each: the first group's first, the second group's last, and of the last group the one a veto has struck."""
    groups = scores.groups
    last = groups[-1].standings
    struck = [one for one in last if one.note.zh] or [last[len(last) // 2]]
    return [groups[0].standings[0], groups[min(1, len(groups) - 1)].standings[-1], struck[0]]


def _explain(sheet: Explanation, one: Standing, out: Output) -> None:
    """The total in a sentence, then what cost most: each with its clause, and what would have raised it."""
    out.say(
        both(
            f"■ {one.unit.name} {one.total} 分，组内第 {one.rank} 名，{one.grade or '未定等次'}",
            f"■ {one.unit.name_en}: {one.total}, place {one.rank} of its group, {one.grade or 'no grade'}",
        )
    )
    if one.note.zh:
        out.say(Text(f"  {one.note.zh}", f"  {one.note.en}"))
    for node in _costliest(sheet):
        out.say(
            Text(
                f"  {node.clause}“{node.name.zh}”：{node.sentence.zh}",
                f"  {node.clause} {node.name.en}: {node.sentence.en}",
            )
        )
        if node.next.zh:
            out.say(Text(f"    → {node.next.zh}", f"    → {node.next.en}"))


def _costliest(sheet: Explanation) -> list[Explanation]:
    lost = [(node, _lost(node)) for node in sheet.walk() if not node.parts]
    return [node for node, much in sorted(lost, key=lambda pair: -pair[1])[:LOSSES] if much > 0]


def _lost(node: Explanation) -> Fraction:
    """Points short of the full mark; for a deduction without one, what it took away."""
    value = read(node.value) if node.value else None
    full = read(node.full) if node.full else None
    if value is None:
        return Fraction(0)
    return (full or Fraction(0)) - value
