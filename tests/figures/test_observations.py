"""Observations are appended, superseded, taken back, and answered for by the log."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from gangmu.figures.models import Observation
from gangmu.figures.observations import KEPT, SUBJECT, Reported, observe
from gangmu.figures.values import value
from gangmu.problems import InputRefused
from gangmu.records import batches, clock
from gangmu.records.models import LogEntry
from gangmu.sheets.importing import Counts
from tests.factories.figures import CLERK, batch, observed

pytestmark = pytest.mark.django_db


def test_the_same_report_twice_changes_nothing():
    row = Reported("gdp", "2025", Decimal("286.4"))

    assert observe([row], CLERK) == Counts(created=1)
    assert observe([row], CLERK) == Counts(unchanged=1)
    assert Observation.objects.count() == 1


def test_a_correction_supersedes_and_the_earlier_value_stands_as_of_then():
    observed("gdp", "2025", "280")
    before = clock.now()
    observed("gdp", "2025", "286.4")

    assert (value("gdp", "2025").value, value("gdp", "2025", as_of=before).value) == (
        Decimal("286.4"),
        Decimal(280),
    )
    first, second = Observation.objects.order_by("id")
    assert (second.supersedes, first.recorded_to) == (first, second.recorded_from)


def test_an_observation_cannot_be_deleted():
    observed("gdp", "2025", "280")

    with pytest.raises(TypeError, match="never deleted"):
        Observation.objects.get().delete()


def test_the_log_holds_the_digest_of_every_row_as_it_stands():
    observed("gdp", "2025", "280")
    observed("gdp", "2025", "286.4")
    observed("gdp", "2025", None, "rank")

    assert dict(KEPT.current_digests()) == _last_logged()


def test_a_row_changed_behind_the_logs_back_no_longer_matches_its_digest():
    observed("gdp", "2025", "280")
    Observation.objects.update(value=Decimal("380"))

    assert dict(KEPT.current_digests()) != _last_logged()


def test_an_import_is_undone_as_a_whole():
    observed("gdp", "2025", "280")
    made = batch()
    with transaction.atomic():
        observe([Reported("gdp", "2025", Decimal(286)), Reported("gdp", "2024", Decimal(265))], CLERK, made)

    batches.undo(made, CLERK)

    assert (value("gdp", "2025").value, value("gdp", "2024").status) == (Decimal(280), "missing")
    assert dict(KEPT.current_digests()) == _last_logged()


def test_an_import_cannot_be_undone_under_a_later_correction():
    made = batch()
    with transaction.atomic():
        observe([Reported("gdp", "2025", Decimal(286))], CLERK, made)
    observed("gdp", "2025", "287")

    with pytest.raises(InputRefused, match="后来又改过"):
        batches.undo(made, CLERK)
    assert value("gdp", "2025").value == Decimal(287)


def _last_logged() -> dict[str, str]:
    entries = LogEntry.objects.filter(subject_kind=SUBJECT).order_by("id")
    return dict(entries.values_list("subject_key", "subject_digest"))
