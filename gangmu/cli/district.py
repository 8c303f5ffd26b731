"""Opening a district for a command: its folder, Django, its database up to date, and who acts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.config import district as folders
from gangmu.problems import InputRefused, refuse

if TYPE_CHECKING:
    from gangmu.records.log import Actor

SETTINGS = "gangmu.config.settings"


def language_of(folder: Path, wanted: str | None) -> str:
    """The language to speak: asked for, else the district's setting, else an English LC_MESSAGES, else Chinese."""
    if wanted:
        return "en" if wanted.lower().startswith("en") else "zh-hans"
    said = _said_language(folder)
    if said:
        return said
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or ""
    return "en" if locale.lower().startswith("en") else "zh-hans"


def _said_language(folder: Path) -> str:
    """What gangmu.toml says outright; a default does not outvote the reader's locale."""
    path = folder / "gangmu.toml"
    try:
        text = path.read_text(encoding="utf-8")
        district = folders.load(folder)
    except (OSError, UnicodeDecodeError, InputRefused):
        return ""
    stated = any(line.strip().startswith("language") for line in text.splitlines())
    return district.language if stated else ""


def is_district(folder: Path) -> bool:
    return (folder / "gangmu.toml").is_file()


def require_district(folder: Path) -> None:
    """`InputRefused` unless the folder is a district's."""
    if not is_district(folder):
        raise refuse(
            "district.none",
            "这里没有单位（区、县）的数据文件夹：找不到 gangmu.toml",
            "there is no district here: gangmu.toml is not found",
            f"请用 --dir 指明文件夹，或用 gangmu init {folder} 新建",
            f"name its folder with --dir, or make one with gangmu init {folder}",
            file=str(folder),
        )


def open_district(folder: Path, language: str) -> None:
    """Set Django up for a district's folder and speak a language. Brings a SQLite database up to date.

    A PostgreSQL database may serve other processes of another version, so it is only checked: `InputRefused` when it
    is behind.
    """
    require_district(folder)
    set_up(folder, language)
    if not pending_migrations():
        return
    from django.db import connection

    if connection.vendor != "sqlite":
        raise refuse(
            "database.behind",
            "数据库结构不是本版本的",
            "the database is not of this version",
            f"请先备份，再运行 gangmu init {folder}",
            f"back it up, then run gangmu init {folder}",
        )
    keep_copy(folder)
    migrate()


def set_up(folder: Path, language: str) -> None:
    """Django for one folder. A process serves one district: a second folder is a programming error."""
    os.environ["GANGMU_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()
    from django.conf import settings
    from django.utils import translation

    if settings.DISTRICT.folder != folder.resolve():
        raise RuntimeError(f"this process serves {settings.DISTRICT.folder}, not {folder}")
    translation.activate(language)


def pending_migrations() -> list[str]:
    """Names of shipped migrations that the database does not have.

    Compared by file name: building Django's whole graph would cost every command a quarter of a second.
    """
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    shipped = {
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in (Path(app.path) / "migrations").glob("[0-9]*.py")
    }
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{label}.{name}" for label, name in shipped - applied)


def migrate() -> None:
    """Bring the database of the folder in use up to date; a SQLite file is its owner's alone from the first day."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    file = settings.DISTRICT.folder / "gangmu.db"
    if file.exists():
        file.chmod(0o600)


def renew_statistics() -> None:
    """Let the database look at its tables again, as it should after a load.

    Until it has, PostgreSQL plans for tables of the size they had before: a sum over ten thousand lines took 18 s after
    a first import. A sample is enough for SQLite, and takes hundredths of a second at any size.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.fetchall()
        cursor.execute("ANALYZE")


def keep_copy(folder: Path) -> Path | None:
    """A copy of the SQLite file beside it before its structure changes; None when there is nothing in it yet."""
    source = folder / "gangmu.db"
    copy = folder / "gangmu.before-upgrade.db"
    if not source.is_file():
        return None
    with closing(sqlite3.connect(source)) as origin:
        if not origin.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return None  # opening it for the first time left the file with a header and nothing else
        with closing(sqlite3.connect(copy)) as target, target:
            origin.backup(target)
    copy.chmod(0o600)
    return copy


def actor_named(username: str | None) -> Actor:
    """Who acts: the user of --as, else the operating-system account. `InputRefused` for an unknown or closed account."""
    from gangmu.org.models import User
    from gangmu.records.log import Actor

    if not username:
        return Actor.operator()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise refuse(
            "user.unknown",
            f"没有可用的账号“{username}”",
            f'there is no active account "{username}"',
            "请用 gangmu user list 查看账号",
            "see gangmu user list",
        )
    return Actor.of(user)


def require(actor: Actor, permission: str) -> None:
    """`InputRefused` unless the actor has a permission. The operator of the machine (no --as) may do everything."""
    if actor.user is None:
        return
    from gangmu.org.permissions import may, who_may

    if not may(actor.user, permission):
        raise refuse(
            "permission.denied",
            f"{actor.name}没有权限：{permission}",
            f"{actor.name} may not: {permission}",
            f"有此权限的角色：{'、'.join(who_may(permission))}",
            f"roles that may: {', '.join(who_may(permission, 'en'))}",
        )
