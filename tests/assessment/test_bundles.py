"""The bundle of a cycle: recomputed with what the log vouches for, handed to whoever may have it, without names."""

from __future__ import annotations

import json

import pytest

from gangmu.assessment import bundles, lifecycle
from gangmu.engine.proof import bundle
from gangmu.engine.proof.verifying import verify
from gangmu.org.permissions import AUDITOR, LEADER, OFFICER, REPORTER, SYSTEM_ADMIN, UNIT_HEAD
from gangmu.problems.verification import Verification
from gangmu.records import checkpoints, sealing, vouchers
from tests.factories import portal
from tests.factories.assessment import OFFICE, District, district, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> District:
    return district()


def checked(text: str, *outside: checkpoints.SignedHead) -> list[str]:
    found = Verification()
    voucher = vouchers.parse(text)
    assert voucher is not None
    vouchers.check(voucher, outside, "log.json", found)
    return [one.code for one in found.differs]


def test_the_bundle_of_a_cycle_recomputes_and_the_log_vouches_for_it(small: District) -> None:
    made = scored()
    sealing.seal()

    members = bundles.members(made)

    voucher = vouchers.parse(members[bundle.LOG])
    said = json.loads(members[bundle.DIGESTS])
    assert verify(members).ok
    assert checked(members[bundle.LOG], *sealing.newest_heads(1)) == []
    assert voucher is not None
    assert [(one["rulebook"], one["results"]) for one in voucher.told("score.run")] == [
        (said["rulebook"], said["results"])
    ]


def test_later_entries_and_checkpoints_do_not_change_it(small: District) -> None:
    made = scored()
    sealing.seal()
    first = bundles.packed(made)

    portal.project(small.a)
    sealing.seal()

    assert bundles.packed(made) == first


def test_names_of_events_stay_in_the_district_unless_they_are_asked_for(small: District) -> None:
    made = scored()

    without, with_names = bundles.members(made), bundles.members(made, names=True)

    assert "先进集体" not in "".join(without.values())
    assert "先进集体" in with_names[bundle.FACTS]
    assert json.loads(with_names[bundle.DIGESTS])["facts"] == made.run.facts_digest
    assert "市府〔2025〕3号" not in "".join(with_names.values())


@pytest.mark.parametrize(
    ("was", "is_now", "code"),
    [
        ('"position": ', '"position": 1', "log.root"),
        ("score.run", "score.ran", "log.entry_changed"),
        ('"root": "', '"root": "0', "log.unreadable"),
        ('"size": ', '"size": 1', "log.root"),
    ],
)
def test_a_forged_voucher_is_found(small: District, was: str, is_now: str, code: str) -> None:
    made = scored()
    sealing.seal()
    text = bundles.members(made)[bundle.LOG]

    forged = text.replace(was, is_now, 1)

    assert (vouchers.parse(forged) is None) if code == "log.unreadable" else (code in checked(forged))


def test_a_log_rebuilt_with_another_key_is_found_by_a_checkpoint_kept_elsewhere(small: District) -> None:
    made = scored()
    sealing.seal()
    [head] = sealing.newest_heads(1)
    other = checkpoints.SignedHead(
        head.size, "0" * 64, head.at, head.algorithm, head.public_key, head.signature
    )
    stranger = checkpoints.SignedHead(head.size, head.root, head.at, head.algorithm, "0" * 64, head.signature)
    text = bundles.members(made)[bundle.LOG]

    assert checked(text, other) == ["log.rebuilt"]
    assert checked(text, stranger) == ["checkpoint.key"]


def test_what_is_not_sealed_yet_is_said(small: District) -> None:
    assert "log.not_sealed" in checked(bundles.members(scored())[bundle.LOG])


def test_who_may_have_it(small: District) -> None:
    made = scored()
    everyone = {
        role: portal.account(role, role, of=small.a if role in (REPORTER, UNIT_HEAD) else None)
        for role in (OFFICER, LEADER, AUDITOR, REPORTER, UNIT_HEAD, SYSTEM_ADMIN)
    }
    outside = portal.account("outside", REPORTER, of=portal.unit(group=""))

    before = {role for role, user in everyone.items() if bundles.may_have(user, made)}
    lifecycle.move(made.cycle, "close", OFFICE)
    lifecycle.move(made.cycle, "publish", OFFICE)
    made.refresh_from_db()
    made.cycle.refresh_from_db()
    after = {role for role, user in everyone.items() if bundles.may_have(user, made)}

    assert before == {OFFICER, LEADER, AUDITOR}
    assert after == before | {REPORTER, UNIT_HEAD}
    assert not bundles.may_have(outside, made)
