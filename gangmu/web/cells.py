"""What can stand in a cell of a table: each kind knows its text for the screen and its value for a file.

A list page, its CSV, its XLSX and its JSON are made from the same cells, so that they cannot differ.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol, runtime_checkable

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gangmu.problems import Text
from gangmu.records.lamps import SHAPE, WORD, Colour, Lamp

Plain = str | Decimal | int | datetime.date | datetime.datetime | None
"""What a file gets: a missing value is None, never a dash."""


@runtime_checkable
class Cell(Protocol):
    """A value that knows how it looks and what a file gets of it."""

    def html(self) -> SafeString: ...

    def plain(self) -> Plain: ...


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as printed: half-up at `decimals`, missing as — with its reason, clickable where `trace` leads.

    decimals None prints the digits as they are. `unit` only where no column head names it.
    """

    value: Decimal | None
    decimals: int | None = None
    unit: str = ""
    reason: str = ""
    trace: str = ""

    def text(self) -> str:
        return "—" if self.value is None else printed(self.value, self.decimals)

    def html(self) -> SafeString:
        return _rendered("web/cells/number.html", number=self)

    def plain(self) -> Plain:
        return self.value


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads to its page."""

    text: str
    href: str
    note: str = ""

    def html(self) -> SafeString:
        if not self.href:
            return recorded(self.text)
        link = format_html('<a href="{}">{}</a>', self.href, recorded(self.text))
        return format_html('{}<span class="note">{}</span>', link, recorded(self.note)) if self.note else link

    def plain(self) -> Plain:
        return self.text


@dataclass(frozen=True, slots=True)
class LampCell:
    """A lamp: shape, word and colour together, so that it reads in grey print too. colour None: not lit."""

    colour: Colour | None
    reason: str = ""

    @classmethod
    def of(cls, lamp: Lamp | None) -> LampCell:
        return cls(None) if lamp is None else cls(lamp.colour, said(lamp.reason))

    @property
    def shape(self) -> str:
        return SHAPE[self.colour] if self.colour else "○"

    @property
    def word(self) -> str:
        return said(WORD[self.colour]) if self.colour else _("未亮灯")

    def html(self) -> SafeString:
        return _rendered("web/cells/lamp.html", lamp=self)

    def plain(self) -> Plain:
        return self.word


@dataclass(frozen=True, slots=True)
class Tag:
    """A short state word in a frame (a stage, a vintage)."""

    text: str
    tone: str = ""

    def html(self) -> SafeString:
        return format_html('<span class="tag {}">{}</span>', self.tone, recorded(self.text))

    def plain(self) -> Plain:
        return self.text


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of a whole as a bar in a cell; the number itself stands in the next column."""

    value: Decimal | None
    most: Decimal
    tone: str = ""

    @property
    def width(self) -> str:
        """Per cent of the cell, as an SVG length."""
        if self.value is None or self.most <= 0 or self.value <= 0:
            return "0"
        return printed(min(self.value / self.most, Decimal(1)) * 100, 2)

    def html(self) -> SafeString:
        return format_html(
            '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
            '<rect class="bar-ground" width="100" height="10"/><rect class="bar-done" width="{}" height="10"/></svg>',
            self.tone,
            self.width,
        )

    def plain(self) -> Plain:
        return self.value


def said(text: Text) -> str:
    """A bilingual sentence of the ground floor in the reader's language."""
    return text.say(get_language() or "zh-hans")


_CHINESE = re.compile("[\u3400-\u9fff]")


def recorded(text: str) -> SafeString:
    """Words as somebody recorded them: within an English page those in Chinese are marked as Chinese.

    A screen reader then speaks them and a font sets them as what they are.
    """
    if (get_language() or "").startswith("en") and _CHINESE.search(text):
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return conditional_escape(text)


def named(text: Text) -> SafeString:
    """A name in the reader's language; one that nobody gave in English is marked as the Chinese it is."""
    return recorded(said(text))


def sentence(text: str, words: Mapping[str, str]) -> SafeString:
    """A stored sentence in the reader's language, its `%(name)s` filled with words as they were recorded."""
    if not text or not words:
        return recorded(_(text) if text else "")
    filled = {name: recorded(word) for name, word in words.items()}
    return mark_safe(conditional_escape(_(text)) % filled)  # noqa: S308 - both are escaped


def printed(value: Decimal, decimals: int | None) -> str:
    """The digits of a value, half-up at `decimals`; a true minus, so that columns line up.

    >>> printed(Decimal("-0.45"), 1), printed(Decimal("1234.50"), None)
    ('−0.5', '1234.50')
    """
    rounded = value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    return f"{rounded:f}".replace("-", "−")


def day(value: datetime.date | None) -> str:
    """A day as the language writes it: 2026年3月16日 or 16 March 2026."""
    if value is None:
        return "—"
    return date_format(value, _("Y年n月j日"))


def moment(value: datetime.datetime | None) -> str:
    """A moment in the district's time, to the minute."""
    if value is None:
        return "—"
    return date_format(timezone.localtime(value), _("Y年n月j日 H:i"))


def html(value: Any) -> SafeString:
    """Any cell value as it looks on a page."""
    if isinstance(value, Cell):
        return value.html()
    if value is None or value == "":
        return mark_safe('<span class="blank">—</span>')
    if isinstance(value, Decimal):
        return Number(value).html()
    if isinstance(value, datetime.datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), moment(value))
    if isinstance(value, datetime.date):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.isoformat())
    return (
        recorded(value)
        if isinstance(value, str) and not isinstance(value, SafeString)
        else conditional_escape(value)
    )


def plain(value: Any) -> Plain:
    """Any cell value as a file gets it."""
    if isinstance(value, Cell):
        return value.plain()
    if value == "":
        return None
    if value is None or isinstance(value, str | Decimal | int | datetime.date):
        return value
    return str(value)


def _rendered(template: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(template, context).strip())  # noqa: S308 - a template escapes
