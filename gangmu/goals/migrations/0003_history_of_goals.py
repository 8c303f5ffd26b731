"""Goals and shares get their times, and their past, from the log; the log learns the new names of the rows.

Until now a row was written over and the log told its old and new content under one key (`2026/1.2`); from now on each
row is a subject of its own (`2026/1.2/17`). What is told of a row is what the log had told of it, not what stands: a
row changed behind the log's back is found by `gangmu log verify` after the step as it was before it.
"""

import datetime
import json
from collections import defaultdict
from decimal import Decimal

from django.db import migrations
from django.utils import timezone

from gangmu.figures.arithmetic import plain
from gangmu.records.clock import END_OF_TIME
from gangmu.records.exact import scaled
from gangmu.records.log import LEAF_COLUMNS, canonical, content_digest, leaf_digest

GONE = "gone"
ACTOR, REASON = "系统升级", "目标及其分解改为保留历史"
KINDS = {"goal": "Goal", "goal_share": "Share"}
FIELDS = {
    "goal": (
        *("code", "period", "parent", "order", "name", "name_en", "kind", "figure", "measure", "target"),
        *("compare_with", "floor", "stretch", "direction", "owner", "person", "source"),
        *("what", "how", "assessed", "rewarded", "done_on"),
    ),
    "goal_share": ("goal", "unit", "post", "person", "target", "share", "note", "order"),
}
DIGESTED = {
    "goal": (
        *("period", "code", "parent_key", "order", "name", "name_en", "kind", "figure", "measure", "target"),
        *("compare_with", "floor", "stretch", "direction", "owner_id", "person_id", "source"),
        *("what", "how", "assessed", "rewarded", "done_on"),
    ),
    "goal_share": (
        *("goal_key", "unit_id", "post_id", "person_id"),
        *("target", "share", "note", "order"),
    ),
}
DECIMALS = ("target", "floor", "stretch", "share")


def forward(apps, schema_editor):
    codes = _Codes(apps)
    for kind in KINDS:
        model = apps.get_model("goals", KINDS[kind])
        rows = list(model.objects.all())
        standing = {codes.legacy_key(kind, row): row for row in rows}
        changes = []
        for key, row in standing.items():
            if kind == "goal":
                row.parent_key = codes.goals.get(row.parent_id)
            else:
                row.goal_key = codes.goals[row.goal_id]
            row.recorded_from, row.recorded_by = timezone.now(), ACTOR
            row.save()
        for key, told in _told(apps, kind).items():
            changes += _replayed(kind, key, told, standing.get(key), codes, model)
        _tell(apps, kind, changes)


def _replayed(kind, key, told, row, codes, model):
    """Write the rows of one key's past and give what the log is to be told."""
    changes, earlier = [], None
    for (entry, content), following in zip(told, [*told[1:], None], strict=True):
        if content is None:
            earlier = None
            continue
        if following is None and row is None:
            return changes  # deleted behind the log's back: the old key goes on accusing
        said = codes.row(kind, content, model)
        kept = row if following is None else said
        if kept is None:
            continue  # it names a unit, post or person that is no more
        kept.recorded_from, kept.recorded_by = entry.at, entry.actor_name
        kept.recorded_to = following[0].at if following else END_OF_TIME
        kept.batch_id, kept.supersedes = entry.batch_id, earlier
        kept.save()
        earlier = kept
        digest = _digest(kind, said or kept, kept)
        changes.append((f"{kind}.recorded", f"{key}/{kept.pk}", digest, {"content": content}))
    if told[-1][1] is not None:
        changes.append((f"{kind}.renamed", key, GONE, {}))
    return changes


def backward(apps, schema_editor):
    codes = _Codes(apps)
    ids = {}
    for kind in KINDS:
        model = apps.get_model("goals", KINDS[kind])
        last = dict(
            apps.get_model("records", "LogEntry")
            .objects.filter(subject_kind=kind)
            .exclude(subject_digest="")
            .order_by("id")
            .values_list("subject_key", "subject_digest")
        )
        changes = []
        for row in model.objects.order_by("recorded_to", "id"):
            key = codes.key(kind, row)
            logged = last.get(f"{key}/{row.pk}")
            if logged is not None:
                changes.append((f"{kind}.renamed", f"{key}/{row.pk}", GONE, {}))
            if row.recorded_to == END_OF_TIME and logged == _digest(kind, row, row):
                content = codes.content(kind, row)
                said = {"old": None, "new": content}
                changes.append((f"{kind}.create", key, content_digest(content), said))
        model.objects.update(supersedes=None)
        model.objects.exclude(recorded_to=END_OF_TIME).delete()
        for row in model.objects.all():
            if kind == "goal":
                ids[f"{row.period}/{row.code}"] = row.pk
            else:
                row.goal_id = ids[row.goal_key]
                row.save()
        if kind == "goal":
            for row in model.objects.exclude(parent_key=None):
                row.parent_id = ids[row.parent_key]
                row.save()
        _tell(apps, kind, changes)


