"""The goal tree of the closed and the running year, cascaded to units, posts and people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.chronicle import Told
from gangmu.cli.demo.series import HUNDRED, Observation, split
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import Roster, Unit
from gangmu.figures import catalogue
from gangmu.figures.measures import Measure
from gangmu.sheets.writing import SheetOut

GOAL_HEADERS = (
    "编码", "上级", "名称", "英文名称", "类型", "指标", "取值方式", "期间", "目标值", "比较对象", "底线", "争取", "方向",
    "责任单位", "责任人", "来源", "干什么", "怎么干", "如何考评", "如何奖惩", "完成日期",
)  # fmt: skip
SHARE_HEADERS = ("目标", "单位", "岗位", "人员", "目标值", "份额", "说明")


@dataclass(frozen=True, slots=True)
class Part:
    """What a unit has of a goal; target None where the goal has none."""

    unit: Unit
    target: Decimal | None


def sheets(
    seed: str, span: Span, roster: Roster, observed: Sequence[Observation], projects: Sequence[Told]
) -> list[SheetOut]:
    """goals.xlsx: 目标, 分解."""
    goals: list[tuple[Any, ...]] = []
    shares: list[tuple[Any, ...]] = []
    for which, year in enumerate((span.closed_year, span.running_year)):
        book = _Book(seed, which, year, roster, observed, projects)
        goals += book.goals()
        shares += book.shares()
    return [SheetOut("目标", GOAL_HEADERS, goals), SheetOut("分解", SHARE_HEADERS, shares)]


class _Book:
    """The goal book of one year. which: 0 the closed year, 1 the running one."""

    def __init__(
        self,
        seed: str,
        which: int,
        year: int,
        roster: Roster,
        observed: Sequence[Observation],
        projects: Sequence[Told],
    ) -> None:
        self.seed, self.which, self.year, self.roster, self.projects = seed, which, year, roster, projects
        self.data = data_files.read("goals")
        self.last = _at_year_end(observed, year - 1)
        self.parts = {
            self._code(place, number): (said, self._parts(said))
            for place, goal in enumerate(self.data["goals"], start=1)
            for number, said in enumerate(goal["targets"], start=1)
        }

    def goals(self) -> Iterator[tuple[Any, ...]]:
        overall = self.data["overall"]
        yield self._row("0", None, overall, "总目标", overall["how"])
        for place, goal in enumerate(self.data["goals"], start=1):
            yield self._row(f"{place}", "0", {**goal, "clause": "第八条"}, "总目标", goal["how"])
            for number, said in enumerate(goal["targets"], start=1):
                code = self._code(place, number)
                yield self._row(code, f"{place}", said, said["kind"], goal["how"], self._target(code))

    def shares(self) -> Iterator[tuple[Any, ...]]:
        """Each unit's part, and under it the post and the person who carry it."""
        for code, (said, parts) in self.parts.items():
            for part in parts:
                post = self._post(part.unit, said)
                person = self.roster.on_post(part.unit, post)
                yield f"{self.year}-{code}", part.unit.code, None, None, part.target, None, None
                yield (
                    f"{self.year}-{code}",
                    part.unit.code,
                    post,
                    person.code,
                    part.target,
                    None,
                    "A角负责，B角配合",
                )

    def _row(
        self,
        code: str,
        parent: str | None,
        said: Mapping[str, Any],
        kind: str,
        how: str,
        target: Decimal | None = None,
    ) -> tuple[Any, ...]:
        owner = self.roster.holder(said["owner"])
        done = said.get("done", ("", ""))[self.which]
        return (
            f"{self.year}-{code}", parent and f"{self.year}-{parent}", said["name"], said["name_en"], kind, said.get("figure"), said.get("measure"),
            f"{self.year}", target, said.get("compare"), _number(said.get("floor")), _number(said.get("stretch")), None,
            owner.code, self.roster.head(owner).code, said.get("source"),
            said.get("what") or f"完成“{said['name']}”年度目标", how,
            f"按《目标考核办法》{said['clause']}计分", self.data["rewarded"],
            f"{self.year}-{done}" if done else None,
        )  # fmt: skip

    def _code(self, place: int, number: int) -> str:
        return f"{place}.{number:02}"

    def _target(self, code: str) -> Decimal | None:
        """The goal's own target: what its parts add up to where it is split, else what each of them has."""
        said, parts = self.parts[code]
        if "split_by" in said or "from_ledger" in said:
            return sum((part.target for part in parts if part.target is not None), Decimal(0))
        return self._set(said)

    def _set(self, said: Mapping[str, Any]) -> Decimal | None:
        """The target as the book sets it: a number, or last year's value grown or raised."""
        for way in ("plan", "grow", "add"):
            if way in said:
                by = Decimal(str(said[way][self.which]))
                if way == "plan":
                    return by
                last = self.last[said["figure"], ""]
                value = last * (HUNDRED + by) / HUNDRED if way == "grow" else last + by
                return _rounded(value, catalogue.get(said["figure"]).decimals)
        return None

    def _parts(self, said: Mapping[str, Any]) -> list[Part]:
        if said["to"] == "ledger_units":
            return self._from_ledger(said)
        whole = self._set(said)
        if "split_by" in said:
            assert whole is not None
            return self._split(said, whole)
        sharing = self._units(said["to"])
        if whole is not None and len(sharing) > 1 and _adds_up(said):
            decimals = catalogue.get(said["figure"]).decimals
            return [
                Part(*part)
                for part in zip(sharing, split(whole, [Decimal(1)] * len(sharing), decimals), strict=True)
            ]
        parts = [Part(unit, whole) for unit in sharing]
        known = {part.unit.code for part in parts}
        also = [self.roster.holder(code) for code in said.get("also", ())]
        return parts + [Part(unit, whole) for unit in dict.fromkeys(also) if unit.code not in known]

    def _units(self, to: str | list[str]) -> list[Unit]:
        if to == "all":
            return self.roster.assessed
        if to == "subdistricts":
            return self.roster.subdistricts
        return list(dict.fromkeys(self.roster.holder(code) for code in to))

    def _split(self, said: Mapping[str, Any], whole: Decimal) -> list[Part]:
        """The subdistricts' part in proportion to last year's values, the rest to one department."""
        decimals = catalogue.get(said["figure"]).decimals
        theirs = _rounded(whole * said["share"] / HUNDRED, decimals)
        weights = [self.last[said["split_by"], unit.code] for unit in self.roster.subdistricts]
        targets = split(theirs, weights, decimals)
        parts = [Part(unit, target) for unit, target in zip(self.roster.subdistricts, targets, strict=True)]
        return parts + ([Part(self.roster.holder(said["rest"]), whole - theirs)] if "rest" in said else [])

    def _from_ledger(self, said: Mapping[str, Any]) -> list[Part]:
        """What each unit did, or a little more or less: the district's number is their sum."""
        years = (self.year, self.year - 1) if self.which == 0 else (self.year - 1,)
        done = Counter(
            told.unit
            for told in self.projects
            if (day := told.reached(said["from_ledger"])) is not None and day.year in years
        )
        found = []
        for unit in self.roster.assessed:
            chance = Chance(self.seed, "goals", self.year, said["figure"], unit.code)
            mean = done[unit.code] / len(years)
            if unit.is_subdistrict or mean >= 1:
                found.append(Part(unit, Decimal(max(1, round(mean + chance.uniform(-0.6, 0.7))))))
        return found

    def _post(self, unit: Unit, said: Mapping[str, Any]) -> str:
        """The business post that carries it: the declared place, in other offices one that varies by goal."""
        posts = unit.business_posts
        if "post" in said:
            place: int = said["post"]
            return posts[min(place, len(posts) - 1)]
        return posts[Chance(self.seed, "post", said["name"]).randrange(len(posts))]


def _at_year_end(observed: Sequence[Observation], year: int) -> dict[tuple[str, str], Decimal]:
    """(figure, unit or "") → its value at the end of a year; a later vintage goes before an earlier one."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in observed:
        if (
            row.period in (f"{year}-Q4", f"{year}-M12")
            and not row.measure
            and not row.area
            and row.value is not None
        ):
            found[row.figure, row.unit] = row.value
    return found


def _adds_up(said: Mapping[str, Any]) -> bool:
    """Whether the parts of a target make up the whole: amounts and counts do, rates and shares do not."""
    measure = Measure.parse(said["measure"]) if "measure" in said else None
    return (
        measure is not None
        and measure.kind in ("value", "count", "sum")
        and (catalogue.get(said["figure"]).nature != "ratio")
    )


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
