"""A district's folder: `gangmu.toml` and what lies beside it (interface.md, "A district's folder")."""

from __future__ import annotations

import datetime
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gangmu.problems import Text, refuse

LANGUAGES = ("zh-hans", "en")
LOG_HASHES = ("sha256", "sm3")


class Area(NamedTuple):
    """A sibling district that the own one is compared with. name_en: empty where nobody gave one."""

    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class District:
    """What `gangmu.toml` says. `today` None means the real day; `areas` are the sibling districts."""

    folder: Path
    name: str = "未命名区"
    name_en: str = ""
    language: str = "zh-hans"
    database_url: str = ""
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    today: datetime.date | None = None
    office_name: str = "目标办"
    office_name_en: str = "Goal Management Office"
    leading_group_name: str = "考核领导小组"
    meeting_weekday: int = 6
    fictional: bool = False
    log_hash: str = "sha256"
    areas: tuple[Area, ...] = ()

    @property
    def title(self) -> Text:
        """The district's name as each language says it."""
        return Text(self.name, self.name_en or self.name)

    @property
    def office(self) -> Text:
        """The leading office with the district's name before it, as it signs."""
        return Text(self.name + self.office_name, f"{self.title.en} · {self.office_name_en}")

    @property
    def database(self) -> str:
        """The database address: `DATABASE_URL` first, then the setting, then the embedded file."""
        return os.environ.get("DATABASE_URL") or self.database_url or f"sqlite:///{self.folder / 'gangmu.db'}"

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    @property
    def declared(self) -> Path:
        return self.folder / "declared"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"


def load(folder: Path) -> District:
    """Read `gangmu.toml`; a folder without one is a district of defaults (tests, `init`)."""
    path = folder / "gangmu.toml"
    if not path.exists():
        return District(folder=folder)
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise refuse(
            "settings.syntax",
            f"设置文件写法有误：{error}",
            f"the settings file cannot be read: {error}",
            "请按 gangmu init 生成的样式改正",
            "mend it after the pattern that gangmu init writes",
            file=str(path),
        ) from error
    return _checked(folder, path, said)


def _checked(folder: Path, path: Path, said: dict[str, Any]) -> District:
    known: dict[str, Any] = {
        "name": str,
        "name_en": str,
        "language": str,
        "database_url": str,
        "allowed_hosts": list,
        "today": (datetime.date, str),
        "office_name": str,
        "office_name_en": str,
        "leading_group_name": str,
        "meeting_weekday": int,
        "fictional": bool,
        "log_hash": str,
        "areas": dict,
    }
    for key, value in said.items():
        if key not in known or not isinstance(value, known[key]):
            allowed = ", ".join(known)
            raise refuse(
                "settings.unknown",
                f"设置项 {key} = {value!r} 不认识或类型不对",
                f"setting {key} = {value!r} is unknown or of the wrong type",
                f"可用的设置项：{allowed}",
                f"known settings: {allowed}",
                file=str(path),
            )
    values = dict(said)
    if "allowed_hosts" in values:
        values["allowed_hosts"] = tuple(values["allowed_hosts"])
    values["today"] = _day(path, values.get("today"))
    values["areas"] = _areas(path, values.get("areas", {}))
    if values.get("language", "zh-hans") not in LANGUAGES:
        raise refuse(
            "settings.language",
            f"语言 {values['language']!r} 不支持",
            f"language {values['language']!r} is not supported",
            "请写 zh-hans 或 en",
            "write zh-hans or en",
            file=str(path),
        )
    if values.get("log_hash", "sha256") not in LOG_HASHES:
        raise refuse(
            "settings.log_hash",
            f"日志摘要算法 {values['log_hash']!r} 不支持",
            f"log hash {values['log_hash']!r} is not supported",
            "请写 sha256 或 sm3；启用后不能更换",
            "write sha256 or sm3; it cannot be changed later",
            file=str(path),
        )
    return District(folder=folder, **values)


def _areas(path: Path, said: dict[str, Any]) -> tuple[Area, ...]:
    """The sibling districts of `[areas]`, in its order."""
    for name, name_en in said.items():
        if not name.strip() or not isinstance(name_en, str):
            raise refuse(
                "settings.areas",
                f"[areas] 中 {name!r} = {name_en!r} 不是“名称 = 英文名称”",
                f"in [areas], {name!r} = {name_en!r} is not a name and its English name",
                '请写成 "东山区" = "Dongshan District"，没有英文名称的写 ""',
                'write "东山区" = "Dongshan District", or "" where there is no English name',
                file=str(path),
            )
    return tuple(Area(name.strip(), name_en.strip()) for name, name_en in said.items())


def _day(path: Path, said: datetime.date | str | None) -> datetime.date | None:
    if isinstance(said, datetime.date) or said is None:
        return said
    if not said:
        return None
    try:
        return datetime.date.fromisoformat(said)
    except ValueError as error:
        raise refuse(
            "settings.today",
            f"today = {said!r} 不是日期",
            f"today = {said!r} is not a day",
            '请写成 today = "2026-03-01"，或删去此行用真实日期',
            'write today = "2026-03-01", or drop the line for the real day',
            file=str(path),
        ) from error


def secret_key(keys: Path) -> str:
    """The secret of sessions and forms, made once per district and readable by its owner alone."""
    path = keys / "secret.key"
    if not path.exists():
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
