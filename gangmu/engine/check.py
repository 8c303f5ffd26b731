"""What contradicts itself in a rule book: all of it at once, each finding with clause and line."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gangmu.engine import intervals, planning
from gangmu.engine.expressions import Band, Const, Expression, Lookup
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Grade, Indicator, RuleBook, Section
from gangmu.problems import Problem, Problems, Text


def check(book: RuleBook, figures: Collection[str] | None = None) -> Problems:
    """Every contradiction. figures: codes of the catalogue; None: figures are not checked."""
    problems = Problems()
    planning.compiled(book, problems)
    checker = _Checker(book, problems)
    for look in _LOOKS:
        look(checker)
    if figures is not None:
        checker.figures(figures)
    return problems


@dataclass(frozen=True, slots=True)
class _Who:
    """A kind of unit the book distinguishes: its group, and its name where the book names it."""

    group: str
    unit: str = ""

    def said(self) -> str:
        return self.unit or self.group


class _Checker:
    def __init__(self, book: RuleBook, problems: Problems) -> None:
        self.book = book
        self.problems = problems
        self.codes = {group.code for group in book.groups}
        self.who = list(_kinds_of_units(book))

    def refuse(self, code: str, line: int, zh: str, en: str, hint_zh: str, hint_en: str) -> None:
        self.problems.add(
            Problem(
                f"rulebook.{code}", Text(zh, en), Text(hint_zh, hint_en), self.book.file, "", f"line {line}"
            )
        )

    def _part(
        self, code: str, node: Section | Indicator, key: str, zh: str, en: str, hint_zh: str, hint_en: str
    ) -> None:
        """A finding about a node, unless the book says the document itself causes it."""
        if code in node.accepts:
            return
        line = node.lines.get(key, node.line)
        self.refuse(
            code,
            line,
            f"{node.clause}“{node.name.zh}”：{zh}",
            f'{node.clause} "{node.name.en}": {en}',
            hint_zh,
            hint_en,
        )

    def full_marks(self) -> None:
        """Parts add up to the full mark of their section, for every kind of unit."""
        for node in self.book.nodes():
            if (
                isinstance(node, Section)
                and node.full is not None
                and node.combine == "sum"
                and not node.formula
            ):
                self._full_marks_of(node)

    def _full_marks_of(self, node: Section) -> None:
        said = set()
        for who in self.who:
            full, parts = _amount(node.full, who), _sum_of_parts(node, who)
            if full is None or parts is None or full == parts or (full, parts) in said:
                continue
            said.add((full, parts))
            gap = abs(full - parts)
            for_whom = f"（{who.said()}）" if who.said() else ""
            self._part(
                "full",
                node,
                "full",
                f"满分{shown(full)}分，各项合计{shown(parts)}分{for_whom}，差{shown(gap)}分",
                f"full mark {shown(full)}, its parts add up to {shown(parts)}{for_whom}: {shown(gap)} apart",
                "请改各项分值或满分",
                "change the parts or the full mark",
            )

    def weights(self) -> None:
        for node in self.book.nodes():
            if isinstance(node, Section) and node.combine == "weighted" and not node.formula:
                self._weights_of(node)

    def _weights_of(self, node: Section) -> None:
        for who in self.who:
            found = [
                _amount(part.weight or Const(Fraction(1)), who) for part in node.counted if _is_for(part, who)
            ]
            total = sum((weight for weight in found if weight is not None), Fraction(0))
            if found and None not in found and total not in (1, 100):
                self._part(
                    "weights",
                    node,
                    "combine",
                    f"权重合计{shown(total)}，应为1",
                    f"the weights add up to {shown(total)}, not to 1",
                    "请改 weight",
                    "change the weights",
                )
                return

    def bands(self) -> None:
        for node in self.book.indicators():
            for name, bands in node.tables.items():
                self._bands_of(node, name, bands)

    def _bands_of(self, node: Indicator, name: str, bands: tuple[Band, ...]) -> None:
        closed = [band for band in bands if band.low is not None or band.high is not None]
        ordered = sorted(closed, key=_low_end)
        for first, second in pairwise(ordered):
            said = f"“{intervals.written(first)}”与“{intervals.written(second)}”"
            said_en = f'"{intervals.written(first)}" and "{intervals.written(second)}"'
            if _overlap(first, second):
                self._band(node, second, "band_overlap", f"{said}重叠", f"{said_en} overlap")
            elif len(closed) == len(bands) and _gap(first, second):
                self._band(node, second, "band_gap", f"{said}之间有空档", f"between {said_en} there is a gap")
        for index, band in enumerate(bands):
            if any(_covers(before, band) for before in bands[:index]):
                said = intervals.written(band)
                self._band(
                    node, band, "band_unreachable", f"“{said}”永远轮不到", f'"{said}" can never be reached'
                )

    def _band(self, node: Indicator, band: Band, code: str, zh: str, en: str) -> None:
        if code in node.accepts:
            return
        self.refuse(
            code,
            band.line,
            f"{node.clause}“{node.name.zh}”：分档{zh}",
            f'{node.clause} "{node.name.en}": bands {en}',
            "请写明端点含不含，如 [80, 90)",
            "say which ends belong, as in [80, 90)",
        )

    def bounds(self) -> None:
        for node in self.book.nodes():
            for who in self.who:
                floor, cap = _amount(node.floor, who), _amount(node.cap, who)
                if floor is not None and cap is not None and floor > cap:
                    self._part(
                        "bounds",
                        node,
                        "floor",
                        "最低分高于最高分",
                        "the floor is above the cap",
                        "请改一个",
                        "change one",
                    )
                    break

    def groups(self) -> None:
        """No unit in two groups, no name for two groups, no group that does not exist."""
        for what in ("members", "named"):
            seen: dict[str, str] = {}
            for group in self.book.groups:
                for unit in getattr(group, what):
                    if unit in seen:
                        self.refuse(
                            "groups_overlap",
                            group.line,
                            f"“{unit}”同时在分组 {seen[unit]} 和 {group.code}",
                            f'"{unit}" is in groups {seen[unit]} and {group.code}',
                            "请只留一处",
                            "keep one",
                        )
                    seen.setdefault(unit, group.code)
        for node in self.book.nodes():
            self._known_groups(node)

    def _known_groups(self, node: Section | Indicator) -> None:
        said = list(node.reach.groups)
        if isinstance(node, Indicator):
            said += [rule.group for rule in (node.missing, node.not_applicable) if rule.group]
        for code in said:
            if code not in self.codes:
                self._part(
                    "unknown_group",
                    node,
                    "groups",
                    f"没有分组“{code}”",
                    f'there is no group "{code}"',
                    *self._near(code),
                )
        for key, amount in _amounts(node):
            self._mixed_keys(node, key, amount)

    def _mixed_keys(self, node: Section | Indicator, key: str, amount: Expression) -> None:
        """A table that names groups and something else has a misspelt group."""
        if not isinstance(amount, Lookup) or amount.by != "unit":
            return
        names = [name for name, _ in amount.table]
        strangers = [name for name in names if name not in self.codes]
        if len(strangers) < len(names):
            self._part(
                "unknown_group",
                node,
                key,
                f"{key} 中“{strangers[0]}”不是分组",
                f'{key}: "{strangers[0]}" is no group',
                *self._near(strangers[0]),
            )

    def _near(self, code: str) -> tuple[str, str]:
        near = difflib.get_close_matches(code, self.codes, n=1)
        listed = "、".join(sorted(self.codes)) or "（没有分组）"
        if near:
            return f"是否就是“{near[0]}”", f'is it "{near[0]}"'
        return f"分组有：{listed}", f"groups: {listed}"

    def grades(self) -> None:
        grading = self.book.grading
        if grading is None:
            return
        shares = sum((grade.share for grade in grading.grades if grade.share is not None), Fraction(0))
        if shares > 1:
            self.refuse(
                "quota",
                grading.line,
                f"{grading.clause}：各等次名额合计{shown(shares * 100)}%，超过100%",
                f"{grading.clause}: the quotas add up to {shown(shares * 100)}%",
                "请改 share",
                "change the shares",
            )
        for grade in grading.grades:
            self._quota_fits(grade)
        taken_away = {veto.grade for veto in self.book.vetoes}
        for index, grade in enumerate(grading.grades):
            if grade.name not in taken_away and any(
                _takes_all_of(before, grade) for before in grading.grades[:index]
            ):
                self.refuse(
                    "grade_unreachable",
                    grade.line,
                    f"{grading.clause}：等次“{grade.name}”永远轮不到，前面的条件已全部包含",
                    f'{grading.clause}: grade "{grade.name}" can never be reached: those before take all',
                    "请改条件或顺序",
                    "change conditions or order",
                )

    def _quota_fits(self, grade: Grade) -> None:
        if grade.share is not None and not 0 <= grade.share <= 1:
            self.refuse(
                "quota",
                grade.line,
                f"等次“{grade.name}”的名额比例不在0—100%",
                f'the share of grade "{grade.name}" is not within 0–100%',
                "请改 share",
                "change the share",
            )
        for group in self.book.groups:
            places = _amount(grade.places, _Who(group.code))
            if places is not None and group.members and places > len(group.members):
                self.refuse(
                    "quota",
                    grade.line,
                    f"等次“{grade.name}”在 {group.code} 有{shown(places)}个名额，该组只有{len(group.members)}个单位",
                    f'grade "{grade.name}" has {shown(places)} places in {group.code}, a group of {len(group.members)}',
                    "请改名额",
                    "change the quota",
                )

    def names(self) -> None:
        """Grades, nodes and lines that are referred to exist."""
        grades = [grade.name for grade in self.book.grading.grades] if self.book.grading else []
        for veto in self.book.vetoes:
            if (veto.effect == "cap" and veto.grade not in grades) or (veto.effect == "lower" and not grades):
                self.refuse(
                    "unknown_grade",
                    veto.line,
                    f"{veto.clause}“{veto.name.zh}”：没有等次“{veto.grade}”",
                    f'{veto.clause} "{veto.name.en}": there is no grade "{veto.grade}"',
                    f"等次有：{'、'.join(grades)}",
                    f"grades: {', '.join(grades)}",
                )
        nodes = [node.code for node in self.book.nodes()]
        wanted = [(code, self.book.ranking.line) for code in self.book.ranking.tie_break]
        wanted += [(example.node, example.line) for example in self.book.examples]
        for code, line in wanted:
            if code not in nodes:
                near = difflib.get_close_matches(code, nodes, n=1)
                self.refuse(
                    "unknown_node",
                    line,
                    f"没有指标“{code}”",
                    f'there is no indicator "{code}"',
                    f"是否就是“{near[0]}”" if near else "请更正",
                    f'is it "{near[0]}"' if near else "correct it",
                )

    def rounded_lines(self) -> None:
        from gangmu.engine.kinds import kinds

        for node in self.book.indicators():
            lines = [*node.steps, *(line.name for line in kinds()[node.kind].lines(node.given))]
            for name in node.rounds:
                if name not in lines:
                    self._part(
                        "unknown_line",
                        node,
                        "round",
                        f"计分方式没有“{name}”这一步",
                        f'the kind has no line "{name}"',
                        f"有：{'、'.join(lines)}",
                        f"it has: {', '.join(lines)}",
                    )

    def accepted(self) -> None:
        """A contradiction may be accepted only where the book's holes tell of it."""
        if self.book.holes:
            return
        for node in self.book.nodes():
            if node.accepts:
                self._part(
                    "accepts",
                    node,
                    "accepts",
                    "写了 accepts，却没有 holes",
                    "accepts a contradiction, but the book has no holes",
                    "请在 holes 中说明",
                    "tell of it under holes",
                )

    def figures(self, known: Collection[str]) -> None:
        for node in self.book.indicators():
            for use in node.figures:
                if use.code not in known:
                    near = difflib.get_close_matches(use.code, known, n=1)
                    self.refuse(
                        "unknown_figure",
                        use.line,
                        f"{node.clause}“{node.name.zh}”：目录里没有指标“{use.code}”",
                        f'{node.clause} "{node.name.en}": the catalogue has no figure "{use.code}"',
                        f"是否就是“{near[0]}”" if near else "请用指标目录里的编码",
                        f'is it "{near[0]}"' if near else "use a code of the catalogue",
                    )