def _told(apps, kind):
    """Key → the entries that told a content under it, in order, each with that content; None once it was deleted."""
    told = defaultdict(list)
    for entry in apps.get_model("records", "LogEntry").objects.filter(subject_kind=kind).order_by("id"):
        detail = json.loads(entry.detail)
        if "new" not in detail:
            continue
        before = told[entry.subject_key]
        if not before or before[-1][1] != detail["new"]:
            before.append((entry, detail["new"]))
    return told


def _tell(apps, kind, changes):
    model = apps.get_model("records", "LogEntry")
    at = timezone.now()
    entries = []
    for action, key, digest, detail in changes:
        entry = model(
            at=at,
            actor_name=ACTOR,
            action=action,
            subject_kind=kind,
            subject_key=key,
            subject_digest=digest,
            reason=REASON,
            detail=canonical(detail),
        )
        entry.digest = leaf_digest([getattr(entry, column) for column in LEAF_COLUMNS])
        entries.append(entry)
    model.objects.bulk_create(entries, batch_size=500)


def _digest(kind, said, kept):
    """What `said` says, with the times of the row that is kept."""
    values = [_digested(said, column) for column in DIGESTED[kind]]
    times = [at.astimezone(datetime.UTC).isoformat() for at in (kept.recorded_from, kept.recorded_to)]
    return content_digest([*values, kept.recorded_by, *times])


def _digested(row, column):
    value = getattr(row, column)
    return scaled(value, 6) if column in DECIMALS and value is not None else value


class _Codes:
    """Rows by the codes that contents name them by, and the other way round."""

    def __init__(self, apps):
        self.units = dict(apps.get_model("org", "Unit").objects.values_list("pk", "code"))
        self.people = dict(apps.get_model("org", "Person").objects.values_list("pk", "code"))
        posts = apps.get_model("org", "Post").objects.values_list("pk", "unit_id", "name")
        self.posts = {pk: f"{self.units[unit]}:{name}" for pk, unit, name in posts}
        goals = apps.get_model("goals", "Goal").objects.values_list("pk", "period", "code")
        self.goals = {pk: f"{period}/{code}" for pk, period, code in goals}
        self.pk = {
            name: {code: pk for pk, code in known.items()}
            for name, known in (
                ("owner", self.units),
                ("unit", self.units),
                ("person", self.people),
                ("post", self.posts),
            )
        }

    def legacy_key(self, kind, row):
        if kind == "goal":
            return f"{row.period}/{row.code}"
        return self._key_of_share(self.goals[row.goal_id], row)

    def key(self, kind, row):
        return f"{row.period}/{row.code}" if kind == "goal" else self._key_of_share(row.goal_key, row)

    def _key_of_share(self, goal, row):
        named = (self.units[row.unit_id], self.posts.get(row.post_id), self.people.get(row.person_id))
        return "/".join([goal, *(name or "" for name in named)])

    def row(self, kind, content, model):
        """The row that a content describes; None where it names what is no more."""
        values = {}
        for name, value in content.items():
            if name in self.pk:
                if value is not None and value not in self.pk[name]:
                    return None
                values[f"{name}_id"] = self.pk[name].get(value)
            elif name in ("parent", "goal"):
                values[f"{name}_key"] = value
            elif name in DECIMALS:
                values[name] = None if value is None else Decimal(value)
            elif name == "done_on":
                values[name] = None if value is None else datetime.date.fromisoformat(value)
            else:
                values[name] = value
        return model(**values)

    def content(self, kind, row):
        """A row as the log told it: other rows by their codes, decimals as text, days in ISO form."""
        return {name: self._said(row, name) for name in FIELDS[kind]}

    def _said(self, row, name):
        if name in ("parent", "goal"):
            return getattr(row, f"{name}_key")
        if name in self.pk:
            known = {"person": self.people, "post": self.posts}.get(name, self.units)
            return known.get(getattr(row, f"{name}_id"))
        value = getattr(row, name)
        if isinstance(value, Decimal):
            return plain(value)
        return value.isoformat() if isinstance(value, datetime.date) else value


class Migration(migrations.Migration):
    dependencies = [("org", "0001_initial"), ("records", "0001_initial"), ("goals", "0002_times_of_goals")]

    operations = [migrations.RunPython(forward, backward)]
