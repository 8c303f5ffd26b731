"""The goal book (目标册): one door for every write of goals and shares, and for the targets they set.

A row is given and told to the log as its *content*: plain values, other rows by their codes. A row whose content
changes is superseded, one that is taken out ends; nothing is written over.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from gangmu.figures.arithmetic import plain
from gangmu.figures.models import Observation, Scenario, Vintage
from gangmu.figures.observations import KEPT as OBSERVED
from gangmu.figures.observations import Reported, observe, withdraw
from gangmu.goals.models import Goal, Kind, Share
from gangmu.org.models import Person, Post, Unit
from gangmu.problems import Text, refuse
from gangmu.records.appended import Keeping
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch

Content = dict[str, Any]
Row = Goal | Share

GOAL, SHARE = "goal", "goal_share"
GOAL_FIELDS = (
    *("code", "period", "parent", "order", "name", "name_en", "kind", "figure", "measure", "target"),
    *("compare_with", "floor", "stretch", "direction", "owner", "person", "source"),
    *("what", "how", "assessed", "rewarded", "done_on"),
)
SHARE_FIELDS = ("goal", "unit", "post", "person", "target", "share", "note", "order")
_RELATED: Mapping[str, tuple[str, ...]] = {
    GOAL: ("owner", "person"),
    SHARE: ("unit", "post__unit", "person"),
}
_COLUMN: Mapping[str, str] = {"parent": "parent_key", "goal": "goal_key"}
"""Content → column, where a row names a goal: by its key, which outlives the goal's rows."""
EMPTY_GOAL: Mapping[str, Any] = {
    name: {"order": 0, "parent": None, "person": None, "target": None, "floor": None, "stretch": None, "done_on": None}.get(name, "")
    for name in GOAL_FIELDS
}  # fmt: skip


def key_of(kind: str, content: Mapping[str, Any]) -> str:
    """`2026/1.2` for a goal; `2026/1.2/U07/U07:综合岗/P11` for a share."""
    if kind == GOAL:
        return f"{content['period']}/{content['code']}"
    return "/".join(str(content[name] or "") for name in ("goal", "unit", "post", "person"))


def content_of(row: Row) -> Content:
    """A row as plain values: decimals as text, days in ISO form, other rows by their keys."""
    fields = GOAL_FIELDS if isinstance(row, Goal) else SHARE_FIELDS
    return {name: _plain(getattr(row, _COLUMN.get(name, name))) for name in fields}


def _detail(row: Row) -> dict[str, Any]:
    return {"content": content_of(row)}


KEPT: Mapping[str, Keeping[Any]] = {
    GOAL: Keeping(
        Goal,
        GOAL,
        GOAL,
        Text("目标", "goals"),
        ("period", "code"),
        (
            *(
                "parent_key",
                "order",
                "name",
                "name_en",
                "kind",
                "figure",
                "measure",
                "target",
                "compare_with",
            ),
            *("floor", "stretch", "direction", "owner_id", "person_id", "source"),
            *("what", "how", "assessed", "rewarded", "done_on"),
        ),
        lambda row: key_of(GOAL, content_of(row)),
        _detail,
    ),
    SHARE: Keeping(
        Share,
        SHARE,
        SHARE,
        Text("目标分解", "shares of goals"),
        ("goal_key", "unit_id", "post_id", "person_id"),
        ("target", "share", "note", "order"),
        lambda row: key_of(SHARE, content_of(row)),
        _detail,
    ),
}


