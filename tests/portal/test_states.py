"""Refused, not there, broken; and what a monitor is told."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

import gangmu
from gangmu.portal.views import states
from gangmu.records.models import Checkpoint
from tests.factories import portal

pytestmark = pytest.mark.django_db


def test_the_house_is_well() -> None:
    answer = Client().get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["ok"] is True
    assert answer.json()["versions"]["gangmu"] == gangmu.__version__


def test_a_log_shorter_than_its_checkpoint_is_told() -> None:
    filled = {
        field.name: 3 if field.name == "size" else "0"
        for field in Checkpoint._meta.fields
        if field.name not in ("id", "at")
    }
    Checkpoint.objects.create(at="2026-03-16T00:00:00Z", **filled)

    answer = Client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["reason"] == "log: the last checkpoint covers 3 entries, 0 are there"


def test_a_refused_page_says_who_may() -> None:
    request = RequestFactory().get("/log/")

    page = states.refused(request, PermissionDenied("log.see"))

    assert page.status_code == 403
    text = page.content.decode()
    assert "<li>审计</li><li>审计管理员</li>" in text
    assert "联系系统管理员" in text


def test_a_page_that_is_not_there_keeps_its_frame() -> None:
    page = portal.signed_in(portal.account()).get("/nothing-here/")

    assert page.status_code == 404
    assert "没有找到这一页" in page.content.decode()
    assert "王敏" in page.content.decode()


def test_a_broken_page_asks_nothing_of_the_database(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        page = states.broken(RequestFactory().get("/"))

    assert page.status_code == 500
    assert "数据没有改动" in page.content.decode()
