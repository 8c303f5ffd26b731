"""Rows changed behind the log's back are found, whatever table they lie in."""

from __future__ import annotations

import pytest

from gangmu.ledgers import entries
from gangmu.records import sealing, verifying
from tests.factories import ledgers, org
from tests.factories.ledgers import CLERK, day
from tests.factories.log import sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    """A project with a history: created, invested in, moved, a line corrected."""
    unit = org.unit()
    entry = ledgers.started_project(unit, "2025-03-05", "P-1", leader=org.person(unit))
    ledgers.invest(entry, "2025-03", "100.5")
    entries.change_line(entry, "investment", "2025-03-01", {"amount": "130"}, CLERK)
    return entry


def found() -> list[tuple[str, str]]:
    """(code, place) of what verifying finds in entries."""
    sealing.seal()
    return sorted(
        (difference["code"], difference["place"])
        for difference in verifying.verify().as_json("en")["differs"]
        if difference["place"].startswith("entry/")
    )


def test_nothing_is_found_after_honest_work(entry):
    entries.correct_stage(entry, 2, day("2025-03-06"), CLERK, "看错日期")
    entries.remove_line(entry, "investment", "2025-03-01", CLERK, "重复")
    entries.retract(entry, CLERK, "重复录入")
    ledgers.project(org.unit(), "P-1")

    assert found() == []


@pytest.mark.parametrize(
    ("tampering", "place"),
    [
        ("UPDATE ledgers_entryversion SET title = '别的项目' WHERE version = 1", "P-1/1"),
        ("UPDATE ledgers_entryversion SET n1 = n1 + 1 WHERE version = 5", "P-1/5"),
        ("UPDATE ledgers_entryversion SET stage = 'completed' WHERE version = 5", "P-1/5"),
        ("UPDATE ledgers_stageevent SET happened_on = '2024-03-05' WHERE stage = 'started'", "P-1/3"),
        ("UPDATE ledgers_line SET n1 = 999 WHERE n1 = 1300000", "P-1/5"),
        ("DELETE FROM ledgers_line WHERE n1 = 1300000", "P-1/5"),
        ("UPDATE ledgers_line SET key = '2025-04-01' WHERE n1 = 1300000", "P-1/5"),
    ],
)
def test_a_row_changed_behind_the_logs_back_is_found(entry, tampering, place):
    sql(tampering)

    assert ("row.changed", f"entry/projects/{place}") in found()


def test_a_deleted_entry_is_found(entry):
    for table in ("line", "stageevent", "sensitivevalue", "entryversion"):
        sql(f"DELETE FROM ledgers_{table}")

    assert found() == [("row.deleted", f"entry/projects/P-1/{version}") for version in range(1, 6)]


def test_a_line_written_past_the_verbs_is_found(entry):
    sql(
        "INSERT INTO ledgers_line (entry_id, ledger, kind, key, happened_on, recorded_from, recorded_to, d1, n1) "
        "SELECT entry_id, ledger, kind, '2025-09-01', happened_on, '2026-03-01 00:00:00+00:00', recorded_to, d1, n1 "
        "FROM ledgers_line WHERE n1 = 1300000"
    )

    assert found() == [("row.not_logged", "entry/projects/P-1/@20260301T000000000000")]


def test_an_entry_hidden_by_closing_its_version_is_found(entry):
    sql("UPDATE ledgers_entryversion SET recorded_to = '2026-12-01 00:00:00+00:00' WHERE version = 5")

    assert ("row.not_logged", "entry/projects/P-1/5/retracted") in found()
