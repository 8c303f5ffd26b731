"""The goal book (目标册): one door for every write of goals and shares, and for the targets they set.

A row is given and logged as its *content*: plain values, other rows by their codes. Content is what the
log's digest stands for, what an import compares with, and what an undo puts back.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from gangmu.figures.arithmetic import plain
from gangmu.figures.models import Observation, Scenario, Vintage
from gangmu.figures.observations import Reported, observe, withdraw
from gangmu.goals.models import Goal, Kind, Share
from gangmu.org.models import Person, Post, Unit
from gangmu.problems import Text
from gangmu.records import batches, subjects
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch

Content = dict[str, Any]

GOAL, SHARE = "goal", "goal_share"
GOAL_FIELDS = (
    *("code", "period", "parent", "order", "name", "name_en", "kind", "figure", "measure", "target"),
    *("compare_with", "floor", "stretch", "direction", "owner", "person", "source"),
    *("what", "how", "assessed", "rewarded", "done_on"),
)
SHARE_FIELDS = ("goal", "unit", "post", "person", "target", "share", "note", "order")
_MODELS: Mapping[str, tuple[type[models.Model], tuple[str, ...]]] = {
    GOAL: (Goal, GOAL_FIELDS),
    SHARE: (Share, SHARE_FIELDS),
}
_RELATED: Mapping[str, tuple[str, ...]] = {
    GOAL: ("parent", "owner", "person"),
    SHARE: ("goal", "unit", "post__unit", "person"),
}
EMPTY_GOAL: Mapping[str, Any] = {
    name: {"order": 0, "parent": None, "person": None, "target": None, "floor": None, "stretch": None, "done_on": None}.get(name, "")
    for name in GOAL_FIELDS
}  # fmt: skip


def key_of(kind: str, content: Mapping[str, Any]) -> str:
    """`2026/1.2` for a goal; `2026/1.2/U07/U07:综合岗/P11` for a share."""
    if kind == GOAL:
        return f"{content['period']}/{content['code']}"
    return "/".join(str(content[name] or "") for name in ("goal", "unit", "post", "person"))


def content_of(kind: str, row: models.Model) -> Content:
    """A row as plain values: decimals as text, days in ISO form, other rows by their keys."""
    return {name: _plain(getattr(row, name)) for name in _MODELS[kind][1]}


def current_digests(kind: str) -> Iterator[tuple[str, str]]:
    """(key, digest) of each row as it stands, for the log's verification."""
    for row in _rows(kind).iterator(chunk_size=2000):
        content = content_of(kind, row)
        yield key_of(kind, content), content_digest(content)


