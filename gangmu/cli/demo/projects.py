"""The project library: some 360 projects with their stages, plans, monthly investment, blockers and milestones."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.chronicle import Event, Told
from gangmu.cli.demo.places import Places
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import Roster, Unit
from gangmu.records import workdays

COUNT = 360
CLASSES = {"industry": 0.38, "service": 0.29, "urban": 0.33}
SEASON = (0.6, 0.5, 1.0, 1.1, 1.1, 1.15, 1.0, 1.0, 1.1, 1.15, 1.15, 1.25)
MONTH = datetime.timedelta(days=30)
WAN_PER_YI = 10_000


@dataclass(frozen=True, slots=True)
class Life:
    """The days on which a project reaches its stages, whether they have come yet or not."""

    proposed: datetime.date
    early: datetime.date
    started: datetime.date
    completed: datetime.date

    def stages(self, today: datetime.date, ended: bool) -> list[tuple[str, datetime.date]]:
        """What has been reached by today; from the January after its start a project is a continued one."""
        reached = [("proposed", self.proposed), ("early", self.early), ("started", self.started)]
        new_year = workdays.on_or_after(datetime.date(self.started.year + 1, 1, 2))
        if new_year < self.completed:
            reached.append(("continued", new_year))
        reached.append(("completed", self.completed))
        past = [(stage, day) for stage, day in reached if day <= today]
        if ended and past[-1][0] in ("proposed", "early"):
            past.append(("ended", workdays.on_or_after(past[-1][1] + 3 * MONTH)))
        return [(stage, day) for stage, day in past if day <= today]

    def months(self) -> list[datetime.date]:
        """The first day of each month of building."""
        found = [self.started.replace(day=1)]
        while (following := _next_month(found[-1])) <= self.completed:
            found.append(following)
        return found


def projects(seed: str, span: Span, roster: Roster, count: int = COUNT) -> list[Told]:
    """The library's entries, numbered by the year they entered it."""
    writer = _Writer(seed, span, roster)
    drafts = sorted((writer.draft(place) for place in range(count)), key=lambda draft: draft.life.proposed)
    numbers: Counter[int] = Counter()
    told = []
    for draft in drafts:
        year = draft.life.proposed.year
        numbers[year] += 1
        told.append(writer.told(draft, f"XM-{year}-{numbers[year]:04}"))
    return told


@dataclass(frozen=True, slots=True)
class Draft:
    """What a project is, before it has a number. total: 万元. pace: how much of its plan it carries out."""

    place: int
    class_: str
    kind: dict[str, Any]
    name: str
    content: str
    subdistrict: Unit
    lead: Unit
    total: Decimal
    life: Life
    pace: float
    brand: str


