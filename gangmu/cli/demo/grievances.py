"""Grievances in both lanes: community first, some escalated, hard cases under a leader; petitioners are fictional."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.chronicle import Event, Told
from gangmu.cli.demo.places import Places
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.supervision import diligence
from gangmu.cli.demo.units import Roster, Unit, names
from gangmu.cli.demo.wording import by_weight, filled
from gangmu.records import workdays

COUNT = 2200
DAY = datetime.timedelta(days=1)
HOTLINE, PETITION = "hotline", "petition"
LEVELS = ("community", "subdistrict", "department", "district", "above")
PETITION_DAYS, HOTLINE_WORKDAYS = 60, 5
SHARE_OF_HARD = 0.022


@dataclass(frozen=True, slots=True)
class Draft:
    place: int
    lane: str
    hard: bool
    matter: Mapping[str, Any]
    subdistrict: Unit
    level: str
    received: datetime.date


def grievances(seed: str, span: Span, roster: Roster, count: int = COUNT) -> list[Told]:
    """The cases, numbered by the year they were received."""
    writer = _Writer(seed, span, roster)
    drafts = sorted((writer.draft(place, count) for place in range(count)), key=lambda draft: draft.received)
    numbers: Counter[int] = Counter()
    told = []
    for draft in drafts:
        numbers[draft.received.year] += 1
        told.append(writer.told(draft, f"SQ-{draft.received.year}-{numbers[draft.received.year]:05}"))
    return told


class _Writer:
    def __init__(self, seed: str, span: Span, roster: Roster) -> None:
        self.seed, self.span, self.roster = seed, span, roster
        self.data = data_files.read("grievances")
        self.names = names(Chance(seed, "petitioners"))
        sizes = Chance(seed, "grievances", "subdistricts")
        self.pull = {unit: sizes.uniform(0.6, 1.6) for unit in roster.subdistricts}
        self.lazy = {unit.code: 1 - diligence(seed, unit) for unit in roster.units}

    def draft(self, place: int, count: int) -> Draft:
        chance = Chance(self.seed, "grievance", place)
        days = (self.span.today - self.span.first_day).days
        received = min(
            self.span.first_day + DAY * round(days * place / count) + DAY * chance.randrange(3),
            self.span.today,
        )
        hard = chance.true(SHARE_OF_HARD)
        lane = PETITION if hard or chance.true(0.2) else HOTLINE
        if lane == PETITION:
            received = _back_to_workday(received)
        matter = (
            chance.choice(self.data["hard"])
            if hard
            else by_weight(self.data["matters"], "topic", self.data["weights"], chance)
        )
        level = "district" if hard else chance.weighted(_levels(lane))
        return Draft(place, lane, hard, matter, chance.weighted(self.pull), level, received)

    def told(self, draft: Draft, number: str) -> Told:
        chance = Chance(self.seed, "grievance", draft.place, "told")
        unit = draft.subdistrict if draft.level in LEVELS[:2] else self.roster.holder(draft.matter["by"])
        story = _Story(self, draft, unit, chance)
        story.tell()
        place = Places(chance)
        community, estate = place.community(draft.subdistrict), place.estate(draft.subdistrict)
        more = {"community": community, "estate": estate, "n": chance.randrange(2, 9)}
        repeated = chance.true(0.07)
        values: dict[str, Any] = {
            "lane": draft.lane,
            "channel": chance.weighted(_channels(draft.lane)),
            "upper_number": f"{'YL12345' if draft.lane == HOTLINE else 'XF4101'}-{draft.received:%Y%m%d}-{chance.randrange(1000, 9999)}",
            "received_on": draft.received,
            "petitioner": next(self.names),
            "phone": f"199{chance.randrange(10**7, 10**8)}",
            "address": f"{draft.subdistrict.short}{estate}{chance.randrange(1, 30)}号楼{chance.randrange(1, 5)}单元{chance.randrange(1, 18)}0{chance.randrange(1, 5)}室",
            "topic": draft.matter["topic"],
            "content": filled(draft.matter["content"], chance, draft.subdistrict, draft.received, more),
            "repeat": "repeated" if repeated else "first",
            "people": chance.randrange(8, 160)
            if draft.hard
            else chance.weighted({1: 0.85, 2: 0.08, 5: 0.05, 12: 0.02}),
            "community": f"{community}社区",
            "subdistrict": draft.subdistrict.code,
            "level": draft.level,
            "due_on": story.due,
            "accept_by": draft.received + DAY * 15 if draft.lane == PETITION else None,
            "extended": bool(story.extended) or None,
            "leader_case": True if draft.hard else None,
            "leader": self.roster.leader(unit) if draft.hard else None,
        }
        title = filled(draft.matter["title"], chance, draft.subdistrict, draft.received, more)
        if story.closed:
            values["result"] = filled(draft.matter["result"], chance, draft.subdistrict, draft.received, more)
            values["satisfaction"] = story.satisfaction
            values["three_in_place"] = (
                chance.weighted({"solved": 0.82, "explained": 0.12, "helped": 0.06})
                if draft.lane == PETITION
                else None
            )
        return Told(number, title, unit.code, values, story.events, story.lines)


class _Story:
    """One case from its registration to its end, as far as today."""

    def __init__(self, writer: _Writer, draft: Draft, unit: Unit, chance: Chance) -> None:
        self.writer, self.draft, self.unit, self.chance = writer, draft, unit, chance
        self.data, self.today = writer.data, writer.span.today
        self.lazy = writer.lazy[unit.code]
        self.events: list[Event] = []
        self.lines: dict[str, list[dict[str, Any]]] = {"replies": [], "visits": [], "escalations": []}
        self.extended = False
        self.satisfaction: str | None = None
        self.due = (
            draft.received + DAY * PETITION_DAYS
            if draft.lane == PETITION
            else workdays.add_workdays(draft.received, HOTLINE_WORKDAYS)
        )

    @property
    def closed(self) -> bool:
        return any(event.stage == "closed" for event in self.events)

    def tell(self) -> None:
        if self.draft.lane == HOTLINE:
            self._hotline()
        else:
            self._petition()
        self._escalate()

    def _hotline(self) -> None:
        received, chance = self.draft.received, self.chance
        self._reach("registered", received)
        self._reach("dispatched", received)
        day = received
        if chance.true(0.03) and workdays.add_workdays(received, 1) <= self.today:
            day = workdays.add_workdays(received, 1)
            self._reach("returned", day, chance.choice(self.data["returned"]))
            self._reach("dispatched", day)
        accepted = workdays.on_or_after(day + DAY * chance.randrange(0, 2))
        self._reach("accepted", accepted)
        self._reach("handling", accepted)
        if self._late():
            done = workdays.add_workdays(self.due, chance.randrange(1, 6))
        else:
            done = max(workdays.add_workdays(received, chance.randrange(1, 6)), accepted)
        self._close(done, "hotline", chance.choice(self.data["hotline_answer"]))

    def _petition(self) -> None:
        received, chance = self.draft.received, self.chance
        self._reach("registered", received)
        accepted = workdays.on_or_after(received + DAY * chance.randrange(2, 13))
        if chance.true(0.02):
            self._reach("declined", accepted, "不属于信访受理范围，已书面告知")
            self._reply(accepted, "refusal", "已书面告知不予受理的理由和救济途径。")
            return
        self.due = accepted + DAY * PETITION_DAYS
        self._reach("accepted", accepted)
        self._reply(accepted, "acceptance", "已书面告知受理。")
        self._reach("handling", workdays.on_or_after(accepted + DAY))
        if self.draft.hard and chance.true(0.6):
            self._extend()
        days = (self.due - accepted).days
        done = workdays.on_or_after(accepted + DAY * chance.randrange(days // 3, days - 3))
        if self._late():
            done = workdays.on_or_after(self.due + DAY * chance.randrange(2, 25))
        if self.draft.hard and chance.true(0.12):
            done = self.today + DAY  # some hard cases stay open
        self._close(done, "opinion", "已送达处理意见书。")
        if self.closed and chance.true(0.03):
            self._reach("review", workdays.on_or_after(done + DAY * 20), self.data["review"][0])

    def _extend(self) -> None:
        asked = workdays.add_workdays(self.due, -4)
        if asked <= self.today:
            self.extended = True
            self.due += DAY * 30
            self._reply(asked, "extension", "情况复杂，经批准延长办理期限三十日。")

    def _late(self) -> bool:
        return self.chance.true(0.004 + 0.25 * self.lazy)

    def _close(self, done: datetime.date, paper: str, words: str) -> None:
        if done > self.today:
            return
        self._reach("closed", done)
        self._reply(done, paper, words)
        asked = workdays.add_workdays(done, self.chance.randrange(1, 4))
        if asked > self.today or self.chance.true(0.08):
            return
        happy = 0.965 - 0.8 * self.lazy - (0.2 if self.draft.hard else 0)
        self.satisfaction = self.chance.weighted(
            {"satisfied": happy, "acceptable": (1 - happy) * 0.65, "dissatisfied": (1 - happy) * 0.35}
        )
        words_by = dict(zip(("satisfied", "acceptable", "dissatisfied"), self.data["followup"], strict=True))
        self.lines["visits"].append(
            {"visited_on": asked, "satisfaction": self.satisfaction, "words": words_by[self.satisfaction]}
        )
        if self.satisfaction == "dissatisfied" and self.draft.lane == HOTLINE and self.chance.true(0.6):
            self._again(asked)

    def _again(self, asked: datetime.date) -> None:
        self._reach("redone", asked, self.data["redone"][0])
        again = workdays.add_workdays(asked, 3)
        if again <= self.today:
            self._reach("closed", again)
            self._reply(again, "hotline", "重新办理后再次答复诉求人。")

    def _escalate(self) -> None:
        """Each level above the community is reached by a step of its own."""
        day = self.draft.received
        for level in LEVELS[1 : LEVELS.index(self.draft.level) + 1]:
            day = workdays.on_or_after(day + DAY)
            if day <= self.today:
                because = self.chance.choice(self.data["because"])
                self.lines["escalations"].append({"moved_on": day, "to_level": level, "because": because})

    def _reply(self, day: datetime.date, paper: str, words: str) -> None:
        if day <= self.today:
            number = None if paper == "hotline" else f"云信〔{day.year}〕{self.chance.randrange(10, 900)}号"
            self.lines["replies"].append({"replied_on": day, "kind": paper, "number": number, "words": words})

    def _reach(self, stage: str, day: datetime.date, note: str = "") -> None:
        if day <= self.today and (not self.events or day >= self.events[-1].on):
            self.events.append(Event(stage, day, note))


def _levels(lane: str) -> dict[str, float]:
    if lane == HOTLINE:
        return {"community": 0.62, "subdistrict": 0.2, "department": 0.17, "district": 0.01}
    return {"community": 0.4, "subdistrict": 0.27, "department": 0.25, "district": 0.07, "above": 0.01}


def _channels(lane: str) -> dict[str, float]:
    if lane == HOTLINE:
        return {"phone": 0.78, "online": 0.22}
    return {"visit": 0.36, "online": 0.28, "reception_day": 0.16, "letter": 0.12, "transferred": 0.08}


def _back_to_workday(day: datetime.date) -> datetime.date:
    return workdays.add_workdays(day + DAY, -1)
