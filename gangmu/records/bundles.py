"""A log that verifies offline: the bundle of `gangmu log export` and its check.

No Django and no database here. `python -m gangmu.records.bundles FILE [CHECKPOINT …]` does the same as
`gangmu log verify FILE`, on any machine with Python and `cryptography`.

A bundle is JSON Lines, gzipped when its name ends in `.gz`: a header, then every sealed entry in order
(`position`, `leaf`: the hashed text, `digest`), then every checkpoint.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from gangmu.problems import InputRefused, refuse
from gangmu.problems.verification import Verification
from gangmu.records import checkpoints
from gangmu.records.checkpoints import SignedHead
from gangmu.records.merkle import Frontier, Hasher

FORMAT = "gangmu-log/1"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sealed entry: where it stands, the text that is hashed, and the digest written beside it."""

    position: int
    text: bytes
    digest: str


def check_log(
    leaves: Iterable[Leaf],
    heads: Sequence[SignedHead],
    outside: Sequence[SignedHead],
    algorithm: str,
    trusted_keys: Iterable[str] | None,
    found: Verification,
) -> Frontier:
    """Re-hash every leaf, rebuild the tree, compare it with each checkpoint, inside and outside.

    heads: the checkpoints kept with the log. outside: those kept elsewhere; only they find a log that was
    rebuilt with the key. trusted_keys: public keys that may have signed; None: whichever signed the heads.
    Gives the tree, for whoever has more to compare with it.
    """
    for head in [*heads, *outside]:
        _check_signature(head, trusted_keys, found)
    found.count("checkpoints", len(heads))
    found.count("outside", len(outside))
    wanted = {head.size for head in [*heads, *outside]}
    tree, roots = _rebuild(leaves, algorithm, wanted, found)
    _compare_roots(heads, roots, tree.size, found)
    _compare_outside(outside, roots, tree.size, found)
    _check_unsigned_end(heads, tree.size, found)
    return tree


def write(file: Path, header: dict[str, Any], leaves: Iterable[Leaf], heads: Iterable[SignedHead]) -> int:
    """Write a bundle; how many entries."""
    count = 0
    with _writing(file) as out:
        out.write(_line({"format": FORMAT, **header}))
        for leaf in leaves:
            said = {"position": leaf.position, "leaf": leaf.text.decode(), "digest": leaf.digest}
            out.write(_line(said))
            count += 1
        for head in heads:
            out.write(_line({"checkpoint": asdict(head)}))
    return count


def verify(
    file: Path, outside: Sequence[SignedHead] = (), trusted_keys: Iterable[str] | None = None
) -> Verification:
    """Check a bundle by itself and against checkpoints kept elsewhere. InputRefused when it is no bundle."""
    found = Verification()
    with _reading(file) as lines:
        header = _header(lines, file)
        heads: list[SignedHead] = []
        check_leaves = list(_leaves(lines, heads, file))
    check_log(check_leaves, heads, outside, header["algorithm"], trusted_keys, found)
    if header["size"] != len(check_leaves):
        found.differ(
            "log.cut",
            header["size"],
            f"文件头称有 {header['size']} 条，实有 {len(check_leaves)} 条",
            f"the header tells of {header['size']} entries, there are {len(check_leaves)}",
        )
    return found


def _rebuild(
    leaves: Iterable[Leaf], algorithm: str, wanted: set[int], found: Verification
) -> tuple[Frontier, dict[int, str]]:
    """The tree over the leaves' texts, and its root at each wanted size."""
    hasher = Hasher(algorithm)
    tree = Frontier.of(hasher)
    roots: dict[int, str] = {}
    expected = 0
    for leaf in leaves:
        if leaf.position != expected:
            _report_gap(expected, leaf.position, found)
        expected = leaf.position + 1
        digest = hasher.leaf(leaf.text)
        if digest.hex() != leaf.digest:
            found.differ(
                "log.entry_changed",
                leaf.position,
                f"第 {leaf.position} 条的内容与其摘要不符",
                f"the content of entry {leaf.position} does not fit its digest",
            )
        tree.append(digest)
        found.count("entries")
        if tree.size in wanted:
            roots[tree.size] = tree.root().hex()
    return tree, roots


def _report_gap(expected: int, position: int, found: Verification) -> None:
    if position < expected:
        zh, en = f"第 {position} 条出现两次", f"entry {position} is there twice"
    else:
        zh, en = f"缺第 {expected} 至 {position - 1} 条", f"entries {expected} to {position - 1} are missing"
    found.differ("log.entry_missing" if position > expected else "log.entry_repeated", expected, zh, en)


