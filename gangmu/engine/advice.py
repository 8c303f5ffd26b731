"""What would have raised a score: the plan asked again with one fact changed, everything else as it was."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gangmu.engine import dates
from gangmu.engine.facts import Case
from gangmu.engine.kind import Kind
from gangmu.engine.kinds import kinds
from gangmu.engine.numbers import exact, shown
from gangmu.engine.planning import own_facts
from gangmu.engine.rulebook import Indicator
from gangmu.engine.scoring import Results
from gangmu.engine.values import MISSING, NO_TEXT, NOT_APPLICABLE, OUTSIDE, Missing
from gangmu.problems import Text

AT_BEST = Text("已得最高分", "nothing more can be earned")


def advice(results: Results, case: Case, node: Indicator) -> Text:
    """One sentence; empty where nothing sensible can be said."""
    value = results.value(f"{node.code}.score", case)
    if isinstance(value, Missing):
        return _without_facts(value)
    kind = kinds()[node.kind]
    if kind.needs_events:
        return NO_TEXT
    if kind.events:
        return _of_events(results, case, node, kind, value)
    lever = kind.field(kind.lever)
    if lever is not None and lever.date:
        return _of_day(results, case, node, kind.lever, value)
    return _of_lever(results, case, node, kind, value)


def _without_facts(earned: Missing) -> Text:
    if earned.state == MISSING:
        return Text(
            f"补上数据才能按实际计分：{earned.reason.zh}", f"give the fact to be scored: {earned.reason.en}"
        )
    if earned.state in (OUTSIDE, NOT_APPLICABLE):
        return NO_TEXT
    return Text(f"先更正数据：{earned.reason.zh}", f"correct the facts first: {earned.reason.en}")


def _of_events(results: Results, case: Case, node: Indicator, kind: Kind, value: Fraction) -> Text:
    entries = results.interpreter.events_of(case, node.code, own_facts(node))
    if kind.lowers(node.given):
        if not entries:
            return AT_BEST
        better = _score(results, case, node, "events", Fraction(len(entries) - 1))
        if better is None or better <= value:
            return AT_BEST if _at_full(results, case, node, value) else NO_TEXT
        gain = shown(better - value)
        return Text(
            f"扣分最多的一件若没有发生，可多得{gain}分",
            f"without the costliest event {gain} more would be earned",
        )
    return _more_events(results, case, node, value)


def _more_events(results: Results, case: Case, node: Indicator, value: Fraction) -> Text:
    """What another event would add, up to the cap; nothing where a condition decides whether it counts at all."""
    factor, times = _given(results, case, node, "factor"), _given(results, case, node, "multiplier")
    if (
        "only_if" in node.given
        or factor is None
        or times is None
        or node.given.get("beyond_earlier") == "yes"
    ):
        return NO_TEXT
    points = [points * factor * times for _, table in node.levels.values() for _, points in table]
    cap = results.interpreter.value(node.values["cap"], case) if "cap" in node.values else None
    room = cap * factor - value if isinstance(cap, Fraction) else None
    if room is not None and room <= 0:
        return AT_BEST
    zh, en = "", ""
    if points:
        low, high = shown(min(points)), shown(max(points))
        zh, en = f"再有一件可按级别加{low}至{high}分", f"another event adds {low} to {high} by level"
    elif "each" in node.values:
        each = results.interpreter.value(node.values["each"], case)
        if isinstance(each, Fraction) and each > 0:
            more = shown(each * factor * times)
            zh, en = f"再有一件可加{more}分", f"another event adds {more}"
    if room is not None and zh:
        zh, en = f"{zh}，最多还可加{shown(room)}分", f"{en}, at most {shown(room)} more"
    return Text(zh, en)


def _given(results: Results, case: Case, node: Indicator, name: str) -> Fraction | None:
    """A factor the book states for this unit: 1 where it states none, None where it cannot be told."""
    if name not in node.given:
        return Fraction(1)
    found = results.interpreter.value(results.plan.formula(node, name), case)
    return found if isinstance(found, Fraction) else None


def _of_lever(results: Results, case: Case, node: Indicator, kind: Kind, value: Fraction) -> Text:
    lever = (
        kind.lever if kind.lever in node.fields else (node.fields[0] if kind.lever and node.fields else "")
    )
    now = results.interpreter.value(results.plan.formula(node, lever), case) if lever else None
    if not isinstance(now, Fraction):
        return NO_TEXT
    reached = _nearest_better(results, case, node, kind, lever, now, value)
    each = _each_step(results, case, node, kind, lever, now, value)
    found = [text for text in (each, reached) if text is not None]
    if not found:
        return AT_BEST if _at_full(results, case, node, value) else NO_TEXT
    return Text("；".join(text.zh for text in found), "; ".join(text.en for text in found))


def _of_day(results: Results, case: Case, node: Indicator, lever: str, value: Fraction) -> Text:
    """What the day that is due would have earned, else one day sooner."""
    done, due = (
        results.interpreter.value(results.plan.formula(node, name), case) for name in (lever, "target")
    )
    if not isinstance(done, Fraction) or not isinstance(due, Fraction):
        return NO_TEXT
    in_time, sooner = (_score(results, case, node, lever, day) for day in (due, done - 1))
    if done > due and in_time is not None and in_time > value:
        return Text(
            f"按期（{dates.shown(due)}）完成可得{shown(in_time)}分",
            f"done in time ({dates.shown(due)}) it would earn {shown(in_time)}",
        )
    if sooner is not None and sooner > value:
        gain = shown(sooner - value)
        return Text(f"再提前一天多得{gain}分", f"a day sooner earns {gain} more")
    return AT_BEST if _at_full(results, case, node, value) else NO_TEXT


def _at_full(results: Results, case: Case, node: Indicator, value: Fraction) -> bool:
    full = results.value(f"{node.code}.full", case)
    return isinstance(full, Fraction) and value >= full > 0


def _nearest_better(
    results: Results, case: Case, node: Indicator, kind: Kind, lever: str, now: Fraction, value: Fraction
) -> Text | None:
    """The nearest value of the lever at which the book gives more: a target, the edge of a band, the unit ahead."""
    lowers = kind.lowers(node.given)
    ahead = [at for at in set(_candidates(results, case, node, kind)) if (at < now if lowers else at > now)]
    for at in sorted(ahead, reverse=lowers):
        better = _score(results, case, node, lever, at)
        if better is not None and better > value:
            gap, unit = shown(abs(at - now)), node.unit_of_measure
            word, word_en = ("再降", "less") if lowers else ("还差", "more")
            return Text(
                f"达到{shown(at)}{unit}（{word}{gap}）可得{shown(better)}分",
                f"{shown(at)} {unit}".rstrip() + f" ({gap} {word_en}) would earn {shown(better)}",
            )
    return None


def _candidates(results: Results, case: Case, node: Indicator, kind: Kind) -> Iterator[Fraction]:
    reach = kind.reach(node.given)
    if reach:
        found = results.interpreter.value(results.plan.formula(node, reach), case)
        if isinstance(found, Fraction):
            yield found
    for bands in node.tables.values():
        for band in bands:
            yield from (end for end in (band.low, band.high) if end is not None)
    if f"{node.code}.place" in results.plan.by_name and node.given.get("given_as") != "place":
        column = results.columns[f"{node.code}.value"]
        peers = [
            peer
            for peer in results.cases
            if results.interpreter.realms[peer] == results.interpreter.realms[case]
        ]
        if node.given.get("among") != "all":
            peers = [peer for peer in peers if results.groups[peer] == results.groups[case]]
        yield from (value for peer in peers if isinstance(value := column[peer], Fraction))


def _each_step(
    results: Results, case: Case, node: Indicator, kind: Kind, lever: str, now: Fraction, value: Fraction
) -> Text | None:
    """What one more step of the lever earns; “每” only where the next step earns the same."""
    size = _step(now)
    lowers = kind.lowers(node.given)
    better = _score(results, case, node, lever, now - size if lowers else now + size)
    if better is None or better <= value:
        return None
    gain, unit = shown(better - value), node.unit_of_measure
    further = _score(results, case, node, lever, now - 2 * size if lowers else now + 2 * size)
    steady = further is not None and further - better == better - value
    word = ("每" if steady else "再") + ("降" if lowers else "多")
    word_en = (
        ("each " if steady else "") + f"{exact(size)} {unit}".rstrip() + (" less" if lowers else " more")
    )
    return Text(f"{word}{exact(size)}{unit}多得{gain}分", f"{word_en} earns {gain} more")


def _step(now: Fraction) -> Fraction:
    """A small round step for a value of this size: 0.01, 0.1, 1, then a hundredth of the power of ten below it;
    at least 1 from a whole number, for counts come in wholes.
    """
    if now == 0:
        return Fraction(1)
    if abs(now) < 1:
        return Fraction(1, 100)
    digits = len(str(int(abs(now))))
    step = Fraction(10) ** (digits - 3 if digits > 2 else digits - 2)
    return max(step, Fraction(1)) if now.denominator == 1 else step


def _score(results: Results, case: Case, node: Indicator, lever: str, at: Fraction) -> Fraction | None:
    """The indicator's score, had the lever stood there; ranks and means of the group move with it."""
    if lever in node.values or lever in node.formulas:
        return None
    if node.given.get("given_as") == "place" and at < 1:
        return None
    found = results.interpreter.changed(case, node.code, lever, at)
    return found if isinstance(found, Fraction) else None
