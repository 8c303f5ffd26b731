"""Verifying the log in the database, and exporting it so that others can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from gangmu.problems import InputRefused
from gangmu.problems.verification import Verification
from gangmu.records import checkpoints, sealing, subjects
from gangmu.records.bundles import Leaf, check_log, write
from gangmu.records.checkpoints import SignedHead
from gangmu.records.log import LEAF_COLUMNS, leaf_digest, leaf_text
from gangmu.records.merkle import Frontier
from gangmu.records.models import LogEntry, LogHead


def verify(outside: Sequence[SignedHead] = ()) -> Verification:
    """Check the whole log of the database, and the rows it speaks about.

    Every leaf is re-hashed, the tree rebuilt and compared with every checkpoint: those of the database,
    the copies in `checkpoints/`, and `outside`, kept elsewhere. Entries not sealed yet are re-hashed too.
    Then each registered row's digest is compared with the last one logged.
    """
    found = Verification()
    log = _standing()
    tree = check_log(
        sealed_leaves(log.size),
        log.heads,
        [*_copies(found), *outside],
        settings.DISTRICT.log_hash,
        checkpoints.trusted_keys(settings.DISTRICT.keys),
        found,
    )
    _check_peaks(log, tree, found)
    _check_unsealed(found)
    for kind in subjects.kinds():
        _check_rows(kind, found)
    return found


def export(file: Path) -> int:
    """Write every sealed entry and checkpoint to a bundle (see `bundles`); how many entries."""
    log = _standing()
    header = {"algorithm": settings.DISTRICT.log_hash, "size": log.size, "district": settings.DISTRICT.name}
    return write(file, header, sealed_leaves(log.size), log.heads)


@dataclass(frozen=True, slots=True)
class _Standing:
    """The sealed log at one moment: how far it goes, its checkpoints, the peaks kept to go on from."""

    size: int
    heads: list[SignedHead]
    peaks: list[str]


def _standing() -> _Standing:
    """Taken at the sealers' own lock, so that none seals between one answer and the next."""
    with transaction.atomic():
        head = LogHead.objects.select_for_update().filter(pk=1).first()
        last = LogEntry.objects.aggregate(last=Max("position"))["last"]
        heads = list(sealing.signed_heads())
    return _Standing(0 if last is None else last + 1, heads, head.peaks.split() if head else [])


def sealed_leaves(size: int) -> Iterator[Leaf]:
    """The first `size` sealed entries in the tree's order, as they stand in the database."""
    rows = LogEntry.objects.filter(position__lt=size).order_by("position")
    for position, digest, *values in rows.values_list("position", "digest", *LEAF_COLUMNS).iterator(
        chunk_size=5000
    ):
        yield Leaf(position, leaf_text(*values), digest)


def _copies(found: Verification) -> Iterator[SignedHead]:
    """The copies in the district's own folder. One that cannot be read is a difference, not an end."""
    for path in sorted(settings.DISTRICT.checkpoints.glob("*.json")):
        try:
            yield checkpoints.read(path)
        except InputRefused as refused:
            message = refused.problems[0].message
            found.differ("checkpoint.unreadable", path.name, message.zh, message.en)


def _check_peaks(log: _Standing, tree: Frontier, found: Verification) -> None:
    if log.peaks != [peak.hex() for peak in tree.peaks]:
        found.differ(
            "log.head",
            log.size,
            "接续日志用的状态与重新计算的不符",
            "the state that sealing goes on from is not what was recomputed",
        )


def _check_unsealed(found: Verification) -> None:
    rows = LogEntry.objects.filter(position=None).order_by("id")
    for pk, digest, *values in rows.values_list("id", "digest", *LEAF_COLUMNS).iterator(chunk_size=5000):
        found.count("unsealed")
        if leaf_digest(values) != digest:
            found.differ(
                "log.entry_changed",
                f"id {pk}",
                f"尚未封存的一条（id {pk}）内容与其摘要不符",
                f"the content of the unsealed entry with id {pk} does not fit its digest",
            )


def _check_rows(kind: str, found: Verification) -> None:
    logged = _last_logged(kind)
    for key, digest in subjects.current(kind):
        found.count("rows")
        if logged.pop(key, None) != digest:
            _report_row(kind, key, digest, found)
    for key, digest in logged.items():
        if digest != subjects.GONE:
            _report_row(kind, key, subjects.GONE, found)


def _report_row(kind: str, key: str, stands: str, found: Verification) -> None:
    """Report a row, unless a change logged in the meantime explains it: the log is asked once more."""
    last = _last_logged(kind, key).get(key, subjects.GONE)
    place = f"{kind}/{key}"
    if last == stands:
        return
    if last == subjects.GONE:
        found.differ("row.not_logged", place, f"日志中没有 {place}", f"the log knows nothing of {place}")
    elif stands == subjects.GONE:
        found.differ(
            "row.deleted",
            place,
            f"{place} 已不存在，日志中没有删除记录",
            f"{place} is gone, and the log tells of no deletion",
        )
    else:
        found.differ(
            "row.changed",
            place,
            f"{place} 与日志最后所记的内容不符",
            f"{place} is not what the log last said of it",
        )


def _last_logged(kind: str, key: str = "") -> dict[str, str]:
    """The last digest the log gave for each row of a kind. An entry without one tells of an event only."""
    rows = LogEntry.objects.filter(subject_kind=kind, **({"subject_key": key} if key else {}))
    told = rows.exclude(subject_digest="").order_by("id").values_list("subject_key", "subject_digest")
    return dict(told.iterator(chunk_size=5000))
