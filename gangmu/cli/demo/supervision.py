"""Supervision items: from draft to archive, with replies, signatures, returns, urgings and what is overdue today."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.chronicle import Event, Told
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import DEPUTY_POST, Roster, Unit
from gangmu.cli.demo.wording import filled
from gangmu.drive.rhythm import next_reply_on
from gangmu.records import workdays

COUNT = 700
DAY = datetime.timedelta(days=1)
RECENT, RECENT_DAYS = 0.11, 80 * DAY
"""The share of the items that is raised in the last weeks, with time to go: what is alive today."""
INSTRUCTING = ("L01", "L02")
"""Whose instructions the office follows up: the district's first two leaders."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An item before it has a number: what it is about, who leads it, when it was raised and assigned, and its day."""

    place: int
    title: str
    matter: dict[str, Any]
    project: Told | None
    unit: Unit
    subdistrict: Unit
    source: str
    raised: datetime.date
    assigned: datetime.date
    due: datetime.date
    rhythm: str


def items(seed: str, span: Span, roster: Roster, projects: Sequence[Told], count: int = COUNT) -> list[Told]:
    """The items, numbered by the year they were raised; those of this week are among them."""
    writer = _Writer(seed, span, roster, projects)
    drafts = sorted((writer.draft(place, count) for place in range(count)), key=lambda draft: draft.raised)
    numbers: Counter[int] = Counter()
    told = []
    for draft in drafts:
        numbers[draft.raised.year] += 1
        told.append(writer.told(draft, f"DC-{draft.raised.year}-{numbers[draft.raised.year]:04}"))
    return told


def diligence(seed: str, unit: Unit) -> float:
    """How much of its work a unit does in time, and does well: what its scores come from. 0.8 to 1."""
    return 1 - Chance(seed, "diligence", unit.code).random() ** 2 * 0.2