class _Writer:
    def __init__(self, seed: str, span: Span, roster: Roster) -> None:
        self.seed, self.span, self.roster = seed, span, roster
        self.data = data_files.read("projects")
        self.names: set[str] = set()
        sizes = Chance(seed, "projects", "subdistricts")
        self.pull = {unit: sizes.uniform(0.5, 1.7) for unit in roster.subdistricts}

    def draft(self, place: int) -> Draft:
        chance = Chance(self.seed, "project", place)
        class_ = chance.weighted(CLASSES)
        subdistrict = chance.weighted(self.pull)
        kind = chance.choice(self.data[class_])
        total = _total(chance, kind)
        brand, name = self._name(chance, kind, subdistrict)
        lead = kind.get("lead") or chance.choice(self.data["leads"][class_])
        return Draft(
            place,
            class_,
            kind,
            name,
            _content(kind, total, chance),
            subdistrict,
            self.roster.holder(lead),
            total,
            self._life(chance, total),
            chance.weighted({1.0: 0.86, 0.72: 0.09, 0.5: 0.05}),
            brand,
        )

    def told(self, draft: Draft, number: str) -> Told:
        chance = Chance(self.seed, "project", draft.place, "told")
        stages = draft.life.stages(self.span.today, chance.true(0.12))
        reached = dict(stages)
        owner = draft.subdistrict if chance.true(0.48) else draft.lead
        values = self._values(draft, chance, reached)
        lines = {
            "planned_investment": list(self._plans(draft, reached)),
            "investment": list(self._invested(draft, reached)),
            "blockers": list(self._blockers(draft, chance, stages[-1][0])),
            "milestones": list(self._milestones(draft)),
        }
        events = [Event(stage, day, self._note(stage, values)) for stage, day in stages]
        return Told(number, draft.name, owner.code, values, events, lines)

    def _name(self, chance: Chance, kind: dict[str, Any], subdistrict: Unit) -> tuple[str, str]:
        """A name nobody else has, and the company in it."""
        places = Places(chance)
        while True:
            brand = chance.choice(self.data["brands"])
            name = kind["name"].format(
                brand=brand,
                product=chance.choice(kind.get("product", [""])),
                phase=chance.choice(self.data["phases"]),
                old=chance.choice(kind.get("old", [""]))
                + chance.choice(("", "东区", "西区", "北区", "一期", "二期")),
                road=places.road(subdistrict),
                estate=places.estate(subdistrict),
                community=places.community(subdistrict),
                water=chance.choice(kind.get("water", [""]))
                + chance.choice(("", "上游段", "中段", "下游段", "左岸", "右岸")),
            )
            if name not in self.names:
                self.names.add(name)
                return brand, name
            subdistrict = (
                chance.choice(self.roster.subdistricts) if "{brand}" not in kind["name"] else subdistrict
            )

    def _life(self, chance: Chance, total: Decimal) -> Life:
        """Starts lie evenly from some time before the first year to a year from today."""
        started = chance.day_between(self.span.first_day - 14 * MONTH, self.span.today + 12 * MONTH)
        large = float(total) / WAN_PER_YI
        months = (
            chance.uniform(8, 15)
            if large < 1
            else chance.uniform(16, 29)
            if large < 10
            else chance.uniform(24, 38)
        )
        early = started - chance.randrange(110, 320) * datetime.timedelta(days=1)
        proposed = early - chance.randrange(60, 260) * datetime.timedelta(days=1)
        latest = self.span.today - datetime.timedelta(days=chance.randrange(3, 160))
        return Life(
            workdays.on_or_after(min(proposed, latest)),
            workdays.on_or_after(early),
            workdays.on_or_after(started),
            workdays.on_or_after(started + round(months * 30.4) * datetime.timedelta(days=1)),
        )

    def _values(self, draft: Draft, chance: Chance, reached: dict[str, datetime.date]) -> dict[str, Any]:
        in_early, begun = "early" in reached, "started" in reached
        life, today = draft.life, self.span.today
        values: dict[str, Any] = {
            "class": draft.class_,
            "key_level": _key_level(chance, draft.total),
            "content": draft.content,
            "total_investment": draft.total,
            "place": Places(chance).corner(draft.subdistrict),
            "subdistrict": draft.subdistrict.code,
            "guiding_unit": draft.lead.code,
            "registered_on": life.proposed,
            "planned_start": life.started + datetime.timedelta(days=chance.randrange(-40, 15)),
            "headquarters": self._headquarters(draft),
            **self._links(chance, begun, in_early),
        }
        if in_early:
            values["project_code"] = (
                f"{life.early:%y%m}-410{chance.randrange(102, 190)}-04-0{chance.randrange(1, 6)}-{chance.randrange(10**5, 10**6)}"
            )
            values["builder"] = self._builder(draft)
        if begun:
            late = datetime.timedelta(days=chance.randrange(-20, 50))
            values["leader"] = self.roster.leader(draft.lead)
            values["due_on"] = life.completed + (late if life.completed <= today else datetime.timedelta(0))
            values["start_basis"] = chance.weighted(
                {"permit": 0.6, "start_report": 0.2, "site_photo": 0.1, "equipment": 0.1}
            )
            values["start_evidence"] = f"施{life.started:%Y%m}{chance.randrange(100, 999)}号"
            values["in_statistics_on"] = _not_after(life.started + 2 * MONTH * chance.random(), today)
            values["progress_words"] = self._progress(draft)
            yi = draft.total / WAN_PER_YI
            values["retail_area"] = _area(chance, yi, 0.4) if draft.kind.get("shops") else None
            values["office_area"] = _area(chance, yi, 0.3) if draft.kind.get("offices") else None
        if "ended" in reached:
            values["ended_because"] = chance.choice(self.data["ended_because"])
        if not begun and in_early and chance.true(0.06):
            values["planned_start"] = today - datetime.timedelta(days=chance.randrange(5, 60))
        return values

    def _links(self, chance: Chance, begun: bool, in_early: bool) -> dict[str, str]:
        if begun:
            weights = {"settled": 0.9, "under_way": 0.07, "blocked": 0.03}
        elif in_early:
            weights = {"under_way": 0.55, "settled": 0.3, "blocked": 0.15}
        else:
            weights = {"not_begun": 0.8, "under_way": 0.2}
        return {link: chance.weighted(weights) for link in ("permits", "land", "utilities", "funds")}

    def _builder(self, draft: Draft) -> str:
        if draft.class_ == "urban":
            return f"云溪区{'城市建设投资' if draft.total > 10000 else '民生项目建设'}有限公司"
        return f"云澜市{draft.brand}{'科技' if draft.class_ == 'industry' else '商业发展'}有限公司"

    def _headquarters(self, draft: Draft) -> str:
        names: list[str] = self.data["headquarters"]
        return (
            names[{"industry": 0, "service": 1, "urban": 2}[draft.class_]]
            if draft.total >= WAN_PER_YI
            else names[3]
        )

    def _progress(self, draft: Draft) -> str:
        works: list[str] = self.data["works"][draft.class_]
        if draft.life.completed <= self.span.today:
            return "已竣工，办理竣工验收备案"
        return works[min(int(self._done(draft, self.span.today) * len(works)), len(works) - 1)]

    def _done(self, draft: Draft, day: datetime.date) -> float:
        whole = max((draft.life.completed - draft.life.started).days, 1)
        return min(max((day - draft.life.started).days / whole, 0.0), 1.0)

    def _note(self, stage: str, values: dict[str, Any]) -> str:
        if stage == "started":
            return f"开工认定：{values['start_evidence']}"
        if stage == "ended":
            return str(values["ended_because"])
        return ""

    def _by_month(self, draft: Draft) -> dict[datetime.date, Decimal]:
        """The total spread over the months of building: slow, fast, slow, and less in winter. 万元, whole."""
        months = draft.life.months()
        weights = [
            (math.sin(math.pi * (place + 0.5) / len(months)) + 0.35) * SEASON[month.month - 1]
            for place, month in enumerate(months)
        ]
        return {
            month: (draft.total * _decimal(weight / sum(weights))).quantize(Decimal(1))
            for month, weight in zip(months, weights, strict=True)
        }

    def _plans(self, draft: Draft, reached: dict[str, datetime.date]) -> Iterator[dict[str, Any]]:
        by_month = self._by_month(draft)
        if "early" not in reached or "ended" in reached:
            return
        for year in self.span.years:
            amount = sum((spent for month, spent in by_month.items() if month.year == year), Decimal(0))
            chance = Chance(self.seed, "project", draft.place, "plan", year)
            planned = (amount * _decimal(chance.uniform(0.91, 1.05)) / 10).quantize(Decimal(1)) * 10
            if planned:
                yield {"year": f"{year}", "amount": planned, "goal": _aim(draft.life, year)}

    def _invested(self, draft: Draft, reached: dict[str, datetime.date]) -> Iterator[dict[str, Any]]:
        """From the first year on, month by month up to the last one that has ended."""
        if "started" not in reached:
            return
        chance = Chance(self.seed, "project", draft.place, "invested")
        last = self.span.today.replace(day=1)
        for month, planned in self._by_month(draft).items():
            if not self.span.first_day <= month < last:
                continue
            amount = (planned * _decimal(draft.pace * chance.uniform(0.88, 1.16))).quantize(Decimal(1))
            statistical = (amount * _decimal(chance.uniform(0.78, 0.99))).quantize(Decimal(1))
            yield {
                "month": f"{month:%Y-%m}",
                "amount": amount,
                "statistical": statistical,
                "words": self._month_words(draft, month) if month.month % 3 == 0 else None,
            }

    def _month_words(self, draft: Draft, month: datetime.date) -> str:
        works: list[str] = self.data["works"][draft.class_]
        return works[min(int(self._done(draft, month) * len(works)), len(works) - 1)]

    def _blockers(self, draft: Draft, chance: Chance, stage: str) -> Iterator[dict[str, Any]]:
        if stage not in ("early", "started", "continued", "completed") or not chance.true(0.3):
            return
        today, day = self.span.today, datetime.timedelta(days=1)
        link = chance.choice(list(self.data["blockers"]))
        said = chance.choice(self.data["blockers"][link])
        opened = _not_after(
            draft.life.early + chance.randrange(20, 300) * day, today - chance.randrange(1, 25) * day
        )
        settle_by = workdays.on_or_after(opened + chance.randrange(15, 45) * day)
        settled = workdays.on_or_after(opened + chance.randrange(5, 60) * day)
        owner = self.roster.holder(said["owner"]) if said["owner"] else draft.subdistrict
        yield {
            "raised_on": opened,
            "problem": said["problem"],
            "wanted": said["wanted"],
            "link": link,
            "owner": owner.code,
            "settle_by": settle_by,
            "settled_on": settled if settled < today else None,
        }

    def _milestones(self, draft: Draft) -> Iterator[dict[str, Any]]:
        if draft.total < WAN_PER_YI:
            return
        life, chance = draft.life, Chance(self.seed, "project", draft.place, "milestones")
        build = life.completed - life.started
        days = [
            life.early, life.started - MONTH, life.started,
            life.started + build * 0.5, life.started + build * 0.8, life.completed,
        ]  # fmt: skip
        for name, planned in zip(self.data["milestones"], days, strict=True):
            done = planned + datetime.timedelta(days=chance.randrange(-10, 20))
            yield {"name": name, "planned_on": planned, "done_on": done if done <= self.span.today else None}


