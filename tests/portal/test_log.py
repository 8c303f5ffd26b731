"""The log for auditors."""

from __future__ import annotations

import json

import pytest

from gangmu.org.permissions import AUDIT_ADMIN, AUDITOR, OFFICER
from gangmu.records import sealing
from tests.factories import portal

pytestmark = pytest.mark.django_db


def test_an_auditor_finds_who_did_what_to_which_row() -> None:
    made = portal.project(portal.unit())
    auditor = portal.signed_in(portal.account("shenji", AUDITOR))

    rows = json.loads(auditor.get(f"/log/?q={made.number}&format=json").content)["rows"]

    assert [(row["who"], row["action"], row["subject"], row["position"]) for row in rows] == [
        ("测试员", "entry.create", f"entry projects/{made.number}/1", "待封存")
    ]


def test_a_sealed_entry_tells_its_place(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    settings.DISTRICT = replace(settings.DISTRICT, folder=tmp_path)
    portal.project(portal.unit())
    sealing.seal()

    page = portal.signed_in(portal.account("shenji", AUDITOR)).get("/log/")

    assert [shown.row.cells["position"] for shown in page.context["table"].shown()] == [0]
    assert page.context["checkpoint"].size == 1


def test_days_bound_what_is_shown() -> None:
    portal.project(portal.unit())
    auditor = portal.signed_in(portal.account("shenji", AUDITOR))

    assert auditor.get("/log/?from=2100-01-01").context["table"].page.paginator.count == 0
    assert auditor.get("/log/?from=2000-01-01&to=2100-01-01").context["table"].page.paginator.count == 1


def test_the_log_is_for_auditors_and_sign_ins_for_the_audit_administrator() -> None:
    browsers = {
        role: portal.signed_in(portal.account(role, role)) for role in (OFFICER, AUDITOR, AUDIT_ADMIN)
    }

    statuses = {
        role: [browser.get(address).status_code for address in ("/log/", "/log/sign-ins/")]
        for role, browser in browsers.items()
    }

    assert statuses == {OFFICER: [403, 403], AUDITOR: [200, 403], AUDIT_ADMIN: [200, 200]}


def test_attempts_to_sign_in_are_listed_right_and_wrong() -> None:
    admin = portal.account("shengui", AUDIT_ADMIN, password=portal.PASSWORD)
    browser = portal.signed_in(admin)
    browser.post("/sign-in/", {"username": "wangmin", "password": "x"})
    browser.post("/sign-in/", {"username": "shengui", "password": portal.PASSWORD})

    rows = json.loads(browser.get("/log/sign-ins/?format=json").content)["rows"]

    assert [(row["username"], row["outcome"]) for row in rows] == [("shengui", "成功"), ("wangmin", "失败")]