class _Writer:
    def __init__(self, seed: str, span: Span, roster: Roster, projects: Sequence[Told]) -> None:
        self.seed, self.span, self.roster = seed, span, roster
        self.data = data_files.read("supervision")
        self.projects = [told for told in projects if told.stage in ("early", "started", "continued")]
        self.lazy = {unit.code: 1 - diligence(seed, unit) for unit in roster.units}
        self.taken: set[str] = set()

    def draft(self, place: int, count: int) -> Draft:
        chance = Chance(self.seed, "item", place)
        recent = place >= count * (1 - RECENT)
        first = self.span.today - RECENT_DAYS if recent else self.span.first_day
        raised = _workday_near(chance.day_between(first, self.span.today), self.span.today)
        assigned = workdays.add_workdays(raised, chance.randrange(4))
        source = chance.weighted(self.data["recent_sources" if recent else "sources"])
        rhythm = self._rhythm(source, chance)
        due = assigned + DAY * self.data["limits"][source]
        about = self._about(place, raised)
        return Draft(place, *about, source=source, raised=raised, assigned=assigned, due=due, rhythm=rhythm)

    def _about(
        self, place: int, raised: datetime.date
    ) -> tuple[str, dict[str, Any], Told | None, Unit, Unit]:
        """Title, matter, project, lead unit and subdistrict; drawn again while another item has that title."""
        for attempt in itertools.count():
            chance = Chance(self.seed, "item", place, "about", attempt)
            matter, subdistrict = chance.choice(self.data["matters"]), chance.choice(self.roster.subdistricts)
            said = matter["what"]
            project = chance.choice(self.projects) if self.projects and "{name}" in said else None
            more = {
                "name": f"“{project.title}”" if project else "",
                "topic_business": chance.choice(self.data["topic_business"]),
            }
            # A standing task comes back every quarter.
            what = said if "{" in said else f"{{year}}年{{quarter}}{said}"
            title = filled(what, chance, subdistrict, raised, more)
            if title not in self.taken:
                break
        self.taken.add(title)
        unit = subdistrict if matter["by"] == "JD" else self.roster.holder(matter["by"])
        return title, matter, project, unit, subdistrict

    def told(self, draft: Draft, number: str) -> Told:
        chance = Chance(self.seed, "item", draft.place, "told")
        events, lines = self._history(draft, chance)
        standing = events[-1].stage
        reached = {event.stage for event in events}
        values: dict[str, Any] = {
            "source": draft.source,
            "source_ref": filled(
                self.data["refs"][draft.source],
                chance,
                draft.subdistrict,
                draft.raised,
                {"n": chance.randrange(1, self.data["ref_numbers"].get(draft.source, 1) + 1)},
            ),
            "instruction_by": chance.choice(INSTRUCTING) if draft.source.startswith("instruction") else None,
            "content": draft.matter["ask"],
            "supporting": self._supporting(draft, chance),
            "responsible_leader": self.roster.leader(draft.unit),
            "rhythm": draft.rhythm,
            "raised_on": draft.raised,
            "due_on": self._due(draft, lines) if "assigned" in reached else None,
            "signature_level": chance.weighted({"deputy": 0.5, "head": 0.42, "leader": 0.08}),
            "project": draft.project.number if draft.project else None,
            "progress": self._progress(standing, lines),
        }
        if reached & {"closed", "long_term"}:
            values["conclusion"] = chance.choice(self.data["finished"])
        if reached & {"reassigned", "returned"}:
            values["returned_because"] = next(e.note for e in events if e.stage in ("reassigned", "returned"))
        return Told(number, draft.title, draft.unit.code, values, events, lines)

    def _history(self, draft: Draft, chance: Chance) -> tuple[list[Event], dict[str, list[dict[str, Any]]]]:
        """The stages up to today and the lines written on the way."""
        story = _Story(self, draft, chance)
        story.begin()
        if story.assigned:
            story.handle()
        return story.events, story.lines

    def _supporting(self, draft: Draft, chance: Chance) -> list[str]:
        others = [unit for unit in self.roster.assessed if unit is not draft.unit]
        wanted = [draft.subdistrict] if draft.subdistrict is not draft.unit else []
        wanted += chance.sample(others, chance.randrange(0, 3))
        return list(dict.fromkeys(unit.code for unit in wanted))

    def _rhythm(self, source: str, chance: Chance) -> str:
        if self.data["limits"][source] <= 20:
            return chance.weighted({"weekly": 0.25, "milestones": 0.75})
        return chance.weighted({"monthly": 0.55, "ten_days": 0.25, "milestones": 0.2})

    def _due(self, draft: Draft, lines: dict[str, list[dict[str, Any]]]) -> datetime.date:
        granted = [line["new_due_on"] for line in lines["extensions"] if line["new_due_on"]]
        day: datetime.date = granted[-1] if granted else draft.due
        return day

    def _progress(self, stage: str, lines: dict[str, list[dict[str, Any]]]) -> int | None:
        if stage in ("closed", "struck_off", "archived"):
            return 100
        said = [line["progress"] for line in lines["replies"]]
        return said[-1] if said else None


