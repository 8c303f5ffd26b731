"""`gangmu log`: seal the log, export it, verify it with or without this machine's database."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gangmu.problems.verification import Verification
    from gangmu.records.checkpoints import SignedHead

ABOUT = both(
    "操作日志：封存（seal）、导出存证包（export）、核验（verify）。核验有不符则返回 1。",
    "The log: seal it, export it, verify it. Exit 1 when something differs.",
)
EXAMPLE = "gangmu log verify --checkpoint /media/usb/000000012345.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="seal|export|verify")
    acts.add_parser("seal", help=both("封存新的日志，签署存证点", "seal new entries and sign a checkpoint"))
    export = acts.add_parser(
        "export", help=both("导出可离线核验的存证包", "write a bundle that verifies offline")
    )
    export.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=both("写到（.jsonl 或 .jsonl.gz）", "file to write (.jsonl or .jsonl.gz)"),
    )
    verify = acts.add_parser(
        "verify", help=both("核验日志、存证点和各条记录", "verify log, checkpoints and rows")
    )
    verify.add_argument(
        "bundle",
        nargs="?",
        type=Path,
        metavar="BUNDLE",
        help=both("存证包；不写则核验数据库", "a bundle; the database by default"),
    )
    verify.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=both("另处保存的存证点，可多次", "a checkpoint that was kept elsewhere; may be repeated"),
    )


def needs_district(args: argparse.Namespace) -> bool:
    """A bundle is verified anywhere, without a district and its database."""
    return not (args.act == "verify" and args.bundle)


def run(args: argparse.Namespace, out: Output) -> int:
    if args.act == "seal":
        return _seal(out)
    if args.act == "verify" and args.bundle:
        return _verify(args, out)
    from gangmu.cli.district import require

    require(args.actor, "log.see")
    return _export(args.out, out) if args.act == "export" else _verify(args, out)


def _seal(out: Output) -> int:
    from gangmu.records import sealing

    sealed = sealing.seal()
    head = next(iter(sealing.newest_heads(1)), None)
    if out.json:
        out.object({"sealed": sealed, "size": head.size if head else 0, "root": head.root if head else ""})
    elif head is None:
        out.say(both("还没有日志可以封存。", "There is nothing to seal yet."))
    else:
        out.say(
            both(
                f"新封存 {sealed} 条，共 {head.size} 条。存证点：checkpoints/{sealing.copy_name(head)}，请另处保存一份。",
                f"{sealed} entries sealed, {head.size} in all. Checkpoint: checkpoints/{sealing.copy_name(head)}; "
                "keep a copy of it elsewhere.",
            )
        )
    return 0


def _export(file: Path, out: Output) -> int:
    from gangmu.records import verifying

    count = verifying.export(file)
    if out.json:
        out.object({"file": str(file), "entries": count})
    else:
        out.say(both(f"已导出 {count} 条：{file}", f"{count} entries exported: {file}"))
    return 0


def _verify(args: argparse.Namespace, out: Output) -> int:
    from gangmu.records import bundles, checkpoints

    outside = [checkpoints.read(path) for path in args.checkpoint]
    with out.progress(both("正在核验", "verifying")):
        found = bundles.verify(args.bundle, outside) if args.bundle else _verify_database(outside)
    _tell(found, bool(outside), out)
    return 0 if found.ok else 1


def _verify_database(outside: Sequence[SignedHead]) -> Verification:
    from gangmu.records import verifying

    return verifying.verify(outside)


def _tell(found: Verification, with_outside: bool, out: Output) -> None:
    if out.json:
        out.object(found.as_json(out.language))
        return
    for difference in found.differs:
        out.say(f"✗ {difference.message.say(out.language)}")
    compared = sum(found.counts.values())
    out.say(
        both(
            f"已比对 {compared} 项，{len(found.differs)} 处不符。",
            f"{compared} compared, {len(found.differs)} differ.",
        )
    )
    if found.ok and not with_outside:
        out.hint(
            both(
                "未使用另处保存的存证点：用密钥重建的日志只有与它比对才能发现（--checkpoint）。",
                "No checkpoint from elsewhere was given: only that finds a log rebuilt with the key (--checkpoint).",
            )
        )
