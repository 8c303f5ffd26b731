"""Grades that cannot be: quotas, thresholds, places."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from gangmu.engine import numbers
from gangmu.engine.checks.subject import Subject, Who, amount
from gangmu.engine.expressions import Band, Const, Lookup
from gangmu.engine.intervals import covers
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Grade, Grading
from gangmu.problems import Problem

_QUOTA = ("请改名额", "change the quota")
_ORDER = ("请改条件或顺序，从高到低写", "change conditions or order, from the best down")


def _said(grading: Grading, grade: Grade) -> tuple[str, str]:
    return f"{grading.clause}：等次“{grade.name}”", f'{grading.clause}: grade "{grade.name}"'


def shares(subject: Subject) -> Iterator[Problem]:
    """No share outside 0–100 %, and together no more than all."""
    grading = subject.book.grading
    if grading is None:
        return
    groups = [Who(group.code) for group in subject.book.groups] or [Who("")]
    totals = [
        sum(
            (share for grade in grading.grades if (share := amount(grade.share, who)) is not None),
            Fraction(0),
        )
        for who in groups
    ]
    total = max(totals)
    if total > 1:
        yield subject.problem(
            "quota",
            grading.line,
            f"{grading.clause}：各等次名额合计{shown(total * 100)}%，超过100%",
            f"{grading.clause}: the quotas add up to {shown(total * 100)}%",
            ("请改 share", "change the shares"),
        )
    for grade in grading.grades:
        if any(not 0 <= share <= 1 for who in groups if (share := amount(grade.share, who)) is not None):
            yield subject.problem(
                "quota",
                grade.line,
                f"{_said(grading, grade)[0]}的名额比例不在0—100%",
                f"{_said(grading, grade)[1]}: its share is not within 0–100%",
                ("请改 share", "change the share"),
            )


def places(subject: Subject) -> Iterator[Problem]:
    """In a group whose members are listed: not more places than members, and a share that gives at least one."""
    grading = subject.book.grading
    if grading is None:
        return
    for grade in grading.grades:
        zh, en = _said(grading, grade)
        wrong = next((said for said in _stated(grade) if said.denominator != 1 or said < 0), None)
        if wrong is not None:
            yield subject.problem(
                "quota",
                grade.line,
                f"{zh}的名额{shown(wrong)}不是个数",
                f"{en}: {shown(wrong)} is no number of places",
                _QUOTA,
            )
            continue
        for group in subject.book.groups:
            size, said = len(group.members), amount(grade.places, Who(group.code))
            if said is not None and size and said > size:
                yield subject.problem(
                    "quota",
                    grade.line,
                    f"{zh}在 {group.code} 有{shown(said)}个名额，该组只有{size}个单位",
                    f"{en} has {shown(said)} places in {group.code}, a group of {size}",
                    _QUOTA,
                )
            elif _rounds_to_none(grading, amount(grade.share, Who(group.code)), size):
                yield subject.problem(
                    "quota_empty",
                    grade.line,
                    f"{zh}在 {group.code} 一个名额也没有：{size}个单位的{_percent(amount(grade.share, Who(group.code)))}%舍入后为0",
                    f"{en} has no place in {group.code}: {_percent(amount(grade.share, Who(group.code)))}% of {size} units rounds to 0",
                    (
                        "请改比例，或写 quota: up，或 per: all",
                        "change the share, or say `quota: up`, or `per: all`",
                    ),
                )


def _percent(share: Fraction | None) -> str:
    return shown((share or Fraction(0)) * 100)


def _stated(grade: Grade) -> list[Fraction]:
    """Every number of places a grade states, be it for one group or all."""
    stated = (
        [entry for _, entry in grade.places.table] if isinstance(grade.places, Lookup) else [grade.places]
    )
    return [entry.value for entry in stated if isinstance(entry, Const)]


def _rounds_to_none(grading: Grading, share: Fraction | None, size: int) -> bool:
    if not share or not size or grading.per != "group":
        return False
    return numbers.rounded(share * size, 0, grading.quota) == 0


def order(subject: Subject) -> Iterator[Problem]:
    """From the best down: thresholds fall, places rise, and no condition contradicts itself."""
    grading = subject.book.grading
    if grading is None:
        return
    for grade in grading.grades:
        if _impossible(grade) or _above_any_total(subject, grading, grade):
            zh, en = _said(grading, grade)
            yield subject.problem(
                "grade_impossible", grade.line, f"{zh}谁也达不到", f"{en} can be met by nobody", _ORDER
            )
    for before, grade in pairwise(grading.grades):
        zh, en = _said(grading, grade)
        low, lower = _threshold(before), _threshold(grade)
        quota = before.share is not None or before.places is not None or before.rank_to is not None
        if low is not None and lower is not None and lower >= low and quota:
            yield subject.problem(
                "grade_order",
                grade.line,
                f"{zh}的分数线{shown(lower)}不低于“{before.name}”的{shown(low)}",
                f'{en}: its threshold {shown(lower)} is not below that of "{before.name}", {shown(low)}',
                _ORDER,
            )
        if before.rank_to is not None and grade.rank_to is not None and grade.rank_to <= before.rank_to:
            yield subject.problem(
                "grade_order",
                grade.line,
                f"{zh}到第{grade.rank_to}名，“{before.name}”已到第{before.rank_to}名",
                f'{en} goes to place {grade.rank_to}, "{before.name}" already to {before.rank_to}',
                _ORDER,
            )


def _threshold(grade: Grade) -> Fraction | None:
    return grade.above if grade.above is not None else grade.at_least


def _impossible(grade: Grade) -> bool:
    band = _band_of(grade)
    if band.low is None or band.high is None:
        return False
    return band.low > band.high or (band.low == band.high and not (band.low_in and band.high_in))


def _above_any_total(subject: Subject, grading: Grading, grade: Grade) -> bool:
    """Whether the total's own cap keeps every unit below the threshold."""
    low = _threshold(grade)
    caps = [amount(subject.book.total.cap, who) for who in subject.who]
    known = [cap for cap in caps if cap is not None]
    if grading.of or low is None or not known or len(known) < len(caps):
        return False
    return low > max(known) or (grade.above is not None and low == max(known))