class _Story:
    """One item as it goes through its stages; nothing happens after today."""

    def __init__(self, writer: _Writer, draft: Draft, chance: Chance) -> None:
        self.writer, self.draft, self.chance = writer, draft, chance
        self.today, self.data = writer.span.today, writer.data
        self.events: list[Event] = []
        self.lines: dict[str, list[dict[str, Any]]] = {"replies": [], "extensions": [], "urgings": []}

    @property
    def assigned(self) -> bool:
        return self.events[-1].stage == "assigned"

    def begin(self) -> None:
        draft = self.draft
        approved = min(workdays.on_or_after(draft.raised + DAY), draft.assigned)
        self._reach("drafted", draft.raised)
        self._reach("approved", approved)
        self._reach("assigned", draft.assigned)
        if self.assigned and self.chance.true(0.03):
            again = workdays.add_workdays(draft.assigned, 1)
            if workdays.add_workdays(again, 1) <= self.today:
                self._reach("reassigned", again, self.data["reassigned"][0])
                self._reach("assigned", workdays.add_workdays(again, 1))

    def handle(self) -> None:
        accepted = workdays.add_workdays(self.events[-1].on, 1)
        self._reach("accepted", accepted)
        self._reach("handling", workdays.add_workdays(accepted, 1))
        if self.events[-1].stage != "handling":
            return
        finish, due = self._finish()
        finish = max(finish, self.events[-1].on)
        days = (
            self._reply_days(accepted, finish) if finish <= self.today else self._rhythm_days(accepted, due)
        )
        for day, progress in days:
            self._reply(day, progress)
        self._urge(due, finish)
        if self.chance.true(0.025) and self.draft.source in ("work_report", "upper_assessment", "document"):
            self._keep_up()
        elif finish <= self.today:
            self._close(finish)
        else:
            self._under_way()

    def _finish(self) -> tuple[datetime.date, datetime.date]:
        """When it will be done, and by when it should: mostly a little before, sometimes late, rarely extended."""
        recent = self.draft.due > self.today - 20 * DAY
        late = self.chance.true((0.55 if recent else 0.015) + 0.6 * self.writer.lazy[self.draft.unit.code])
        due = self.draft.due
        whole = max((due - self.draft.assigned).days, 2)
        if self.chance.true(0.05) and whole > 25:
            due = self._extend(due)
        if late:
            return workdays.on_or_after(
                due + DAY * self.chance.randrange(6 if recent else 2, 30 if recent else 15)
            ), due
        ahead = due - DAY * self.chance.randrange(0, max(whole // 3, 1))
        earliest = workdays.add_workdays(self.events[-1].on, 2)
        return max(workdays.add_workdays(ahead + DAY, -1), min(earliest, due)), due

    def _extend(self, due: datetime.date) -> datetime.date:
        asked = workdays.add_workdays(due, -self.chance.randrange(2, 6))
        if asked > self.today:
            return due
        days = self.chance.choice((10, 15, 20, 30))
        granted = workdays.add_workdays(asked, 1)
        new_due = due + DAY * days
        self.lines["extensions"].append({
            "asked_on": asked, "days": days, "because": self.chance.choice(self.data["difficulty"]),
            "granted_by": "目标办负责人" if granted <= self.today else None,
            "granted_on": granted if granted <= self.today else None,
            "new_due_on": new_due if granted <= self.today else None,
        })  # fmt: skip
        return new_due if granted <= self.today else due

    def _reply_days(self, first: datetime.date, finish: datetime.date) -> list[tuple[datetime.date, int]]:
        """A beginning, one or two steps, and the end: as many replies as the time is long."""
        whole = (finish - first).days
        steps = 1 if whole < 12 else 2 if whole < 50 else 3
        days = [
            (workdays.on_or_after(first + DAY * (whole * step // steps)), 100 * step // steps)
            for step in range(1, steps + 1)
        ]
        return [(min(day, finish), progress) for day, progress in days if min(day, finish) <= self.today]

    def _rhythm_days(self, first: datetime.date, due: datetime.date) -> list[tuple[datetime.date, int]]:
        """The replies of an item under way: in its rhythm up to today, but for a last one that some have missed."""
        whole, day = max((due - first).days, 1), first
        found: list[tuple[datetime.date, int]] = []
        while (following := next_reply_on(self.draft.rhythm, day, due)) and day < following <= self.today:
            day = following
            found.append((day, min(95, 100 * (day - first).days // whole)))
        return found[:-1] if self.chance.true(0.12) else found

    def _reply(self, day: datetime.date, progress: int) -> None:
        roster, unit, chance = self.writer.roster, self.draft.unit, self.chance
        said = (
            self.data["finished"]
            if progress == 100
            else self.data["middle"]
            if progress > 40
            else self.data["started"]
        )
        text = chance.choice(said).format(
            progress=progress, part=chance.choice(self.data["parts"]), people=chance.randrange(20, 300)
        )
        signer = roster.head(unit) if progress == 100 else roster.on_post(unit, DEPUTY_POST)
        self.lines["replies"].append({
            "replied_on": day, "unit": unit.code, "text": text, "progress": progress,
            "next_step": chance.choice(self.data["next"]) if progress < 100 else None,
            "difficulty": chance.choice(self.data["difficulty"]) if progress < 100 and chance.true(0.15) else None,
            "written_by": roster.liaison(unit).name, "signed_by": signer.name, "signed_on": day,
            "verdict": "accepted", "verdict_words": None,
        })  # fmt: skip

    def _close(self, finish: datetime.date) -> None:
        """The last reply, its review, sometimes returned once, then closed, struck off and archived."""
        self._reach("replied", finish)
        if self.chance.true(0.25 * self.writer.lazy[self.draft.unit.code] + 0.02):
            self._returned_once(finish)
        closed = self.events[-1].on
        self._reach("reviewed", closed)
        self._reach("closed", closed)
        self._reach("struck_off", workdays.add_workdays(closed, self.chance.randrange(3, 15)))
        if self.events[-1].stage == "struck_off":
            self._reach("archived", workdays.add_workdays(self.events[-1].on, self.chance.randrange(5, 30)))

    def _returned_once(self, finish: datetime.date) -> None:
        reason = self.chance.choice(self.data["returned"])
        last = self.lines["replies"][-1]
        last["verdict"], last["verdict_words"], last["progress"] = "returned", reason, 90
        self._reach("returned", workdays.add_workdays(finish, 1), reason)
        again = workdays.add_workdays(finish, 3)
        if again <= self.today and self.events[-1].stage == "returned":
            self._reach("replied", again)
            self._reply(again, 100)

    def _keep_up(self) -> None:
        day = workdays.on_or_after(min(self.draft.due, self.today - DAY * 3))
        if day <= self.today and day >= self.events[-1].on:
            for stage in ("replied", "reviewed", "long_term"):
                self._reach(stage, day)

    def _urge(self, due: datetime.date, finish: datetime.date) -> None:
        """Urged when its day is near, and higher up when it has passed."""
        if finish <= due:
            return
        words = self.data["urging"]
        for offset, level, text in (
            (-3, "liaison", words[0]),
            (1, "deputy", words[1]),
            (6, "head", words[2]),
        ):
            day = workdays.on_or_after(due + DAY * offset)
            if self.events[-1].on <= day <= min(self.today, finish):
                self.lines["urgings"].append({"urged_on": day, "level": level, "words": text})

    def _under_way(self) -> None:
        """Still open: some wait for the review, some for the head's signature, some were returned."""
        if not self.lines["replies"]:
            return
        last = self.lines["replies"][-1]
        day = max(last["replied_on"], self.events[-1].on)
        fate = self.chance.weighted(
            {"with the unit": 0.5, "replied": 0.22, "unsigned": 0.18, "returned": 0.1}
        )
        if fate == "unsigned":
            last["signed_by"] = last["signed_on"] = last["verdict"] = None
        elif fate == "replied":
            self._reach("replied", day)
            last["verdict"] = None
        elif fate == "returned" and workdays.add_workdays(day, 1) <= self.today:
            reason = self.chance.choice(self.data["returned"])
            self._reach("replied", day)
            self._reach("returned", workdays.add_workdays(day, 1), reason)
            last["verdict"], last["verdict_words"] = "returned", reason

    def _reach(self, stage: str, day: datetime.date, note: str = "") -> None:
        """The stage, unless its day has not come or an earlier one has not been reached."""
        if day > self.today or (
            self.events and self.events[-1].stage == "handling" and day < self.events[-1].on
        ):
            return
        self.events.append(Event(stage, day, note))


def _workday_near(day: datetime.date, today: datetime.date) -> datetime.date:
    """The day itself or the next working day; the last one before today's end when that would lie ahead."""
    forward = workdays.on_or_after(day)
    return forward if forward <= today else workdays.add_workdays(today + DAY, -1)
