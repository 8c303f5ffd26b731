"""What stands at the top of every page: where I am, for which period and unit, and how fresh the figures are."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step on the way to the page; the page itself is not one."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several addresses of the same page (another period, another unit)."""

    text: str
    href: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """The one main action of a page, named with a verb; further ones are quiet."""

    text: str
    href: str
    primary: bool = True
    key: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The head of one page. `as_of` None: the page shows no figures."""

    title: str
    crumbs: Sequence[Crumb] = ()
    period: str = ""
    periods: Sequence[Choice] = ()
    unit: str = ""
    units: Sequence[Choice] = ()
    as_of: datetime.date | datetime.datetime | None = None
    actions: Sequence[Action] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the main navigation; `here` marks the part of the house the page belongs to."""

    text: str
    href: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """An empty, refused or broken page: what is the matter, why, and the one thing to do."""

    title: str
    because: str
    remedy: str = ""
    action: Action | None = None
    details: Sequence[str] = field(default_factory=tuple)
