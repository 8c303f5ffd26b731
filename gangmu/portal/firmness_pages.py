"""How firm places are, as pages show it: a chart a group, the neighbours whose order is not firm, a sentence a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from gangmu.assessment import firmness, results
from gangmu.assessment.models import CycleRun
from gangmu.assessment.results import GroupRanking
from gangmu.engine.facts import Case
from gangmu.engine.numbers import shown
from gangmu.org.models import Unit, User
from gangmu.org.permissions import may
from gangmu.portal.glossing import grade
from gangmu.scoring import books
from gangmu.web.cells import Link, said
from gangmu.web.ranges import Range, RangeChart, between
from gangmu.web.tables import Column, Row, Table

if TYPE_CHECKING:
    from gangmu.engine.robustness import Pair, Robustness, Spread


HALF_A_PERCENT = 0.005
"""A rarer grade is not shown."""


@dataclass(frozen=True, slots=True)
class GroupFirmness:
    """A group's chart, and the same numbers with what each shaking does alone."""

    name: str
    chart: RangeChart
    table: Table


@dataclass(frozen=True, slots=True)
class Firmness:
    """The page. loose: None for a reader who may not see other units."""

    groups: tuple[GroupFirmness, ...]
    loose: Table | None
    how: str
    why: str


def page_of(made: CycleRun, user: User) -> Firmness:
    """What a user may see of a run's firmness: all units, or the own one."""
    found = firmness.firmness(made)
    book = books.opened(made.run.rulebook)
    indicators = {node.code: said(node.name) for node in book.indicators()}
    groups = results.ranking(made, user)
    units = {one.unit.code: one.unit for group in groups for one in group.standings}
    shown_groups = (_group(group, made, found, indicators, user.unit) for group in groups)
    loose = _loose(found.loose, units, indicators) if may(user, results.SEE_ALL) else None
    return Firmness(
        tuple(one for one in shown_groups if one is not None),
        loose,
        _how(found),
        said(found.why) if found.why else "",
    )


def of_unit(made: CycleRun, unit: Unit, user: User) -> str:
    """How firm a unit's place is, in a sentence; empty for who may not know, and where there is no place."""
    if not firmness.may_see(user, made, unit):
        return ""
    spread = firmness.spread(made, unit)
    if spread is None:
        return ""
    said_of = {"place": shown(spread.place), "low": shown(spread.p5), "high": shown(spread.p95)}
    if spread.p5 == spread.p95:
        return _("位次 %(place)s，90%% 的抽样都在第 %(low)s 名") % said_of
    return _("位次 %(place)s，90%% 的抽样在 %(low)s—%(high)s 之间") % said_of


def _how(found: Robustness) -> str:
    """What was drawn, in a paragraph."""
    settings = found.settings
    return _(
        "抽样 %(draws)s 次（种子 %(seed)s）：各项权重在上下 %(weights)s%% 内均匀变动，每一层满分不变；"
        "数据在末位的半个单位内均匀变动；数据误差为标准差 %(doubt)s%% 的正态分布。整数仍为整数，目标值、事项、评议票不变。"
    ) % {
        "draws": found.draws["all"],
        "seed": settings.seed,
        "weights": f"{settings.weights * 100:g}",
        "doubt": f"{settings.doubt * 100:g}",
    }


def _group(
    group: GroupRanking,
    made: CycleRun,
    found: Robustness,
    indicators: Mapping[str, str],
    own: Unit | None,
) -> GroupFirmness | None:
    spreads = [
        (one.unit, spread)
        for one in group.standings
        if (spread := found.spread(Case(one.unit.code, made.cycle.period))) is not None
    ]
    if not spreads:
        return None
    size = max(int(one.high) for one in found.spreads["all"] if one.group == group.code)
    rows = [_range(unit, spread, own) for unit, spread in spreads]
    name = said(group.name)
    note = _("点：实际位次；粗条：90% 的抽样；细线：全部抽样")
    chart = RangeChart(
        _("%(group)s：位次的范围") % {"group": name}, rows, size, note, key=f"ranges-{group.code}"
    )
    return GroupFirmness(name, chart, _table(name, spreads, found, indicators, made))


def _range(unit: Unit, spread: Spread, own: Unit | None) -> Range:
    return Range(
        said(unit.short),
        _decimal(spread.place),
        _decimal(spread.low),
        _decimal(spread.p5),
        _decimal(spread.p95),
        _decimal(spread.high),
        own=own is not None and unit.pk == own.pk,
    )


def _decimal(place: Fraction) -> Decimal:
    return Decimal(place.numerator) / Decimal(place.denominator)


def _table(
    name: str,
    spreads: Sequence[tuple[Unit, Spread]],
    found: Robustness,
    indicators: Mapping[str, str],
    made: CycleRun,
) -> Table:
    columns = [
        Column("unit", _("单位")),
        Column("rank", _("名次"), "number"),
        Column("stays", _("守住名次"), "number", unit="%"),
        Column("weights", _("仅权重"), "number", minor=True),
        Column("rounding", _("仅末位"), "number", minor=True),
        Column("doubt", _("仅误差"), "number", minor=True),
        Column("grades", _("等次"), minor=True),
        Column("mover", _("影响最大的指标")),
    ]

    def rows(batch: Sequence[tuple[Unit, Spread]]) -> Iterable[Row]:
        for unit, spread in batch:
            alone = {shaken: found.spread(spread.case, shaken) for shaken in ("weights", "rounding", "doubt")}
            yield Row(
                {
                    "rank": shown(spread.place),
                    "unit": Link(said(unit.short), f"/scores/{made.cycle.period}/{unit.code}/"),
                    "stays": _percent(spread.stays),
                    **{shaken: one and _mostly(one) for shaken, one in alone.items()},
                    "grades": "，".join(
                        f"{grade(name)} {_percent(share)}%"
                        for name, share in spread.grades.items()
                        if share >= HALF_A_PERCENT
                    ),
                    "mover": indicators[spread.mover] if spread.mover else None,
                }
            )

    return Table(name, columns, spreads, rows).as_is()


def _mostly(spread: Spread) -> str:
    return between(_decimal(spread.p5), _decimal(spread.p95))


def _loose(pairs: Sequence[Pair], units: Mapping[str, Unit], indicators: Mapping[str, str]) -> Table:
    columns = [
        Column("ahead", _("在前")),
        Column("behind", _("在后")),
        Column("turns", _("次序颠倒"), "number", unit="%"),
        Column("decided", _("决定次序的指标")),
        Column("by", _("相差"), "number", unit=_("分"), minor=True),
    ]

    def rows(batch: Sequence[Pair]) -> Iterable[Row]:
        for pair in batch:
            yield Row(
                {
                    "ahead": said(units[pair.ahead.unit].short),
                    "behind": said(units[pair.behind.unit].short),
                    "turns": _percent(pair.turns),
                    "decided": indicators.get(pair.decided_by),
                    "by": shown(pair.by, 2) if pair.decided_by else None,
                }
            )

    return Table(_("次序不稳的相邻单位"), columns, pairs, rows).as_is()


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"
