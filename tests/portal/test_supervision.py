"""A supervision item in the browser, from the office's table to the unit's and back."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gangmu.drive.following import item_of
from gangmu.ledgers.models import Entry
from gangmu.org.models import Unit
from gangmu.org.permissions import AUDITOR, OFFICE_HEAD, REPORTER, UNIT_HEAD
from gangmu.records.duties import duties_of
from gangmu.records.models import Duty
from tests.factories import portal

pytestmark = pytest.mark.django_db

TODAY = "2026-03-16"
PDF = b"%PDF-1.4 signed"


@pytest.fixture
def unit() -> Unit:
    return portal.unit()


@pytest.fixture
def item(unit: Unit) -> Entry:
    return portal.supervision(unit, due_on=datetime.date(2026, 4, 30))


@pytest.fixture
def reporter(unit: Unit) -> Client:
    return portal.signed_in(portal.account("li", REPORTER, of=unit, name="李强"))


@pytest.fixture
def head(unit: Unit) -> Client:
    return portal.signed_in(portal.account("zhou", UNIT_HEAD, of=unit, name="周局长"))


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


def offered(browser: Client, item: Entry) -> list[str]:
    page = browser.get(f"/ledgers/supervision/{item.number}/")
    return [form.key.removeprefix("step-") for form in page.context["moves"]]


def take(browser: Client, item: Entry, step: str, **said: object) -> int:
    answer = browser.post(f"/ledgers/supervision/{item.number}/steps/{step}/", {"on": TODAY, **said})
    return answer.status_code


def test_an_item_goes_from_acceptance_to_its_end(
    item: Entry, reporter: Client, head: Client, officer: Client
) -> None:
    assert offered(reporter, item) == ["accept", "decline"]
    assert take(reporter, item, "accept") == 302

    said = {"text": "已签约 42 户", "progress": "60", "next_step": "月底前完成剩余户签约"}
    assert take(reporter, item, "reply", **said) == 302
    assert offered(head, item) == ["sign"]
    assert take(head, item, "sign") == 302

    assert offered(officer, item) == ["verify", "close", "send-back"]
    assert take(officer, item, "close", note="全部签约") == 302

    assert item_of(item).stage == "closed"
    assert str(item_of(item).done_on) == TODAY


def test_a_reply_that_is_sent_back_comes_to_the_reporter_again(
    item: Entry, reporter: Client, head: Client, officer: Client, unit: Unit
) -> None:
    for browser, step, said in (
        (reporter, "accept", {}),
        (reporter, "reply", {"text": "正在推进"}),
        (head, "sign", {}),
        (officer, "send-back", {"note": "没有写明户数"}),
    ):
        assert take(browser, item, step, **said) == 302

    assert item_of(item).stage == "returned"
    duty = Duty.objects.get(done_at=None)
    assert (duty.unit, duty.role, duty.why % duty.named) == (unit, REPORTER, "退办：没有写明户数")
    assert "退办：没有写明户数" in reporter.get("/").content.decode()


def test_a_refused_step_keeps_what_was_said_and_its_form_open(item: Entry, reporter: Client) -> None:
    take(reporter, item, "accept")

    page = reporter.post(
        f"/ledgers/supervision/{item.number}/steps/reply/",
        {"on": TODAY, "text": "", "progress": "一百二", "next_step": "抓紧"},
    )

    form = next(one for one in page.context["moves"] if one.key == "step-reply")
    assert page.status_code == 422 and form.open
    assert {one.name for one in form.fields if one.problems} == {"text", "progress"}
    assert {one.name: one.value for one in form.fields}["next_step"] == "抓紧"
    assert item_of(item).replies == ()


def test_a_reply_signed_on_paper_counts_with_its_scan(item: Entry, reporter: Client) -> None:
    take(reporter, item, "accept")
    take(reporter, item, "reply", text="已签约 42 户")
    missing = reporter.post(
        f"/ledgers/supervision/{item.number}/steps/sign-on-paper/", {"on": TODAY, "signed_by": "周建国"}
    )
    assert missing.status_code == 422

    scan = SimpleUploadedFile("签批.pdf", PDF, "application/pdf")
    assert take(reporter, item, "sign-on-paper", signed_by="周建国", file=scan) == 302

    assert item_of(item).stage == "replied"
    reply = item_of(item).last_reply
    assert reply is not None and reply.signed_by == "周建国（签批扫描件）"


def test_nobody_signs_what_he_wrote(item: Entry, unit: Unit) -> None:
    both = portal.signed_in(portal.account("both", REPORTER, UNIT_HEAD, of=unit))
    take(both, item, "accept")
    take(both, item, "reply", text="已签约")

    assert "sign" not in offered(both, item)
    assert take(both, item, "sign") == 403


@pytest.mark.parametrize("step", ["accept", "reply", "sign", "verify", "close", "urge", "extend"])
def test_an_auditor_takes_no_step(item: Entry, step: str) -> None:
    auditor = portal.signed_in(portal.account("shenji", AUDITOR))

    assert offered(auditor, item) == []
    assert take(auditor, item, step, note="x", text="x", days="3", granted_by="x") in (403, 422)
    assert item_of(item).stage == "assigned"


def test_another_unit_does_not_see_the_item(item: Entry) -> None:
    stranger = portal.signed_in(
        portal.account("sun", REPORTER, of=portal.unit("zjj", "区住建局全称", "区住建局"))
    )

    assert take(stranger, item, "accept") == 404


def test_an_extension_is_granted_and_the_day_moves(item: Entry, reporter: Client) -> None:
    take(reporter, item, "accept")
    head = portal.signed_in(portal.account("zhang", OFFICE_HEAD))

    status = take(head, item, "extend", days="10", note="等待批复", granted_by="目标办负责人")

    assert status == 302
    assert str(item_of(item).due_on) == "2026-05-10"


def test_a_unit_does_not_change_the_item_itself(item: Entry, reporter: Client) -> None:
    assert reporter.get(f"/ledgers/supervision/{item.number}/").context["frame"].actions == ()
    assert reporter.get(f"/ledgers/supervision/{item.number}/edit/").status_code == 403


def test_duties_follow_the_step_that_was_taken(item: Entry, reporter: Client, unit: Unit) -> None:
    take(reporter, item, "accept")

    page = reporter.get("/")

    [task] = page.context["tasks"]
    assert task.what == "反馈进展：滨河路拆迁"
    assert list(duties_of(portal.account("other", UNIT_HEAD, of=unit))) == []


def test_no_form_and_no_post_forges_a_signature_or_a_stage(item: Entry, reporter: Client) -> None:
    take(reporter, item, "accept")
    take(reporter, item, "reply", text="已签约八成")
    before, here = item_of(item), f"/ledgers/supervision/{item.number}/"
    forged = {
        "replied_on": TODAY,
        "unit": "fgj",
        "text": "全部完成",
        "signed_by": "周局长",
        "signed_on": TODAY,
    }

    page = reporter.get(here)
    line = reporter.post(f"{here}lines/replies/", forged)
    stage = reporter.post(f"{here}move/", {"stage": "replied", "on": TODAY})

    assert [form for _, form in page.context["lines"]] == [None, None, None]
    assert (line.status_code, stage.status_code) == (422, 422)
    assert item_of(item) == before


def test_the_office_drafts_an_item_and_its_head_is_asked_to_approve_it(
    officer: Client, reporter: Client, unit: Unit
) -> None:
    said = {"title": "清理河道", "unit": unit.code, "source": "minutes", "raised_on": TODAY}

    refused = reporter.post("/ledgers/supervision/new/", said)
    made = officer.post("/ledgers/supervision/new/", said)

    number = Entry.objects.get(number__startswith="DC-2026").number
    assert (refused.status_code, made.status_code) == (403, 302)
    assert Duty.objects.get(done_at=None).key == f"drive:approve:{number}"
