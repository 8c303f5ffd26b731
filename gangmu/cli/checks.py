"""What `gangmu doctor` looks at: each check is a function that says how things stand and what to do."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gangmu.problems import Text

NOTHING = Text("", "")
OK, WARNING, FAILED = "ok", "warning", "failed"

FREE_ENOUGH = 500 * 2**20
WORD_FONTS = {
    "仿宋": ("FangSong", "FangSong_GB2312", "STFangsong", "方正仿宋_GBK", "仿宋_GB2312"),
    "黑体": ("SimHei", "STHeiti", "方正黑体_GBK"),
    "楷体": ("KaiTi", "KaiTi_GB2312", "STKaiti", "方正楷体_GBK", "楷体_GB2312"),
    "小标宋": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
}
"""Fonts of GB/T 9704-2012 and the names they go by. They are licensed: Gangmu names them and never ships them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check. state: ok, warning (works, but) or failed."""

    check: str
    state: str
    message: Text
    remedy: Text = NOTHING

    def as_json(self, language: str) -> dict[str, str]:
        return {
            "check": self.check,
            "state": self.state,
            "message": self.message.say(language),
            "remedy": self.remedy.say(language),
        }


def look(folder: Path) -> Iterator[Finding]:
    """All checks in order. Django must be set up; a check that cannot be made is itself a finding."""
    yield version()
    reachable = database()
    yield reachable
    yield disk(folder)
    yield from private_files(folder)
    yield fonts()
    yield checkpoints(folder)
    if reachable.state != FAILED:
        yield from _database_checks()


def _database_checks() -> Iterator[Finding]:
    behind = migrations()
    yield behind
    yield journal()
    if behind.state != FAILED:  # without its tables the log cannot be looked at
        yield from (check() for check in (accounts, log))


def version() -> Finding:
    import platform

    import django

    from gangmu import __version__

    shown = f"gangmu {__version__}, Django {django.get_version()}, Python {platform.python_version()}"
    return Finding("version", OK, Text(shown, shown))


def database() -> Finding:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
        shown = _database_shown(connection.vendor)
    except DatabaseError as error:
        return Finding(
            "database",
            FAILED,
            Text(f"连接不上数据库：{error}".strip(), f"the database cannot be reached: {error}".strip()),
            Text(
                "请检查 DATABASE_URL 或 gangmu.toml 中的 database_url",
                "check DATABASE_URL, or database_url in gangmu.toml",
            ),
        )
    return Finding("database", OK, Text(f"数据库 {shown}", f"database {shown}"))


def _database_shown(vendor: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if vendor == "sqlite" else "SHOW server_version")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


def migrations() -> Finding:
    from gangmu.cli.district import pending_migrations

    pending = pending_migrations()
    if not pending:
        return Finding(
            "migrations", OK, Text("数据库结构是最新的", "the database has this version's structure")
        )
    return Finding(
        "migrations",
        FAILED,
        Text(f"数据库结构落后 {len(pending)} 步", f"the database is {len(pending)} migrations behind"),
        Text("请先备份，再运行 gangmu init", "back it up, then run gangmu init"),
    )


def journal() -> Finding:
    """SQLite must run in WAL: readers and the one writer do not block each other, and a crash loses nothing."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return Finding("journal", OK, Text("由数据库服务器管理", "kept by the database server"))
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
        sound = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if (mode, keys, sound) == ("wal", 1, "ok"):
        return Finding("journal", OK, Text("WAL 方式，文件完好", "WAL, and the file is sound"))
    return Finding(
        "journal",
        FAILED,
        Text(
            f"journal_mode={mode}，foreign_keys={keys}，quick_check={sound}",
            f"journal_mode={mode}, foreign_keys={keys}, quick_check={sound}",
        ),
        Text(
            "请把文件夹放在本机磁盘上（不要放网络盘），或从备份恢复",
            "keep the folder on a local disk, or restore a backup",
        ),
    )