@dataclass(slots=True)
class Writing:
    """A run of writes by one actor, in the caller's transaction; `finish` writes the rows, the log and the targets."""

    actor: Actor
    batch: ImportBatch | None = None
    reason: str = ""
    _stood: dict[str, dict[str, Row]] = field(default_factory=dict)
    _wanted: dict[str, dict[str, Row]] = field(default_factory=dict)
    _codes: dict[type[models.Model], dict[str, models.Model]] = field(default_factory=dict)

    def put(self, kind: str, content: Content) -> str:
        """Create or change the row of that key: `created`, `changed` or `unchanged`."""
        key = key_of(kind, content)
        old = self.rows(kind).get(key)
        if old is not None and content_of(old) == content:
            return "unchanged"
        values = {_COLUMN.get(name, name): self._value(name, value) for name, value in content.items()}
        self.rows(kind)[key] = KEPT[kind].model(**values)
        return "created" if old is None else "changed"

    def remove(self, kind: str, key: str) -> None:
        self.rows(kind).pop(key, None)

    def rows(self, kind: str) -> dict[str, Row]:
        """The rows of a kind by key as they are to stand, read once."""
        if kind not in self._wanted:
            self._stood[kind] = standing(kind)
            self._wanted[kind] = dict(self._stood[kind])
        return self._wanted[kind]

    def shares_of(self, goal_key: str) -> dict[str, Row]:
        return {
            key: row
            for key, row in self.rows(SHARE).items()
            if isinstance(row, Share) and row.goal_key == goal_key
        }

    def finish(self) -> None:
        """Write what differs from what stood, and the targets of the goals touched down into the figures."""
        touched = {goal_key for kind in (GOAL, SHARE) for goal_key in self._write(kind)}
        _refuse_loose_ends(self.rows(GOAL).values(), self.rows(SHARE).values())
        _set_targets(self.rows(GOAL).values(), self.rows(SHARE).values(), touched, self.actor)

    def _write(self, kind: str) -> set[str]:
        """One row at most begins and one ends for each key, however often it was put; the goals concerned."""
        wanted, stood = self.rows(kind), self._stood[kind]
        new = [
            (row, stood.get(key))
            for key, row in wanted.items()
            if key not in stood or content_of(row) != content_of(stood[key])
        ]
        ended = [row for key, row in stood.items() if key not in wanted]
        KEPT[kind].change(new, ended, self.actor, self.batch, self.reason)
        self._wanted[kind] = {key: stood.get(key, row) for key, row in wanted.items()} | {
            KEPT[kind].name(row): row for row, _ in new
        }
        self._stood[kind] = dict(self._wanted[kind])
        return {_goal_key(row) for row in (*(row for row, _ in new), *ended)}

    def _value(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in ("owner", "unit"):
            return self._by_code(Unit)[value]
        if name == "person":
            return self._by_code(Person)[value]
        if name == "post":
            return self._by_code(Post)[value]
        if name in ("target", "floor", "stretch", "share"):
            return Decimal(value)
        return datetime.date.fromisoformat(value) if name == "done_on" else value

    def _by_code(self, model: type[models.Model]) -> dict[str, models.Model]:
        if model not in self._codes:
            rows = Post.objects.select_related("unit") if model is Post else model._default_manager.all()
            self._codes[model] = {_plain(row): row for row in rows}
        return self._codes[model]


def _refuse_loose_ends(goals: Iterable[Row], shares: Iterable[Row]) -> None:
    """A goal cannot go while parts hang from it or shares name it: no key may lead nowhere."""
    known = {_goal_key(goal) for goal in goals}
    loose = [goal for goal in goals if isinstance(goal, Goal) and (goal.parent_key or goal.key) not in known]
    named = [_goal_key(share) for share in shares if _goal_key(share) not in known]
    gone = sorted({*named, *(goal.parent_key for goal in loose if goal.parent_key)})
    if gone:
        raise refuse(
            "goal.still_named",
            f"目标 {'、'.join(gone)} 还有下级目标或分解",
            f"goals hang from, or shares name, {', '.join(gone)}",
            "请先撤销后来的导入，或先改下级目标和分解",
            "undo the later import first, or change those goals and shares",
        )


def _set_targets(goals: Iterable[Row], shares: Iterable[Row], keys: set[str], actor: Actor) -> None:
    """Write the targets of the goals of `keys` down into the figures as observations of scenario *target*: the
    district's, and each unit's by its shares. What they no longer set is withdrawn.

    The observations carry no batch: undoing an import puts the goals back, and they their targets.
    """
    by_goal: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        if isinstance(share, Share):
            by_goal[share.goal_key].append(share)
    touched = [goal for goal in goals if isinstance(goal, Goal) and goal.key in keys]
    reported = {row.key: row for goal in touched for row in _targets(goal, by_goal[goal.key])}
    sources = [_source(key) for key in keys]
    aims = Observation.objects.known_at(None).filter(scenario=Scenario.TARGET, source__in=sources)
    withdraw([row for row in aims if OBSERVED.key(row) not in reported], actor, "目标已变更")
    observe(reported.values(), actor)


def _targets(goal: Goal, shares: Sequence[Share]) -> Iterator[Reported]:
    if not goal.figure or goal.kind == Kind.HIGHER_THAN:
        return
    own = goal.floor if goal.kind == Kind.RANK and goal.target is None else goal.target
    if own is not None:
        yield _reported(goal, own, None)
    by_unit: dict[int, Decimal] = {}
    for share in shares:
        of_unit_itself = share.post_id is None and share.person_id is None
        if share.target is None or (not of_unit_itself and _has_own_row(shares, share)):
            continue
        by_unit[share.unit_id] = by_unit.get(share.unit_id, Decimal(0)) + share.target
    for unit_id, target in by_unit.items():
        yield _reported(goal, target, unit_id)


def _has_own_row(shares: Sequence[Share], part: Share) -> bool:
    """Whether the unit of a post's share has a row of its own: the post's part lies within it."""
    return any(s.unit_id == part.unit_id and s.post_id is None and s.person_id is None for s in shares)


def _reported(goal: Goal, target: Decimal, unit_id: int | None) -> Reported:
    return Reported(
        figure=goal.figure,
        period=goal.period,
        value=target,
        measure=goal.measure,
        unit_id=unit_id,
        scenario=Scenario.TARGET.value,
        vintage=Vintage.FINAL.value,
        source=_source(goal.key),
    )


def _source(goal_key: str) -> str:
    return f"目标 {goal_key}"


def _goal_key(row: Row) -> str:
    """The key of a goal, or of the goal that a share is of."""
    return row.key if isinstance(row, Goal) else row.goal_key


@transaction.atomic
def reach(goal: Goal, on: datetime.date, actor: Actor, reason: str = "") -> Row:
    """Record the day a milestone was reached; the row that stands from now on."""
    writing = Writing(actor, reason=reason)
    writing.put(GOAL, {**content_of(goal), "done_on": on.isoformat()})
    writing.finish()
    return writing.rows(GOAL)[goal.key]


@transaction.atomic
def take_back(kind: str, batch: ImportBatch, actor: Actor) -> int:
    """Take back what a batch did to the rows of a kind, by new rows; how many. Their targets follow.

    InputRefused when rows were changed again after the batch, or when others hang from what it made.
    """
    taken = KEPT[kind].take_back(batch, actor, f"撤销第 {batch.pk} 次导入")
    goals, shares = standing(GOAL).values(), standing(SHARE).values()
    _refuse_loose_ends(goals, shares)
    _set_targets(goals, shares, {_goal_key(row) for row in taken}, actor)
    return len(taken)


def standing(kind: str, as_of: datetime.datetime | None = None) -> dict[str, Row]:
    """The rows of a kind by key, as they stood on record at a moment; None: as they stand now."""
    rows = KEPT[kind].model.objects.known_at(as_of).select_related(*_RELATED[kind]).order_by("pk")
    return {key_of(kind, content_of(row)): row for row in rows}


def _plain(value: Any) -> Any:
    match value:
        case Unit() | Person():
            return value.code
        case Post():
            return f"{value.unit.code}:{value.name}"
        case Decimal():
            return plain(value)
        case datetime.date():
            return value.isoformat()
    return str(value) if isinstance(value, str) else value
