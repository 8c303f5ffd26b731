"""Sealing: unsealed log entries get their positions in the Merkle tree, and its head is signed.

Entries are marked as sealed one by one. "All ids up to N" would lose a transaction that took its id
earlier and commits later; so what is sealed is decided by `position IS NULL` alone.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from gangmu.problems import InputRefused, refuse
from gangmu.records import clock
from gangmu.records.checkpoints import SignedHead, load_or_make_key, sign
from gangmu.records.merkle import Frontier, Hasher
from gangmu.records.models import Checkpoint, LogEntry, LogHead

logger = logging.getLogger(__name__)


def seal() -> int:
    """Seal what is committed and not yet sealed, sign a checkpoint, write its copy; how many entries.

    Sealers take turns at the one row of LogHead (SQLite: at the database), so several may run at once.
    Copies in `checkpoints/` are written after the commit; one that is missing is written the next time.
    """
    with transaction.atomic():
        tree, head = _tree_to_go_on()
        sealed = _take_positions(tree)
        if sealed:
            head.size, head.peaks = tree.size, " ".join(peak.hex() for peak in tree.peaks)
            head.save()
            _sign(tree)
    transaction.on_commit(write_missing_copies)
    return sealed


@contextmanager
def regularly(seconds: float = 300) -> Iterator[None]:
    """Seal every so often while a server runs, and once more when it stops."""
    stop = threading.Event()
    sealer = threading.Thread(target=_seal_until, args=(stop, seconds), name="sealer", daemon=True)
    sealer.start()
    try:
        yield
    finally:
        stop.set()
        sealer.join()


def write_missing_copies() -> list[Path]:
    """Write each checkpoint that has no file in `checkpoints/` yet; the files written."""
    folder = settings.DISTRICT.checkpoints
    there = {path.name for path in folder.glob("*.json")}
    missing = [head for head in signed_heads() if copy_name(head) not in there]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / copy_name(head), head) for head in missing]


def signed_heads() -> Iterator[SignedHead]:
    """The checkpoints of the database, smallest first."""
    return (signed_head(checkpoint) for checkpoint in Checkpoint.objects.order_by("size"))


def newest_heads(count: int) -> list[SignedHead]:
    """The last `count` checkpoints, the newest first."""
    return [signed_head(checkpoint) for checkpoint in Checkpoint.objects.order_by("-size")[:count]]


def signed_head(checkpoint: Checkpoint) -> SignedHead:
    return SignedHead(
        checkpoint.size,
        checkpoint.root,
        checkpoint.at,
        checkpoint.algorithm,
        checkpoint.public_key,
        checkpoint.signature,
    )


def copy_name(head: SignedHead) -> str:
    return f"{head.size:012}.json"


def _seal_until(stop: threading.Event, seconds: float) -> None:
    """A failure is told and tried again: a server goes on when its disk or database falters for a while."""
    stopped = False
    while not stopped:
        stopped = stop.wait(seconds)
        try:
            seal()
        except (DatabaseError, InputRefused, OSError):
            logger.exception("sealing failed")
        finally:
            connection.close()


def _tree_to_go_on() -> tuple[Frontier, LogHead]:
    """The tree as the last checkpoint left it, its row locked until the end of the transaction."""
    LogHead.objects.get_or_create(pk=1)
    head = LogHead.objects.select_for_update().get(pk=1)
    hasher = Hasher(settings.DISTRICT.log_hash)
    tree = Frontier(hasher, head.size, [bytes.fromhex(peak) for peak in head.peaks.split()])
    last = Checkpoint.objects.order_by("-size").first()
    if last is not None and (last.algorithm, last.size, last.root) != (
        hasher.algorithm,
        tree.size,
        tree.root().hex(),
    ):
        raise refuse(
            "log.head_differs",
            f"日志的接续状态与第 {last.size} 条处的存证点不符，不再续写存证点",
            f"the log's state does not fit the checkpoint at {last.size}: sealing stops",
            "请运行 gangmu log verify 查明；摘要算法启用后不能更换",
            "run gangmu log verify; the hash algorithm cannot be changed once in use",
        )
    return tree, head


def _take_positions(tree: Frontier) -> int:
    unsealed = LogEntry.objects.filter(position=None).order_by("id").values_list("id", "digest")
    placed = []
    for pk, digest in unsealed.iterator(chunk_size=5000):
        placed.append((tree.size, pk))
        tree.append(bytes.fromhex(digest))
    _write_positions(placed)
    return len(placed)


def _write_positions(placed: Iterable[tuple[int, int]]) -> None:
    """One prepared statement for all: a CASE over thousands of rows would cost minutes."""
    table = connection.ops.quote_name(LogEntry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET position = %s WHERE id = %s AND position IS NULL",  # noqa: S608 - our own table
            list(placed),
        )


def _sign(tree: Frontier) -> None:
    key = load_or_make_key(settings.DISTRICT.keys)
    at = clock.now().isoformat(timespec="seconds")
    Checkpoint.objects.create(**asdict(sign(key, tree.size, tree.root(), at, tree.hasher.algorithm)))


def _write(path: Path, head: SignedHead) -> Path:
    """Whole or not at all: whoever copies the folder, or writes the same copy, meanwhile never meets half a file."""
    draft = path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part")
    draft.write_text(head.as_text(), encoding="ascii")
    return draft.replace(path)
