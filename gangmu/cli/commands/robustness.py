"""`gangmu robustness`: how firm the places are when weights, rounding and doubtful figures are shaken."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from gangmu.cli.commands import score
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.engine.numbers import read, shown
from gangmu.problems import Text, refuse

if TYPE_CHECKING:
    from gangmu.engine.facts import Case
    from gangmu.engine.robustness import Pair, Robustness, Settings, Spread
    from gangmu.engine.scoring import Results

ABOUT = both(
    "位次稳不稳：权重、数据的四舍五入和数据误差随机变动时，每个单位的位次在什么范围内。",
    "How firm the places are: their range when weights, rounding and doubtful figures are shaken.",
)
EXAMPLE = "gangmu robustness --rulebook rulebooks/gongxiao.yaml --facts facts.csv --draws 1000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    score.add_scored(parser)
    parser.add_argument(
        "--draws", type=int, metavar="N", help=both("抽样次数，默认10000", "draws, 10000 by default")
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="S",
        help=both("随机种子；相同则结果相同", "seed; the same gives the same"),
    )
    parser.add_argument(
        "--weights",
        metavar="P",
        help=both("权重上下浮动的比例，默认10%%", "how far weights move, 10%% by default"),
    )
    parser.add_argument(
        "--doubt",
        metavar="P",
        action="append",
        help=both(
            "数据误差（标准差），默认1%%；指标编码=比例 只改一项，可重复",
            "doubt of figures (standard deviation), 1%% by default; CODE=P for one indicator, repeatable",
        ),
    )


def needs_district(args: argparse.Namespace) -> bool:
    return args.rulebook is None


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.engine.robustness import robustness

    results = score.results_of(args) if args.rulebook else _of_district(args)
    found = robustness(results, _settings(args, results))
    if out.json:
        out.lines(_lines(found))
    else:
        _print(found, results, {} if args.rulebook else score.unit_names(), out)
    return 0


def _of_district(args: argparse.Namespace) -> Results:
    from gangmu.assessment import firmness, results

    made = results.latest(args.period)
    firmness.require(args.actor, made)
    return results.results_of(made)


def _settings(args: argparse.Namespace, results: Results) -> Settings:
    """InputRefused lists every option that says nothing usable."""
    from gangmu.engine.robustness import DRAWS, SEED, WEIGHTS, Settings

    draws = DRAWS if args.draws is None else args.draws
    seed = SEED if args.seed is None else args.seed
    if not 1 <= draws <= MOST_DRAWS:
        raise refuse(
            "robustness.draws",
            f"抽样次数 {draws} 超出范围",
            f"{draws} draws is out of range",
            f"请写 1 到 {MOST_DRAWS}",
            f"give 1 to {MOST_DRAWS}",
        )
    if seed < 0:
        raise refuse(
            "robustness.seed",
            "随机种子不能为负",
            "the seed is negative",
            "请写不小于0的整数",
            "give a whole number from 0",
        )
    doubt, doubts = _doubts(args.doubt or (), results)
    weights = WEIGHTS if args.weights is None else _share(args.weights, "--weights")
    return Settings(draws, seed, weights, doubt, doubts)


MOST_DRAWS = 1_000_000


def _doubts(said: Iterable[str], results: Results) -> tuple[float, dict[str, float]]:
    from gangmu.engine.robustness import DOUBT

    doubt, doubts = DOUBT, {}
    known = {node.code for node in results.book.indicators()} | set(results.book.inputs)
    for one in said:
        code, _, share = one.rpartition("=")
        if not code:
            doubt = _share(share, "--doubt")
        elif code in known:
            doubts[code] = _share(share, "--doubt")
        else:
            raise refuse(
                "robustness.indicator",
                f"考核办法中没有指标“{code}”",
                f'the rule book has no indicator "{code}"',
                f"可用：{'、'.join(sorted(known))}",
                f"there are: {', '.join(sorted(known))}",
            )
    return doubt, doubts


def _share(text: str, option: str) -> float:
    """A share below one: 0.1 or 10%."""
    found = read(text)
    if found is None or not 0 <= found < 1:
        raise refuse(
            "robustness.share",
            f"{option} {text} 不是 0 到 1 之间的比例",
            f"{option} {text} is no share between 0 and 1",
            "请写 0.1 或 10%",
            "write 0.1 or 10%",
        )
    return float(found)


def _lines(found: Robustness) -> Iterable[dict[str, object]]:
    """The settings, a line a unit and shaking, a line a pair of neighbours."""
    settings = found.settings
    yield {
        "kind": "settings",
        "draws": dict(found.draws),
        "seed": settings.seed,
        "weights": str(settings.weights),
        "doubt": str(settings.doubt),
        "doubts": {code: str(share) for code, share in (settings.doubts or {}).items()},
        "top": settings.top,
        "why": found.why.en if found.why else None,
    }
    for shaken, spreads in found.spreads.items():
        for spread in sorted(spreads, key=_order):
            yield {"kind": "unit", **spread.as_json(shaken)}
    for pair in found.pairs:
        yield {"kind": "pair", **pair.as_json()}


def _order(spread: Spread) -> tuple[object, ...]:
    return (spread.case.period, spread.group, spread.place, spread.case.unit)


def _print(found: Robustness, results: Results, units: dict[str, Text], out: Output) -> None:
    names = {case: _name(case, results, units) for case in results.cases}
    indicators = {node.code: node.name for node in results.book.indicators()}
    if found.why:
        out.hint(found.why)
    for title, spreads in _tables(found, results):
        out.table(
            _HEADERS, [_row(found, one, names, indicators) for one in spreads], title=title, right=(0, 2, 3)
        )
    loose = [(_pair(pair, names, indicators)) for pair in found.loose]
    if loose:
        headers = [
            both("在前", "ahead"),
            both("在后", "behind"),
            both("次序颠倒", "turns"),
            both("决定次序的指标", "decided by"),
            both("相差（分）", "points"),
        ]
        out.table(
            headers,
            loose,
            title=both("次序不稳的相邻单位", "neighbours whose order is not firm"),
            right=(2, 4),
        )
    settings = found.settings
    out.say(
        both(
            f"抽样{found.draws['all']}次，种子{settings.seed}；权重±{_percent(settings.weights)}，"
            f"数据误差{_percent(settings.doubt)}；颠倒不到5%的相邻次序算稳",
            f"{found.draws['all']} draws, seed {settings.seed}; weights ±{_percent(settings.weights)}, doubt"
            f" {_percent(settings.doubt)}; neighbours that turn in less than 5% of draws are firm",
        )
    )


_HEADERS = (
    both("名次", "rank"),
    both("单位", "unit"),
    both("90%在", "90% within"),
    both("最前—最后", "best to worst"),
    both("守住名次", "stays"),
    both("权重", "weights"),
    both("四舍五入", "rounding"),
    both("数据误差", "doubt"),
    both("影响最大的指标", "moved most by"),
)


def _tables(found: Robustness, results: Results) -> Iterable[tuple[str, list[Spread]]]:
    """A table for all that are ranked together, by place."""
    groups = {group.code: group.name.zh for group in results.book.groups}
    within = results.book.ranking.within
    by: dict[tuple[str, str], list[Spread]] = {}
    for spread in sorted(found.spreads["all"], key=_order):
        by.setdefault((spread.case.period, "" if within == "all" else spread.group), []).append(spread)
    for (period, group), spreads in by.items():
        yield (
            f"{period} {groups.get(group, '')}".strip(),
            sorted(spreads, key=lambda one: (one.place, one.case)),
        )


def _row(
    found: Robustness, one: Spread, names: dict[Case, Text], indicators: dict[str, Text]
) -> tuple[object, ...]:
    alone = (found.spread(one.case, shaken) for shaken in ("weights", "rounding", "doubt"))
    return (
        shown(one.place),
        names[one.case],
        _between(one.p5, one.p95),
        _between(one.low, one.high),
        _percent(one.stays),
        *("" if spread is None else _between(spread.p5, spread.p95) for spread in alone),
        indicators[one.mover] if one.mover else "",
    )


def _between(low: Fraction, high: Fraction) -> str:
    return shown(low) if low == high else f"{shown(low)}—{shown(high)}"


def _pair(pair: Pair, names: dict[Case, Text], indicators: dict[str, Text]) -> tuple[object, ...]:
    decided = indicators.get(pair.decided_by, "")
    points = shown(pair.by, 2) if pair.decided_by else ""
    return names[pair.ahead], names[pair.behind], _percent(pair.turns), decided, points


def _percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def _name(case: Case, results: Results, units: dict[str, Text]) -> Text:
    said = results.facts.attribute(case, "name") or case.unit
    return units.get(case.unit, Text(said, said))
