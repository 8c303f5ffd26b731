"""The step that gave goals their history: from rows written over to rows superseded, and back, with the log's consent."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from gangmu.goals import book
from gangmu.goals.models import Goal
from gangmu.records import clock
from gangmu.records.log import Change, content_digest, record_many
from gangmu.records.models import LogEntry
from gangmu.records.subjects import GONE
from tests.factories import org
from tests.factories.figures import CLERK
from tests.factories.goals import accused

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = ("goals", "0001_initial"), ("goals", "0004_goals_by_key")


def _move(to: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([to])
    return MigrationExecutor(connection).loader.project_state([to]).apps


@pytest.fixture
def earlier() -> Iterator[Any]:
    """The models as they were before the step."""
    yield _move(BEFORE)
    _move(AFTER)


def _goal(target: str, parent: str | None = None, code: str = "1", name: str = "目标") -> book.Content:
    return {
        **book.EMPTY_GOAL,
        "code": code,
        "period": "2025",
        "parent": parent,
        "name": name,
        "kind": "value",
        "figure": "gdp",
        "measure": "value",
        "target": target,
        "owner": "FGW",
        "done_on": "2025-03-01",
    }


def _share(target: str, unit: str = "FGW") -> book.Content:
    said = {"goal": "2025/1", "unit": unit, "post": "FGW:综合岗" if unit == "FGW" else None, "person": None}
    return {**said, "target": target, "share": None, "note": "", "order": 1}


def _written_over(kind: str, contents: list[book.Content | None]) -> list[datetime.datetime]:
    """The log of a row that was written over, as it was kept then; a moment after each entry."""
    key = book.key_of(kind, next(content for content in contents if content))
    old: book.Content | None = None
    moments = []
    for content in contents:
        detail = {"old": old, "new": content}
        digest = GONE if content is None else content_digest(content)
        with transaction.atomic():
            record_many(CLERK, [Change(f"{kind}.change", kind, key, digest, detail)])
        moments.append(clock.now())
        old = content
    return moments


def _stored(apps: Any, content: book.Content, **more: Any) -> Any:
    model = apps.get_model("goals", "Goal" if "code" in content else "Share")
    taken = ("parent", "goal", "owner", "unit", "post", "person")
    values = {name: value for name, value in content.items() if name not in taken and value is not None}
    return model.objects.create(**values, **more)


@pytest.fixture
def moments(earlier: Any) -> list[datetime.datetime]:
    """A small goal book of before: 1 hangs from 0 and was changed twice; a share stands, another was deleted."""
    fgw = org.unit("FGW")
    org.unit("SWJ")
    post = org.post(fgw, "综合岗")
    _written_over(book.GOAL, [_goal("1", code="0")])
    moments = _written_over(book.GOAL, [_goal("280"), _goal("290.5", "2025/0"), _goal("300", "2025/0")])
    _written_over(book.SHARE, [_share("100")])
    moments += _written_over(book.SHARE, [_share("180", "SWJ"), None])
    top = _stored(earlier, _goal("1", code="0"), owner_id=fgw.pk)
    made = _stored(earlier, _goal("300"), parent_id=top.pk, owner_id=fgw.pk)
    _stored(earlier, _share("100"), goal_id=made.pk, unit_id=fgw.pk, post_id=post.pk)
    return moments


def _told(kind: str, as_of: datetime.datetime | None) -> dict[str, str]:
    return {key: book.content_of(row)["target"] for key, row in book.standing(kind, as_of).items()}


def test_the_past_that_the_log_tells_can_be_asked_for(moments):
    _move(AFTER)

    first, second, third, shared, unshared = moments
    assert [_told(book.GOAL, moment)["2025/1"] for moment in (first, second, third, None)] == [
        "280",
        "290.5",
        "300",
        "300",
    ]
    assert [_told(book.SHARE, moment) for moment in (third, shared, unshared, None)] == [
        {},
        {"2025/1/FGW/FGW:综合岗/": "100", "2025/1/SWJ//": "180"},
        {"2025/1/FGW/FGW:综合岗/": "100"},
        {"2025/1/FGW/FGW:综合岗/": "100"},
    ]
    assert list(Goal.objects.order_by("recorded_from").values_list("target", "supersedes__target")) == [
        (Decimal(1), None),
        (Decimal(280), None),
        (Decimal("290.5"), Decimal(280)),
        (Decimal(300), Decimal("290.5")),
    ]
    assert accused() == []


def test_what_was_changed_behind_the_logs_back_is_still_found(moments, earlier):
    earlier.get_model("goals", "Goal").objects.filter(code="1").update(target=Decimal(999))
    earlier.get_model("goals", "Share").objects.all().delete()
    _move(AFTER)

    assert accused() == ["row.changed", "row.deleted"]


def test_the_step_can_be_taken_back_and_again(moments):
    _move(AFTER)
    earlier = _move(BEFORE)

    rows = earlier.get_model("goals", "Goal").objects.order_by("code")
    shares = earlier.get_model("goals", "Share").objects.all()
    last = {}
    for key, digest in LogEntry.objects.order_by("id").values_list("subject_key", "subject_digest"):
        last[key] = digest
    assert [(row.code, row.target, row.parent and row.parent.code) for row in rows] == [
        ("0", Decimal(1), None),
        ("1", Decimal(300), "0"),
    ]
    assert [(share.goal.code, share.unit.code, share.target) for share in shares] == [
        ("1", "FGW", Decimal(100))
    ]
    assert {key: digest for key, digest in last.items() if digest != GONE} == {
        "2025/0": content_digest(_goal("1", code="0")),
        "2025/1": content_digest(_goal("300", "2025/0")),
        "2025/1/FGW/FGW:综合岗/": content_digest(_share("100")),
    }

    _move(AFTER)

    assert [_told(book.GOAL, moment)["2025/1"] for moment in (moments[0], None)] == ["280", "300"]
    assert accused() == []