_LOOKS: tuple[Callable[[_Checker], None], ...] = (
    _Checker.full_marks,
    _Checker.weights,
    _Checker.bands,
    _Checker.bounds,
    _Checker.groups,
    _Checker.grades,
    _Checker.names,
    _Checker.rounded_lines,
    _Checker.accepted,
)


def _kinds_of_units(book: RuleBook) -> Iterator[_Who]:
    """One for each group, and one for each unit the book names whose group it tells."""
    if not book.groups:
        yield _Who("")
    for group in book.groups:
        yield _Who(group.code)
        yield from (_Who(group.code, unit) for unit in group.members)
    if not book.groups:
        named = {name for node in book.nodes() for _, amount in _amounts(node) for name in _units_in(amount)}
        named |= {name for node in book.nodes() for name in (*node.reach.units, *node.reach.excepted)}
        yield from (_Who("", unit) for unit in sorted(named))


def _units_in(amount: Expression) -> list[str]:
    return [name for name, _ in amount.table] if isinstance(amount, Lookup) and amount.by == "unit" else []


def _amounts(node: Section | Indicator) -> Iterator[tuple[str, Expression]]:
    for key in ("full", "weight", "cap", "floor"):
        amount = getattr(node, key)
        if amount is not None:
            yield key, amount
    if isinstance(node, Indicator):
        yield from node.values.items()


