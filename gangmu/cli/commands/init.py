"""`gangmu init DIR`: a district as files that a person can edit, a database, keys and the first sign-ins."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gangmu.records.log import Actor
    from gangmu.sheets.writing import SheetOut

ABOUT = both(
    "新建一个区（县）的数据文件夹：设置、数据库、密钥、空表格、考核办法样例，并给出首次登录的账号。"
    "对已有的文件夹可以再次运行：补齐缺少的部分，不动已有的内容。",
    "Lay out a district's folder: settings, database, keys, empty workbooks, a sample rule book, and the first "
    "sign-ins. May be run again: what is missing is added, nothing that exists is touched.",
)
EXAMPLE = "gangmu init yunxi --name 云溪区"
NEEDS_DISTRICT = False

FIRST_ACCOUNTS = {
    "office": ("目标办负责人", "office_head"),
    "system": ("系统管理员", "system_admin"),
    "security": ("安全管理员", "security_admin"),
    "audit": ("审计管理员", "audit_admin"),
}
"""Username → name and role. Three administrators from the first day: their powers are separate (三员分立)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, help=both("文件夹", "the folder"))
    parser.add_argument("--name", default="", help=both("区（县）的名称", "the district's name"))


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.cli import district, layout

    folder = args.folder or args.dir
    written = layout.lay_out(folder, args.name)
    district.set_up(folder, args.lang)
    if district.pending_migrations():
        district.keep_copy(folder)
        district.migrate()
    written += layout.write_templates(folder, _templates())
    make_keys(folder)
    sign_ins = {} if _someone_can_sign_in() else _first_accounts(district.actor_named(None))
    _tell(out, folder, written, sign_ins)
    return 0


def make_keys(folder: Path) -> None:
    """The keys that are not there yet, readable by their owner alone."""
    from gangmu.config.district import secret_key
    from gangmu.records.checkpoints import load_or_make_key

    keys = folder / "keys"
    secret_key(keys)
    load_or_make_key(keys)


def _templates() -> list[Mapping[str, Sequence[SheetOut]]]:
    from gangmu.cli.importing import importers

    return [importer.templates() for importer in importers().values()]


def _someone_can_sign_in() -> bool:
    from gangmu.org.models import User

    return User.objects.exists()


def _first_accounts(actor: Actor) -> dict[str, str]:
    """Username → one-time password of the accounts that a district begins with."""
    from django.db import transaction

    from gangmu.org import accounts
    from gangmu.records import sealing

    with transaction.atomic():
        passwords = {
            username: accounts.add(username, name, [role], actor)
            for username, (name, role) in FIRST_ACCOUNTS.items()
        }
    sealing.seal()
    return passwords


def _tell(out: Output, folder: Path, written: list[Path], sign_ins: dict[str, str]) -> None:
    files = [path.relative_to(folder).as_posix() for path in written]
    if out.json:
        out.object({"folder": str(folder), "files": files, "sign_ins": sign_ins})
        return
    if files:
        out.say(both(f"已建立：{folder}", f"Laid out: {folder}"))
        for file in files:
            out.say(f"  {file}")
    else:
        out.say(both(f"{folder} 已经齐备。", f"{folder} is complete."))
    if sign_ins:
        out.say()
        out.say(
            both(
                "首次登录账号（密码只显示这一次，登录后请修改）：",
                "First sign-ins (shown this once; change them):",
            )
        )
        for username, password in sign_ins.items():
            name, _ = FIRST_ACCOUNTS[username]
            out.say(f"  {username:<10} {password}  {name}")
        out.say()
        out.say(
            both(
                f"下一步：填写 units.xlsx 等表格，然后 gangmu import --dir {folder}",
                f"Next: fill in units.xlsx and the others, then gangmu import --dir {folder}",
            )
        )
