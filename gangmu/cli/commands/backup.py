"""`gangmu backup FILE`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

ABOUT = both(
    "把数据库和文件夹写成一个备份文件（zip）；SQLite 和 PostgreSQL 通用。",
    "Write database and folder into one file (zip) that SQLite and PostgreSQL both restore.",
)
EXAMPLE = "gangmu backup ../backup-2026-03-16.zip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=both("备份文件", "the file to write"))
    parser.add_argument(
        "--with-keys",
        action="store_true",
        help=both(
            "连同密钥（请妥善保管：持有密钥者可以伪造存证）", "keys too (keep it safe: they sign checkpoints)"
        ),
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from django.db import transaction

    from gangmu.cli import archive
    from gangmu.records.log import Change, record

    require(args.actor, "backup.run")
    with transaction.atomic():
        # A copy of everything left the house: the log says who took it, and the copy itself contains that.
        record(
            args.actor,
            Change(
                "backup.write", "district", "backup", detail={"file": args.file.name, "keys": args.with_keys}
            ),
        )
    manifest = archive.write(args.dir, args.file, with_keys=args.with_keys)
    rows = sum(manifest.counts.values())
    size = args.file.stat().st_size
    if out.json:
        out.object({"file": str(args.file), "bytes": size, "rows": rows, "files": len(manifest.files)})
    else:
        out.say(
            both(
                f"已备份：{args.file}（{rows} 行，{len(manifest.files)} 个文件，{size / 2**20:.1f} MB）",
                f"Written: {args.file} ({rows} rows, {len(manifest.files)} files, {size / 2**20:.1f} MB)",
            )
        )
    return 0