def unreachable(subject: Subject) -> Iterator[Problem]:
    """No grade all of whose scores one before it takes; one that a veto lowers to is reached by the veto."""
    grading = subject.book.grading
    if grading is None:
        return
    by_veto = {veto.grade for veto in subject.book.vetoes}
    for index, grade in enumerate(grading.grades):
        if grade.name not in by_veto and any(
            _takes_all_of(before, grade) for before in grading.grades[:index]
        ):
            yield subject.problem(
                "grade_unreachable",
                grade.line,
                f"{_said(grading, grade)[0]}永远轮不到，前面的条件已全部包含",
                f"{_said(grading, grade)[1]} can never be reached: those before take all",
                ("请改条件或顺序", "change conditions or order"),
            )


def twice(subject: Subject) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for grade in subject.book.grading.grades if subject.book.grading else ():
        if grade.name in seen:
            yield subject.problem(
                "grade_twice",
                grade.line,
                f"等次“{grade.name}”写了两次（第{seen[grade.name]}行已有）",
                f'grade "{grade.name}" stands twice (first on line {seen[grade.name]})',
                ("请合并或改名", "join or rename them"),
            )
        seen.setdefault(grade.name, grade.line)


def _takes_all_of(before: Grade, grade: Grade) -> bool:
    """Whether every value that meets `grade` already met the grade before it, without a quota to stop it."""
    if before.share is not None or before.places is not None or before.rank_to is not None:
        return False
    return covers(_band_of(before), _band_of(grade))


def _band_of(grade: Grade) -> Band:
    low, low_in = (grade.above, False) if grade.above is not None else (grade.at_least, True)
    high, high_in = (grade.below, False) if grade.below is not None else (grade.at_most, True)
    return Band(low, low_in, high, high_in, Fraction(0))
