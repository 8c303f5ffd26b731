"""`gangmu import`: files in, all or nothing; what an import did can be listed and undone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import InputRefused, refuse

if TYPE_CHECKING:
    from gangmu.cli.importing import Imported, Source
    from gangmu.records.models import ImportBatch

ABOUT = both(
    "导入表格（.xlsx、.csv）和考核办法（.yaml）。有任何一处错误，就全部不导入，并另存一份标出错误的表格。",
    "Import workbooks (.xlsx, .csv) and rule books (.yaml). With any finding nothing is taken, and a copy of the "
    "workbook with its cells marked is written beside it.",
)
EXAMPLE = "gangmu import ledgers/projects.xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=both("文件或文件夹；不写则为全部", "files or folders; all by default"),
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--check", action="store_true", help=both("只检查，不导入", "check only, take nothing"))
    one.add_argument("--list", action="store_true", help=both("列出历次导入", "list the imports made"))
    one.add_argument(
        "--undo",
        nargs="?",
        type=int,
        const=0,
        metavar="N",
        help=both("撤销第 N 次导入；不写 N 为最近一次", "undo import N, by default the last"),
    )
    parser.add_argument(
        "--reason", default="", help=both("撤销的理由，记入日志", "why it is undone, for the log")
    )


def run(args: argparse.Namespace, out: Output) -> int:
    require(args.actor, "import.run")
    if args.list:
        return _list(out)
    if args.undo is not None:
        return _undo(args, out)
    return _import(args, out)


def _import(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli import importing

    sources = importing.files_named(args.files, args.dir) if args.files else importing.files_of(args.dir)
    if not sources:
        raise _nothing_to_import(args.dir)
    try:
        with out.progress(both("正在导入", "importing"), len(sources)) as step:
            imported = importing.import_files(sources, args.actor, check_only=args.check, step=step)
    except InputRefused as refused:
        return _refused(refused, sources, out)
    _told(imported, args.check, out)
    return 0


def _refused(refused: InputRefused, sources: Sequence[Source], out: Output) -> int:
    from gangmu.cli.importing import write_marked

    out.problems(refused.problems)
    for copy in write_marked(sources, refused.problems, out.language):
        out.hint(both(f"已标出错误：{copy}", f"marked: {copy}"))
    out.hint(both("没有导入任何内容。", "Nothing was imported."))
    return 1


def _told(imported: Imported, check_only: bool, out: Output) -> None:
    total = imported.total
    if out.json:
        out.object(
            {
                "batch": imported.batch,
                "created": total.created,
                "changed": total.changed,
                "unchanged": total.unchanged,
                "files": [file.as_json(out.language) for file in imported.files],
            }
        )
        return
    out.table(
        [both("文件", "file"), both("新增", "new"), both("更改", "changed"), both("未变", "unchanged")],
        [
            (file.file, file.counts.created, file.counts.changed, file.counts.unchanged)
            for file in imported.files
        ],
        right=(1, 2, 3),
    )
    for file in imported.files:
        for note in file.as_json(out.language)["notes"]:
            out.hint(note)
    if check_only:
        out.say(both("检查通过，没有导入。", "Checked without findings; nothing was imported."))
    elif imported.batch is None:
        out.say(both("内容与已有数据相同，没有变化。", "Everything was known already; nothing changed."))
    else:
        out.say(
            both(
                f"第 {imported.batch} 次导入完成。撤销：gangmu import --undo {imported.batch}",
                f"Import {imported.batch} is done. To undo it: gangmu import --undo {imported.batch}",
            )
        )


def _list(out: Output) -> int:
    from gangmu.records.models import ImportBatch

    rows = [_as_row(batch) for batch in ImportBatch.objects.order_by("pk")]
    if out.json:
        out.lines(rows)
        return 0
    out.table(
        [
            both("次", "no."),
            both("时间", "at"),
            both("导入人", "by"),
            both("文件", "files"),
            both("新增", "new"),
            both("更改", "changed"),
            both("撤销时间", "undone at"),
        ],
        [list(row.values()) for row in rows],
        right=(0, 4, 5),
    )
    return 0


def _as_row(batch: ImportBatch) -> dict[str, object]:
    from django.utils import timezone

    files = json.loads(batch.summary)
    undone = batch.undone_at and timezone.localtime(batch.undone_at).strftime("%Y-%m-%d %H:%M")
    return {
        "batch": batch.pk,
        "at": timezone.localtime(batch.at).strftime("%Y-%m-%d %H:%M"),
        "by": batch.by_name,
        "files": batch.files,
        "created": sum(file["created"] for file in files.values()),
        "changed": sum(file["changed"] for file in files.values()),
        "undone_at": undone,
    }


def _undo(args: argparse.Namespace, out: Output) -> int:
    from django.db import transaction

    from gangmu.drive import duties
    from gangmu.records import batches, sealing
    from gangmu.records.models import ImportBatch

    chosen = (
        ImportBatch.objects.filter(pk=args.undo) if args.undo else ImportBatch.objects.filter(undone_at=None)
    )
    batch = chosen.order_by("-pk").first()
    if batch is None:
        raise refuse(
            "batch.unknown",
            f"没有第 {args.undo} 次导入" if args.undo else "没有可以撤销的导入",
            f"there is no import {args.undo}" if args.undo else "there is no import to undo",
            "请用 gangmu import --list 查看",
            "see gangmu import --list",
        )
    with transaction.atomic():
        counts = batches.undo(batch, args.actor, args.reason)
        duties.bring_all_up_to_date()
    sealing.seal()
    rows = sum(counts.values())
    if out.json:
        out.object({"undone": batch.pk, "rows": rows, "kinds": counts})
    else:
        out.say(
            both(f"已撤销第 {batch.pk} 次导入，{rows} 行。", f"Import {batch.pk} is undone: {rows} rows.")
        )
    return 0


def _nothing_to_import(folder: Path) -> InputRefused:
    return refuse(
        "import.nothing",
        "没有可导入的文件",
        "there is nothing to import",
        "请写出文件名，或在文件夹中放入 units.xlsx 等（见 gangmu init）",
        "name files, or put units.xlsx and the others into the folder (see gangmu init)",
        file=str(folder),
    )
