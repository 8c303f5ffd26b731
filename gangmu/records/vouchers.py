"""A voucher: a few entries of the log with the proofs that lead from each to a signed checkpoint.

Whoever holds one sees that the log said this and when, without the log. No Django and no database here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gangmu.problems import InputRefused
from gangmu.problems.verification import Verification
from gangmu.records import checkpoints
from gangmu.records.checkpoints import SignedHead
from gangmu.records.merkle import Hasher, proves_inclusion

FORMAT = "gangmu-voucher/1"


@dataclass(frozen=True, slots=True)
class Vouched:
    """An entry: the text that is hashed, its position (None: not sealed yet), the siblings up to the root, in hex."""

    leaf: str
    digest: str
    position: int | None
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voucher:
    """Entries and the checkpoint that holds them; None where nothing is sealed yet."""

    algorithm: str
    entries: tuple[Vouched, ...]
    head: SignedHead | None

    def as_text(self) -> str:
        said = {
            "format": FORMAT,
            "algorithm": self.algorithm,
            "entries": [asdict(entry) for entry in self.entries],
            "checkpoint": self.head and {"format": checkpoints.FORMAT, **asdict(self.head)},
        }
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"

    def told(self, action: str) -> Iterator[Mapping[str, Any]]:
        """What entries of an action say in detail."""
        for entry in self.entries:
            said = json.loads(entry.leaf)
            if said[3] == action:
                yield json.loads(said[8])


def parse(text: str) -> Voucher | None:
    """The voucher of a text; None where it is none."""
    try:
        said = json.loads(text)
        if said["format"] != FORMAT:
            return None
        head = said["checkpoint"]
        entries = tuple(
            Vouched(
                str(one["leaf"]),
                str(one["digest"]),
                _position(one["position"]),
                tuple(map(str, one["proof"])),
            )
            for one in said["entries"]
        )
        found = Voucher(
            str(said["algorithm"]), entries, None if head is None else checkpoints.parse(json.dumps(head))
        )
        Hasher(found.algorithm)
        for entry in entries:
            list(map(bytes.fromhex, entry.proof))
        for action in ("", "score.run"):
            list(found.told(action))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, InputRefused):
        return None
    return found


def _position(said: object) -> int | None:
    if said is None or (isinstance(said, int) and not isinstance(said, bool)):
        return said
    raise ValueError("position")


def check(voucher: Voucher, outside: Sequence[SignedHead], place: str, found: Verification) -> None:
    """Compare every entry with its digest and with the checkpoint, and the checkpoint with those kept elsewhere."""
    hasher, head = Hasher(voucher.algorithm), voucher.head
    for entry in voucher.entries:
        found.count("entries")
        leaf = hasher.leaf(entry.leaf.encode())
        at = "—" if entry.position is None else entry.position
        if leaf.hex() != entry.digest:
            zh = f"日志第 {at} 条的内容与其摘要不符"
            found.differ(
                "log.entry_changed", place, zh, f"the content of log entry {at} does not fit its digest"
            )
        elif head is None or entry.position is None:
            zh = f"日志第 {at} 条还没有存证点"
            found.differ("log.not_sealed", place, zh, f"log entry {at} has no checkpoint yet")
        elif not proves_inclusion(
            hasher,
            leaf,
            entry.position,
            head.size,
            list(map(bytes.fromhex, entry.proof)),
            bytes.fromhex(head.root),
        ):
            zh = f"日志第 {at} 条不在存证点（{head.at}）之内"
            found.differ(
                "log.root", place, zh, f"log entry {at} does not lead to the checkpoint of {head.at}"
            )
    if head is not None:
        _check_head(head, outside, place, found)


def _check_head(head: SignedHead, outside: Sequence[SignedHead], place: str, found: Verification) -> None:
    found.count("checkpoints", 1 + len(outside))
    if not head.signature_holds():
        zh, en = "存证点的签名不成立", "the signature of the checkpoint does not hold"
        found.differ("checkpoint.signature", place, zh, en)
    for other in outside:
        if other.public_key != head.public_key:
            zh, en = "存证点由另一把密钥签署", "the checkpoint was signed with another key"
            found.differ("checkpoint.key", place, zh, en)
        elif other.size == head.size and other.root != head.root:
            zh = f"与另存的存证点（{other.at}）不符：日志被改写或重建"
            found.differ(
                "log.rebuilt",
                place,
                zh,
                f"not the checkpoint kept elsewhere ({other.at}): the log was rewritten",
            )
