"""The petitioner is protected: masked, looked at for a reason, every look logged, erasable."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied

from gangmu.ledgers import entries, sensitive
from gangmu.ledgers.models import EntryVersion, SensitiveValue
from gangmu.org.permissions import LEADER, OFFICE_HEAD, OFFICER, REPORTER
from gangmu.problems import InputRefused
from gangmu.records.models import LogEntry
from tests.factories import ledgers, org
from tests.factories.ledgers import CLERK

pytestmark = pytest.mark.django_db

PERSON = {
    "petitioner": "赵小六",
    "phone": "13800001234",
    "address": "云溪区桂花路18号3单元",
    "content": "我家没有暖气",
}


@pytest.fixture
def unit():
    return org.unit()


@pytest.fixture
def entry(unit):
    return ledgers.grievance(unit, "G-1", **PERSON)


def test_version_and_log_know_nothing_of_the_person(entry):
    version = EntryVersion.objects.filter(entry=entry).values().get()
    logged = LogEntry.objects.filter(subject_key__startswith="grievances/G-1").values()

    said = f"{version} {list(logged)}"
    assert [value for value in PERSON.values() if value in said] == []


def test_the_same_words_of_two_people_have_different_digests(entry, unit):
    other = ledgers.grievance(unit, "G-2", **PERSON)

    first, second = (entries.standing(one).state.values["petitioner"] for one in (entry, other))
    assert first != second


def test_everything_is_masked_by_default(entry):
    assert sensitive.masked(entry) == {
        "petitioner": "赵＊＊",
        "phone": "138＊＊＊＊1234",
        "address": "云溪区桂花路＊＊＊",
        "content": "＊＊＊",
    }


def test_a_look_gives_the_value_and_is_logged_with_its_reason(entry, unit):
    head = org.user(OFFICE_HEAD, name="王主任")

    assert sensitive.look(entry, "phone", head, "回访核实办理结果") == "13800001234"

    logged = LogEntry.objects.get(action="entry.look")
    assert (logged.actor, logged.subject_key, logged.reason) == (head, "grievances/G-1", "回访核实办理结果")
    assert json.loads(logged.detail) == {
        "ledger": "grievances",
        "number": "G-1",
        "field": "phone",
        "found": True,
    }


def test_a_look_without_a_reason_is_refused(entry):
    with pytest.raises(InputRefused) as refused:
        sensitive.look(entry, "phone", org.user(OFFICE_HEAD), " 看 ")

    assert [problem.code for problem in refused.value.problems] == ["look.no_reason"]
    assert not LogEntry.objects.filter(action="entry.look").exists()


def test_only_the_handling_unit_and_the_head_of_the_office_may_look(entry, unit):
    assert sensitive.look(entry, "phone", org.user(REPORTER, unit), "联系诉求人") == "13800001234"
    for user in (org.user(REPORTER, org.unit()), org.user(OFFICER), org.user(LEADER)):
        with pytest.raises(PermissionDenied):
            sensitive.look(entry, "phone", user, "联系诉求人")


def test_a_plain_field_is_no_matter_of_looks(entry):
    with pytest.raises(InputRefused):
        sensitive.look(entry, "topic", org.user(OFFICE_HEAD), "联系诉求人")


def test_the_same_value_again_makes_no_version_and_another_one_does(entry):
    assert entries.change(entry, {"phone": "13800001234"}, CLERK) == 1
    assert entries.change(entry, {"phone": "13900005678"}, CLERK) == 2
    assert sensitive.masked(entry)["phone"] == "139＊＊＊＊5678"


def test_erased_values_are_gone_for_good_and_the_entry_stands(entry):
    entries.change(entry, {"phone": "13900005678"}, CLERK)

    erased = sensitive.erase(entry, "phone", CLERK, "诉求人申请删除")

    assert erased == 2
    assert not SensitiveValue.objects.filter(field="phone").exists()
    assert sorted(sensitive.masked(entry)) == ["address", "content", "petitioner"]
    assert entries.standing(entry).version == 2