@dataclass(slots=True)
class Writing:
    """A run of writes by one actor, in the caller's transaction; `finish` writes the log and the targets."""

    actor: Actor
    batch: ImportBatch | None = None
    reason: str = ""
    _known: dict[str, dict[str, models.Model]] = field(default_factory=dict)
    _codes: dict[type[models.Model], dict[str, models.Model]] = field(default_factory=dict)
    _changes: list[Change] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)

    def put(self, kind: str, content: Content) -> str:
        """Create or change the row of that key: `created`, `changed` or `unchanged`."""
        key = key_of(kind, content)
        row = self.rows(kind).get(key)
        old = content_of(kind, row) if row is not None else None
        if old == content:
            return "unchanged"
        row = row if row is not None else _MODELS[kind][0]()
        for name, value in content.items():
            setattr(row, name, self._value(kind, name, value))
        row.save()
        self.rows(kind)[key] = row
        self._note(kind, key, old, content)
        return "created" if old is None else "changed"

    def remove(self, kind: str, key: str) -> None:
        row = self.rows(kind).pop(key, None)
        if row is None:
            return
        old = content_of(kind, row)
        row.delete()
        self._note(kind, key, old, None)

    def rows(self, kind: str) -> dict[str, models.Model]:
        """All rows of a kind by key, read once."""
        if kind not in self._known:
            self._known[kind] = {key_of(kind, content_of(kind, row)): row for row in _rows(kind)}
        return self._known[kind]

    def shares_of(self, goal_key: str) -> dict[str, Share]:
        found = self.rows(SHARE).items()
        return {key: row for key, row in found if isinstance(row, Share) and _goal_key(row.goal) == goal_key}

    def finish(self) -> None:
        """Log the changes, and write the targets of the goals touched down into the figures."""
        record_many(self.actor, self._changes)
        self._changes.clear()
        goals = [
            row for key, row in self.rows(GOAL).items() if key in self._touched and isinstance(row, Goal)
        ]
        shares = [row for row in self.rows(SHARE).values() if isinstance(row, Share)]
        _set_targets(goals, shares, self._touched, self.actor)
        self._touched.clear()

    def _note(self, kind: str, key: str, old: Content | None, new: Content | None) -> None:
        verb = "create" if old is None else "delete" if new is None else "change"
        detail: Content = {"old": old, "new": new}
        if self.batch is not None:
            detail["batch"] = self.batch.pk
        digest = subjects.GONE if new is None else content_digest(new)
        self._changes.append(Change(f"{kind}.{verb}", kind, key, digest, detail, self.reason))
        said = new or old or {}
        self._touched.add(key if kind == GOAL else said["goal"])

    def _value(self, kind: str, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in ("parent", "goal"):
            return self.rows(GOAL)[value]
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


def _set_targets(goals: Sequence[Goal], shares: Sequence[Share], keys: set[str], actor: Actor) -> None:
    """Write the targets of goals down into the figures as observations of scenario *target*: the district's, and
    each unit's by its shares. What the goals of `keys` no longer set is withdrawn.

    The observations carry no batch: undoing an import puts the goals back, and they their targets.
    """
    by_goal: dict[int, list[Share]] = defaultdict(list)
    for share in shares:
        by_goal[share.goal_id].append(share)
    reported = {row.key: row for goal in goals for row in _targets(goal, by_goal[goal.pk])}
    sources = [_source(key) for key in keys]
    standing = Observation.objects.known_at(None).filter(scenario=Scenario.TARGET, source__in=sources)
    withdraw([row for row in standing if _key(row) not in reported], actor, "目标已变更")
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
        source=_source(_goal_key(goal)),
    )


def _source(goal_key: str) -> str:
    return f"目标 {goal_key}"


def _goal_key(goal: Goal) -> str:
    return f"{goal.period}/{goal.code}"


def _key(row: Observation) -> tuple[object, ...]:
    return row.figure, row.measure, row.period, row.unit_id, row.area, row.scenario, row.vintage


@transaction.atomic
def reach(goal: Goal, on: datetime.date, actor: Actor, reason: str = "") -> None:
    """Record the day a milestone was reached."""
    writing = Writing(actor, reason=reason)
    writing.put(GOAL, {**content_of(GOAL, goal), "done_on": on.isoformat()})
    writing.finish()


def take_back(kind: str, batch: ImportBatch, actor: Actor) -> int:
    """Put the rows of a kind back to what they were before a batch; how many.

    InputRefused, naming each, when rows were changed again after the batch. Their targets follow.
    """
    writing = Writing(actor, reason=f"撤销第 {batch.pk} 次导入")
    return batches.put_back(kind, batch, writing, Text("目标 ", "goal "))


def _rows(kind: str) -> models.QuerySet[Any]:
    return _MODELS[kind][0]._default_manager.select_related(*_RELATED[kind]).order_by("pk")


def _plain(value: Any) -> Any:
    match value:
        case Goal():
            return _goal_key(value)
        case Unit() | Person():
            return value.code
        case Post():
            return f"{value.unit.code}:{value.name}"
        case Decimal():
            return plain(value)
        case datetime.date():
            return value.isoformat()
    return str(value) if isinstance(value, str) else value