def private_files(folder: Path) -> Iterator[Finding]:
    """Keys and the database file must be readable by their owner alone."""
    keys = folder / "keys"
    if not keys.is_dir() or not any(keys.iterdir()):
        yield Finding(
            "keys",
            FAILED,
            Text("keys/ 中没有密钥", "there are no keys in keys/"),
            Text("请运行 gangmu init，或从备份恢复", "run gangmu init, or restore them from a backup"),
        )
        return
    private = [keys, *keys.iterdir(), *folder.glob("gangmu.db")]
    open_to_others = [path.name for path in private if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if open_to_others:
        listed = "、".join(open_to_others)
        yield Finding(
            "keys",
            FAILED,
            Text(f"别人也能读：{listed}", f"readable by others: {listed}"),
            Text("请运行 chmod -R go= keys gangmu.db", "run chmod -R go= keys gangmu.db"),
        )
    else:
        yield Finding(
            "keys",
            OK,
            Text(
                "密钥和数据库文件只有本人可读", "keys and the database file are readable by their owner alone"
            ),
        )


def disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    shown = f"{free / 2**30:.1f} GB"
    if free >= FREE_ENOUGH:
        return Finding("disk", OK, Text(f"剩余空间 {shown}", f"{shown} free"))
    return Finding(
        "disk",
        WARNING,
        Text(f"剩余空间只有 {shown}", f"only {shown} free"),
        Text("请清理磁盘", "make room"),
    )


def fonts() -> Finding:
    """Word documents name the official fonts; a reader without them sees a substitute."""
    lister = shutil.which("fc-list")
    if lister is None:
        return Finding(
            "fonts", OK, Text("本机没有 fc-list，未检查字体", "no fc-list here; fonts were not looked at")
        )
    listed = subprocess.run(  # noqa: S603  a fixed program of the system, no input from anyone
        [lister, ":", "family"], capture_output=True, text=True, timeout=30, check=False
    ).stdout.casefold()
    missing = [
        name
        for name, names in WORD_FONTS.items()
        if not any(each.casefold() in listed for each in (name, *names))
    ]
    if not missing:
        return Finding("fonts", OK, Text("公文字体齐全", "the fonts of official documents are installed"))
    return Finding(
        "fonts",
        WARNING,
        Text(
            f"本机缺少公文字体：{'、'.join(missing)}",
            f"fonts of official documents missing here: {', '.join(missing)}",
        ),
        Text(
            "只影响在本机查看和打印；有这些字体的电脑打开报告不受影响",
            "this matters for viewing and printing here only; documents name the right fonts",
        ),
    )


def checkpoints(folder: Path) -> Finding:
    if any((folder / "checkpoints").glob("*")):
        return Finding(
            "checkpoints",
            OK,
            Text(
                "有存证点；请定期把 checkpoints/ 复制到别处",
                "there are checkpoints; copy checkpoints/ to another house regularly",
            ),
        )
    return Finding(
        "checkpoints",
        WARNING,
        Text("还没有存证点", "there is no checkpoint yet"),
        Text("导入或 gangmu log seal 后会生成", "an import or gangmu log seal writes one"),
    )


def accounts() -> Finding:
    from gangmu.org.models import User

    active = User.objects.filter(is_active=True).count()
    if active:
        return Finding("accounts", OK, Text(f"可用账号 {active} 个", f"{active} active accounts"))
    return Finding(
        "accounts",
        WARNING,
        Text("没有可用账号，谁也不能登录", "no active account: nobody can sign in"),
        Text("请运行 gangmu user add", "run gangmu user add"),
    )


def log() -> Finding:
    from gangmu.records import verifying

    verified = verifying.verify()
    if verified.ok:
        return Finding("log", OK, Text("操作日志核验通过", "the log verifies"))
    return Finding(
        "log",
        FAILED,
        Text("操作日志核验未通过", "the log does not verify"),
        Text("请运行 gangmu log verify 查看", "see gangmu log verify"),
    )