def _amount(amount: Expression | None, who: _Who) -> Fraction | None:
    """The number for a kind of unit; None where there is none, or where it cannot be known beforehand."""
    if isinstance(amount, Lookup):
        key = who.group if amount.by == "group" else who.unit
        amount = dict(amount.table).get(key, amount.otherwise)
    return amount.value if isinstance(amount, Const) else None


def _is_for(part: Section | Indicator, who: _Who) -> bool:
    if not part.reach.takes_in(who.unit, who.unit, who.group):
        return False
    return not (isinstance(part.full, Lookup) and _amount(part.full, who) is None)


def _sum_of_parts(node: Section, who: _Who) -> Fraction | None:
    """Full marks of the parts that count; None where the unit has none of them or a part does not tell."""
    counted = [
        part for part in node.counted if _is_for(part, who) and not (isinstance(part, Section) and part.extra)
    ]
    found = []
    for part in counted:
        full = _amount(part.full, who)
        if full is None and isinstance(part, Section):
            full = _sum_of_parts(part, who) if part.combine == "sum" else None
        found.append(Fraction(0) if full is None and isinstance(part, Indicator) else full)
    if not found or None in found:
        return None
    return sum((full for full in found if full is not None), Fraction(0))


def _low_end(band: Band) -> tuple[bool, Fraction, bool]:
    return (band.low is not None, band.low or Fraction(0), not band.low_in)


