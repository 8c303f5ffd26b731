"""The head of every page: whose house it is, who is in it, and the rooms that person may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gangmu.org.models import User
from gangmu.org.permissions import ROLES, may, roles_of
from gangmu.web.frame import NavItem


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the house: its name, where it begins, the addresses it owns, and any one permission that opens it."""

    text: Any
    href: str
    under: tuple[str, ...]
    permissions: tuple[str, ...] = ()


ROOMS = (
    Room(_("首页"), "/", ("/",)),
    Room(_("指标"), "/figures/", ("/figures/", "/trace/"), ("figure.see",)),
    Room(_("目标"), "/goals/", ("/goals/",), ("goal.see",)),
    Room(_("督查"), "/ledgers/supervision/", ("/ledgers/supervision/",), ("ledger.see",)),
    Room(_("台账"), "/ledgers/", ("/ledgers/",), ("ledger.see",)),
    Room(_("得分"), "/scores/", ("/scores/",), ("score.see_all_units", "score.see_own")),
    Room(_("考核办法"), "/rulebooks/", ("/rulebooks/",), ("goal.see",)),
    Room(_("报告"), "/reports/", ("/reports/",), ("report.see",)),
    Room(_("操作日志"), "/log/", ("/log/",), ("log.see",)),
)


def masthead(request: HttpRequest) -> dict[str, Any]:
    """Context of every page. Lazy, so that an error page without a database still has a head."""
    return {
        "district": settings.DISTRICT,
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "role_names": SimpleLazyObject(lambda: role_names(request)),
    }


def navigation(request: HttpRequest) -> list[NavItem]:
    """The rooms this reader may enter; the one with the longest matching address is where he is."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    rooms = [
        room for room in ROOMS if not room.permissions or any(may(user, name) for name in room.permissions)
    ]
    here = max(rooms, key=lambda room: _matched(room, request.path))
    matched = _matched(here, request.path)
    return [NavItem(str(room.text), room.href, bool(matched) and room is here) for room in rooms]


def role_names(request: HttpRequest) -> list[str]:
    """The reader's roles in words, in the order of the permission table."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    index = 1 if (get_language() or "").startswith("en") else 0
    held = roles_of(user)
    return [words[index] for role, words in ROLES.items() if role in held]


def _matched(room: Room, path: str) -> int:
    """How much of the path a room owns; the front door owns itself alone."""
    if room.href == "/":
        return 1 if path == "/" else 0
    return max((len(start) for start in room.under if path.startswith(start)), default=0)
