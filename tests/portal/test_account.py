"""Signing in and out, the delay after failures, the password, the language."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from gangmu.org.models import User
from gangmu.portal import sign_ins
from gangmu.portal.models import SignIn
from gangmu.records.models import LogEntry
from tests.factories import portal

pytestmark = pytest.mark.django_db


def try_to(browser: Client, username: str, password: str, **fields: str) -> object:
    return browser.post("/sign-in/", {"username": username, "password": password, **fields})


def test_someone_signs_in_goes_on_to_where_he_wanted_and_signs_out() -> None:
    portal.account("wangmin", password=portal.PASSWORD)
    browser = Client()

    asked = browser.get("/password/")
    assert asked.headers["Location"] == "/sign-in/?next=/password/"
    entered = try_to(browser, "wangmin", portal.PASSWORD, next="/password/")
    assert (entered.status_code, entered.headers["Location"]) == (302, "/password/")
    assert browser.get("/password/").status_code == 200
    browser.post("/sign-out/")
    assert browser.get("/password/").status_code == 302


def test_nobody_is_sent_to_a_foreign_address() -> None:
    portal.account("wangmin", password=portal.PASSWORD)

    assert (
        try_to(Client(), "wangmin", portal.PASSWORD, next="https://evil.example/").headers["Location"] == "/"
    )


def test_unknown_wrong_and_closed_accounts_get_the_same_answer() -> None:
    portal.account("wangmin", password=portal.PASSWORD)
    User.objects.filter(pk=portal.account("closed", password=portal.PASSWORD).pk).update(is_active=False)

    answers = [
        try_to(Client(), username, password)
        for username, password in (("nobody", "x"), ("wangmin", "x"), ("closed", portal.PASSWORD))
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert all("用户名或密码不对" in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("username", ["wangmin", "nobody"])
def test_after_five_failures_even_the_right_password_has_to_wait(username: str) -> None:
    portal.account("wangmin", password=portal.PASSWORD)
    browser = Client()
    for _ in range(5):
        try_to(browser, username, "wrong")

    refused = try_to(browser, username, portal.PASSWORD)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) in (1, 2)


def test_a_stranger_elsewhere_locks_nobody_out() -> None:
    portal.account("wangmin", password=portal.PASSWORD)
    for _ in range(6):
        Client().post("/sign-in/", {"username": "wangmin", "password": "x"}, REMOTE_ADDR="203.0.113.9")

    assert try_to(Client(), "wangmin", portal.PASSWORD).status_code == 302


def test_the_delay_doubles_up_to_a_quarter_of_an_hour_and_is_forgotten_by_a_success() -> None:
    now = datetime.datetime(2026, 3, 16, 8, tzinfo=datetime.UTC)
    waits = []
    for failure in range(1, 18):
        SignIn.objects.create(at=now, username="wangmin", address="::1", succeeded=False)
        if failure in (4, 5, 6, 7, 17):
            waits.append(sign_ins.seconds_to_wait("wangmin", "::1", now))
    SignIn.objects.create(at=now, username="wangmin", address="::1", succeeded=True)

    assert waits == [0, 2, 4, 8, 900]
    assert sign_ins.seconds_to_wait("wangmin", "::1", now) == 0


def test_a_one_time_password_is_replaced_before_anything_else() -> None:
    user = portal.account("wangmin", password=portal.PASSWORD)
    User.objects.filter(pk=user.pk).update(password_is_one_time=True)
    browser = portal.signed_in(User.objects.get(pk=user.pk))

    assert browser.get("/").headers["Location"] == "/password/"
    new = "a-much-better-one-2026"
    answer = browser.post("/password/", {"old": portal.PASSWORD, "new": new, "again": new})

    assert answer.headers["Location"] == "/"
    assert browser.get("/password/").status_code == 200, "the session goes on"
    user = User.objects.get(pk=user.pk)
    assert (user.check_password(new), user.password_is_one_time) == (True, False)
    assert list(LogEntry.objects.values_list("action", "subject_key")) == [("user.password", "wangmin")]


def test_a_poor_password_is_refused_with_every_reason_beside_its_field() -> None:
    browser = portal.signed_in(portal.account("wangmin", password=portal.PASSWORD))

    page = browser.post("/password/", {"old": "no", "new": "password", "again": "other"})

    assert page.status_code == 422
    assert {one.name: len(one.problems) for one in page.context["fields"]} == {"old": 1, "new": 2, "again": 1}


def test_the_language_is_kept_with_the_account() -> None:
    user = portal.account("wangmin", password=portal.PASSWORD)
    portal.signed_in(user).post("/language/", {"language": "en", "next": "/password/"})

    entered = try_to(Client(), "wangmin", portal.PASSWORD)

    assert entered.cookies["django_language"].value == "en"


def test_the_language_is_chosen_by_post_and_only_among_ours() -> None:
    assert Client().get("/language/").status_code == 405
    assert "django_language" not in Client().post("/language/", {"language": "xx"}).cookies
