"""Evidence in the browser: kept with its entry, handed out as a download only."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gangmu.org.permissions import REPORTER
from tests.factories import portal

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


@pytest.fixture(autouse=True)
def _folder(tmp_path, settings) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    settings.DISTRICT = replace(settings.DISTRICT, folder=tmp_path)


def test_a_file_is_kept_listed_and_downloaded() -> None:
    made = portal.project(portal.unit())
    browser = portal.signed_in(portal.account())
    here = f"/ledgers/projects/{made.number}/"

    answer = browser.post(f"{here}evidence/", {"file": SimpleUploadedFile("封顶.png", PNG, "image/png")})

    assert answer.status_code == 302
    [kept] = browser.get(here).context["evidence"]
    file = browser.get(f"{here}evidence/{kept.pk}/")
    assert b"".join(file) == PNG  # type: ignore[arg-type]
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file.headers["Content-Security-Policy"]


def test_a_file_that_is_not_what_it_says_is_refused_beside_its_field() -> None:
    made = portal.project(portal.unit())
    browser = portal.signed_in(portal.account())

    page = browser.post(
        f"/ledgers/projects/{made.number}/evidence/",
        {"file": SimpleUploadedFile("封顶.png", b"MZ\x90", "image/png")},
    )

    assert page.status_code == 422
    assert page.context["upload"].open and (
        page.context["upload"].general or page.context["upload"].fields[0].problems
    )
    assert page.context["evidence"] == []


def test_evidence_of_an_entry_one_may_not_see_is_not_there() -> None:
    made = portal.project(portal.unit())
    officer = portal.signed_in(portal.account())
    here = f"/ledgers/projects/{made.number}/"
    officer.post(f"{here}evidence/", {"file": SimpleUploadedFile("封顶.png", PNG, "image/png")})
    [kept] = officer.get(here).context["evidence"]
    other = portal.unit("zjj", "区住房和城乡建设局", "区住建局")
    stranger = portal.signed_in(portal.account("sun", REPORTER, of=other))

    assert stranger.get(f"{here}evidence/{kept.pk}/").status_code == 404