def _compare_roots(
    heads: Sequence[SignedHead], roots: dict[int, str], size: int, found: Verification
) -> None:
    """The first checkpoint that does not fit names the stretch; every later one fails for the same cause."""
    fitting = 0
    for head in sorted(heads, key=lambda head: head.size):
        if head.size > size:
            found.differ(
                "log.cut",
                head.size,
                f"存证点记有 {head.size} 条，日志只有 {size} 条：末尾被截去",
                f"a checkpoint tells of {head.size} entries, the log has {size}: its end was cut",
            )
            return
        if roots[head.size] != head.root:
            found.differ(
                "log.root",
                head.size,
                f"第 {fitting} 至 {head.size - 1} 条与 {head.at} 的存证点不符",
                f"entries {fitting} to {head.size - 1} do not fit the checkpoint of {head.at}",
            )
            return
        fitting = head.size


def _compare_outside(
    outside: Sequence[SignedHead], roots: dict[int, str], size: int, found: Verification
) -> None:
    for head in outside:
        if head.size > size:
            found.differ(
                "log.outside_cut",
                head.size,
                f"另存的存证点（{head.at}）记有 {head.size} 条，日志只有 {size} 条",
                f"the checkpoint kept elsewhere ({head.at}) tells of {head.size} entries, the log has {size}",
            )
        elif roots[head.size] != head.root:
            found.differ(
                "log.rebuilt",
                head.size,
                f"前 {head.size} 条与另存的存证点（{head.at}）不符：日志被改写或重建",
                f"the first {head.size} entries do not fit the checkpoint kept elsewhere ({head.at}): the log was rewritten",
            )


def _check_unsigned_end(heads: Sequence[SignedHead], size: int, found: Verification) -> None:
    signed = max((head.size for head in heads), default=0)
    if size > signed:
        found.differ(
            "log.checkpoint_missing",
            signed,
            f"第 {signed} 条之后的 {size - signed} 条已编号却没有存证点",
            f"{size - signed} entries after {signed} have positions but no checkpoint",
        )


def _check_signature(head: SignedHead, trusted_keys: Iterable[str] | None, found: Verification) -> None:
    if not head.signature_holds():
        found.differ(
            "checkpoint.signature",
            head.size,
            f"第 {head.size} 条处的存证点签名不成立",
            f"the signature of the checkpoint at {head.size} does not hold",
        )
    elif trusted_keys is not None and head.public_key not in set(trusted_keys):
        found.differ(
            "checkpoint.key",
            head.size,
            f"第 {head.size} 条处的存证点由另一把密钥（{head.public_key[:16]}…）签署",
            f"the checkpoint at {head.size} was signed with another key ({head.public_key[:16]}…)",
        )


def _header(lines: Iterator[str], file: Path) -> dict[str, Any]:
    try:
        header = json.loads(next(lines))
        if header["format"] != FORMAT:
            raise ValueError("format")
        Hasher(header["algorithm"])
        return {"algorithm": header["algorithm"], "size": int(header["size"])}
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise _unreadable(file, 1) from error


def _leaves(lines: Iterator[str], heads: list[SignedHead], file: Path) -> Iterator[Leaf]:
    """The entries of a bundle; its checkpoints are put into `heads` on the way."""
    for number, line in enumerate(lines, start=2):
        try:
            said = json.loads(line)
            if "checkpoint" in said:
                heads.append(SignedHead(**said["checkpoint"]))
            else:
                yield Leaf(int(said["position"]), said["leaf"].encode(), said["digest"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(file, number) from error


@contextmanager
def _reading(file: Path) -> Iterator[Iterator[str]]:
    opener: Callable[..., IO[str]] = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as stream:
            yield iter(stream)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise _unreadable(file, 1) from error


@contextmanager
def _writing(file: Path) -> Iterator[IO[str]]:
    opener: Callable[..., IO[str]] = gzip.open if file.suffix == ".gz" else open
    with opener(file, "wt", encoding="utf-8", newline="\n") as stream:
        yield stream


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _unreadable(file: Path, line: int) -> InputRefused:
    return refuse(
        "bundle.unreadable",
        "不是日志存证包，或已损坏",
        "is no bundle of a log, or is damaged",
        "请给出 gangmu log export 写出的文件",
        "give a file that gangmu log export wrote",
        file=str(file),
        cell=f"line {line}",
    )


def main(arguments: Sequence[str]) -> int:
    """Verify a bundle from the command line: 0 in order, 1 not, 2 wrong usage."""
    if not arguments:
        print(__doc__, file=sys.stderr)  # noqa: T201 - this module is a program of its own too
        return 2
    outside = [checkpoints.read(Path(name)) for name in arguments[1:]]
    found = verify(Path(arguments[0]), outside)
    print(json.dumps(found.as_json("zh-hans"), ensure_ascii=False, indent=1))  # noqa: T201
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