def _total(chance: Chance, kind: dict[str, Any]) -> Decimal:
    """万元, in steps of fifty; small projects are many and large ones few."""
    least, most = kind["least"], kind["most"]
    yi = least * (most / least) ** (chance.random() ** 1.7)
    return Decimal(round(yi * 200) * 50)


def _content(kind: dict[str, Any], total: Decimal, chance: Chance) -> str:
    yi = float(total) / WAN_PER_YI
    said: str = kind["content"].format(
        area=round(max(yi * chance.uniform(0.9, 1.8), 0.3), 1),
        lines=max(2, round(yi * 2)),
        land=max(12, round(yi * chance.uniform(9, 16))),
        output=round(yi * chance.uniform(1.1, 2.2), 1),
        lots=max(60, round(yi * 110)),
        length=round(max(0.6, yi * chance.uniform(0.8, 1.6)), 1),
        blocks=max(4, round(yi * 13)),
        homes=max(120, round(yi * 420)),
        classes=chance.choice((24, 30, 36, 48)),
        seats=chance.choice((1080, 1350, 1620, 2160)),
    )
    return said


def _area(chance: Chance, yi: Decimal, for_each: float) -> Decimal:
    """万平方米, for so many 亿元."""
    return (yi * _decimal(for_each * chance.uniform(0.7, 1.3))).quantize(Decimal("0.01"))


def _key_level(chance: Chance, total: Decimal) -> str | None:
    yi = float(total) / WAN_PER_YI
    if yi >= 5 and chance.true(0.3):
        return "provincial"
    if yi >= 2 and chance.true(0.4):
        return "municipal"
    return "district" if yi >= 1 and chance.true(0.6) else None


def _aim(life: Life, year: int) -> str:
    if life.completed.year == year:
        return "竣工验收，具备投用条件"
    if life.started.year == year:
        return (
            "上半年完成手续办理，年内开工建设" if life.started.month > 6 else "一季度开工，年底形成形象进度"
        )
    return "主体施工，完成年度投资计划"


def _next_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def _not_after(day: datetime.date, latest: datetime.date) -> datetime.date:
    return min(day, latest)


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))
