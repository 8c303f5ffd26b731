"""Making vouchers: what the log says of a few rows, with the proofs up to the first checkpoint that holds it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from gangmu.records import sealing
from gangmu.records.log import LEAF_COLUMNS, leaf_text
from gangmu.records.merkle import Hasher, inclusion_proof
from gangmu.records.models import Checkpoint, LogEntry
from gangmu.records.vouchers import Vouched, Voucher

Said = tuple[str, str, str]
"""Action, subject kind, subject key."""


def vouch(wanted: Sequence[Said]) -> Voucher:
    """The entries that say this. The first checkpoint that holds them all, so that the voucher does not change later."""
    entries = [
        entry
        for action, kind, key in wanted
        for entry in LogEntry.objects.filter(action=action, subject_kind=kind, subject_key=key).order_by("id")
    ]
    last = max((-1 if entry.position is None else entry.position for entry in entries), default=-1)
    kept = Checkpoint.objects.filter(size__gt=last).order_by("size").first()
    hasher = Hasher(settings.DISTRICT.log_hash)
    if kept is None or any(entry.position is None for entry in entries):
        return Voucher(hasher.algorithm, tuple(_vouched(entry, ()) for entry in entries), None)
    rows = LogEntry.objects.filter(position__lt=kept.size).order_by("position")
    leaves = [bytes.fromhex(digest) for digest in rows.values_list("digest", flat=True)]
    proofs = {
        entry.position: inclusion_proof(hasher, entry.position, leaves)
        for entry in entries
        if entry.position is not None
    }
    return Voucher(
        hasher.algorithm,
        tuple(_vouched(entry, proofs[entry.position]) for entry in entries if entry.position is not None),
        sealing.signed_head(kept),
    )


def _vouched(entry: LogEntry, proof: Sequence[bytes]) -> Vouched:
    leaf = leaf_text(*(getattr(entry, column) for column in LEAF_COLUMNS)).decode()
    return Vouched(leaf, entry.digest, entry.position, tuple(sibling.hex() for sibling in proof))