def _overlap(first: Band, second: Band) -> bool:
    if first.high is None or second.low is None:
        return True
    return second.low < first.high or (second.low == first.high and second.low_in and first.high_in)


def _gap(first: Band, second: Band) -> bool:
    if first.high is None or second.low is None:
        return False
    return second.low > first.high or (second.low == first.high and not (second.low_in or first.high_in))


def _covers(outer: Band, inner: Band) -> bool:
    low = outer.low is None or (
        inner.low is not None and (inner.low, not inner.low_in) >= (outer.low, not outer.low_in)
    )
    high = outer.high is None or (
        inner.high is not None and (inner.high, inner.high_in) <= (outer.high, outer.high_in)
    )
    return low and high


def _takes_all_of(before: Grade, grade: Grade) -> bool:
    """Whether every value that meets `grade` already met the grade before it, without a quota to stop it."""
    if before.share is not None or before.places is not None or before.rank_to is not None:
        return False
    return _covers(_band_of(before), _band_of(grade))


def _band_of(grade: Grade) -> Band:
    low, low_in = (grade.above, False) if grade.above is not None else (grade.at_least, True)
    high, high_in = (grade.below, False) if grade.below is not None else (grade.at_most, True)
    return Band(low, low_in, high, high_in, Fraction(0))
