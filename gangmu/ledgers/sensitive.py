"""Sensitive fields: masked by default, shown one at a time for a reason, every look logged, erasable for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry, SensitiveValue
from gangmu.ledgers.references import References
from gangmu.ledgers.register import UNIT, Field, Register
from gangmu.ledgers.states import Standing, chunks, load
from gangmu.ledgers.values import Value
from gangmu.ledgers.writing import SUBJECT, Secret, seal_secret, secret_digest
from gangmu.org.models import Unit, User
from gangmu.org.permissions import require
from gangmu.problems import refuse
from gangmu.records.log import Actor, Change, record

HIDDEN = "＊＊＊"
"""What a list shows: it never reads the value."""

SHORTEST_REASON = 4


def masked(entry: Entry) -> dict[str, str]:
    """Field → the masked value (张＊＊, 138＊＊＊＊1234) of the sensitive fields that are filled in; one query more."""
    register = get(entry.ledger)
    standing = load(register, References(), [entry.pk]).get(entry.pk)
    kept = _values(entry.pk, standing)
    return {code: mask(register.by_code[code], value) for code, value in kept.items()}


def mask(field: Field, value: str) -> str:
    """A value with what identifies a person covered."""
    match field.mask:
        case "name":
            return value[:1] + "＊" * max(len(value) - 1, 1)
        case "phone":
            return value[:3] + "＊" * 4 + value[-4:] if len(value) >= 9 else HIDDEN
        case "address":
            return value[:6] + HIDDEN if len(value) > 6 else HIDDEN
    return HIDDEN


@transaction.atomic
def look(entry: Entry, field: str, user: User, reason: str, on_behalf_of: str = "") -> str | None:
    """The value of a sensitive field, for a reason that is logged; None when it is empty or was erased.

    PermissionDenied unless the user may see sensitive fields of the entry's unit.
    """
    register = get(entry.ledger)
    _refuse_unless_sensitive(register, field)
    standing = load(register, References(), [entry.pk]).get(entry.pk)
    unit = Unit.objects.filter(code=standing.state.values[UNIT] if standing else "").first()
    require(user, "ledger.see_sensitive", unit)
    if len(reason.strip()) < SHORTEST_REASON:
        raise refuse(
            "look.no_reason",
            "查看敏感信息须说明理由",
            "looking at sensitive data needs a reason",
            f"请写明用途，不少于{SHORTEST_REASON}个字",
            f"say what for, in at least {SHORTEST_REASON} characters",
        )
    value = _values(entry.pk, standing).get(field)
    detail = {"ledger": entry.ledger, "number": entry.number, "field": field, "found": value is not None}
    actor = Actor.of(user, on_behalf_of)
    record(actor, Change("entry.look", SUBJECT, entry.subject_key, detail=detail, reason=reason.strip()))
    return value


@transaction.atomic
def erase(entry: Entry, field: str, actor: Actor, reason: str) -> int:
    """Erase every value a sensitive field ever had; version and log keep digests that say nothing any more."""
    _refuse_unless_sensitive(get(entry.ledger), field)
    erased, _ = SensitiveValue.objects.filter(entry=entry, field=field).delete()
    detail = {"ledger": entry.ledger, "number": entry.number, "field": field, "values": erased}
    record(actor, Change("entry.erase", SUBJECT, entry.subject_key, detail=detail, reason=reason))
    return erased


def salts(entries: Iterable[int]) -> dict[tuple[int, str, str], str]:
    """(entry, field, digest) → salt: what tells whether a value is the one that is kept already."""
    found: dict[tuple[int, str, str], str] = {}
    for some in chunks(entries):
        rows = SensitiveValue.objects.filter(entry_id__in=some)
        found |= {
            (entry, field, digest): salt
            for entry, field, digest, salt in rows.values_list("entry_id", "field", "digest", "salt")
        }
    return found


def seal(
    register: Register,
    said: Mapping[str, Value],
    before: Standing | None,
    known: Mapping[tuple[int, str, str], str],
) -> tuple[dict[str, Value], tuple[Secret, ...]]:
    """Values with the sensitive ones replaced by their digests, and the new secrets behind them."""
    sealed = dict(said)
    secrets: list[Secret] = []
    for code in register.sensitive & said.keys():
        value = said[code]
        if value is None:
            continue
        kept = before.state.values.get(code) if before else None
        salt = known.get((before.entry, code, str(kept))) if before else None
        if salt is not None and secret_digest(salt, str(value)) == kept:
            sealed[code] = kept
            continue
        secret = seal_secret(code, str(value))
        sealed[code] = secret.digest
        secrets.append(secret)
    return sealed, tuple(secrets)


def _values(entry: int, standing: Standing | None) -> dict[str, str]:
    if standing is None:
        return {}
    rows = SensitiveValue.objects.filter(entry_id=entry)
    kept = {(row.field, row.digest): row.value for row in rows}
    said = standing.state.values
    return {field: value for (field, digest), value in kept.items() if said.get(field) == digest}


def _refuse_unless_sensitive(register: Register, field: str) -> None:
    if field not in register.sensitive:
        raise refuse("look.not_sensitive", f"{field} 不是敏感字段", f"{field} is no sensitive field")
