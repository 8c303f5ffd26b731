"""What a document is before it is Word: paragraphs of words and of bound numbers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from gangmu.documents.numbers import Style


class Kind(StrEnum):
    """What a paragraph is in the layout of GB/T 9704-2012."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    ADDRESSEE = "addressee"
    HEADING_1 = "heading1"
    HEADING_2 = "heading2"
    HEADING_3 = "heading3"
    HEADING_4 = "heading4"
    BODY = "body"
    SIGNATURE = "signature"
    BLANK = "blank"


OPERATORS = {"=": "eq", "!=": "ne", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
SIGNS = {name: sign for sign, name in OPERATORS.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """What a placeholder asks for, in the words of the template; nothing is resolved yet.

    figure: code, name or alias. measure: in either language (`yoy`, 计划增速, `sum(invested)`); empty means the figure's first.
    period: empty (the document's), `prev`, `next`, or an SDMX code.
    filters: (field, operator of OPERATORS, value).
    """

    figure: str
    measure: str = ""
    period: str = ""
    area: str = ""
    unit: str = ""
    filters: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        filters = "".join(f"[{name}{SIGNS[operator]}{value}]" for name, operator, value in self.filters)
        where = "、".join(
            part for part in (self.period, self.area, self.unit and f"单位：{self.unit}") if part
        )
        measure = f".{self.measure}" if self.measure else ""
        return f"{self.figure}{filters}{measure}{'@' if where else ''}{where}"


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are printed as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A printed number with its identity (`gm_` and the name of its bookmark) and what it was asked for by."""

    id: str
    request: Request
    style: Style
    printed: str
    missing: bool = False
    stands: str = ""
    """What it replaces in the template: a placeholder, a blank."""

    @property
    def text(self) -> str:
        return self.printed


@dataclass(frozen=True, slots=True)
class Open:
    """A blank that nobody could fill: it stays, and is visible as one."""

    stands: str

    @property
    def text(self) -> str:
        return f"〔待核：{self.stands.strip()}〕"


Run = Text | Bound | Open


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    def bound(self) -> Iterator[Bound]:
        return (run for run in self.runs if isinstance(run, Bound))


@dataclass(frozen=True, slots=True)
class Document:
    """A filled document. `identity` stands in every bookmark's name, so that any one number leads back to it.

    `base`: the .docx template it was filled from, whose own layout is kept; None for a text template.
    """

    paragraphs: tuple[Paragraph, ...]
    identity: str
    base: bytes | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        titles = [p.text for p in self.paragraphs if p.kind is Kind.TITLE] or [
            p.text for p in self.paragraphs if p.text.strip()
        ]
        return titles[0].strip() if titles else ""

    @property
    def text(self) -> str:
        """The whole text, a paragraph a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    def bound(self) -> Iterator[Bound]:
        return (run for paragraph in self.paragraphs for run in paragraph.bound())


def new_identity() -> str:
    return secrets.token_hex(4)


def bookmark(identity: str, number: int) -> str:
    """The name of a number's bookmark: letters, digits and _, far below Word's 40 characters.

    >>> bookmark("1f0c77aa", 12)
    'gm_1f0c77aa_0012'
    """
    return f"gm_{identity}_{number:04}"


BOOKMARK = re.compile(r"gm_([0-9a-f]{8})_(\d{4,})$")

_HEADINGS = (
    (Kind.HEADING_1, re.compile(r"[一二三四五六七八九十百]+、")),
    (Kind.HEADING_2, re.compile(r"[（(][一二三四五六七八九十百]+[）)]")),
    (Kind.HEADING_3, re.compile(r"\d{1,2}[.．](?!\d)")),
    (Kind.HEADING_4, re.compile(r"[（(]\d{1,2}[）)]")),
)
_SUBTITLE = re.compile(
    r"\s*(——|—|[（(][^）)]*[）)]\s*$|\d{4}年\d{1,2}月\d{1,2}日)|.{0,12}(长|主任|书记)\s+\S{2,4}$"
)
_ADDRESSEE = re.compile(r"\S{2,40}[:：]$")
_VOCATIVE = re.compile(r"(?:各位|同志们|尊敬的|女士们)\S{0,20}[:：！]$")
_SIGNATURE = re.compile(r"\s*\d{4}年\d{1,2}月\d{1,2}日\s*$")


def kinds_of(lines: list[str]) -> list[Kind]:
    """The kind of every line of a text, by its opening and its place: the first line is the title.

    What follows the title and is a date, a line in brackets, a dash or a speaker belongs to the title.
    A date alone at the end is the date of the document.
    """
    kinds: list[Kind] = []
    heading_over = False
    for line in lines:
        kind = _kind(line, titled=Kind.TITLE in kinds, heading_over=heading_over)
        heading_over = heading_over or kind not in (Kind.TITLE, Kind.SUBTITLE, Kind.BLANK)
        kinds.append(kind)
    last = max((i for i, kind in enumerate(kinds) if kind is not Kind.BLANK), default=None)
    if last is not None and kinds[last] is Kind.BODY and _SIGNATURE.match(lines[last]):
        kinds[last] = Kind.SIGNATURE
    return kinds


def _kind(line: str, *, titled: bool, heading_over: bool) -> Kind:
    text = line.strip()
    if not text:
        return Kind.BLANK
    for kind, opening in _HEADINGS:
        if opening.match(text):
            return kind
    if not titled and not heading_over:
        return Kind.TITLE
    if not heading_over and _SUBTITLE.match(text):
        return Kind.SUBTITLE
    addressed = _VOCATIVE.match(text) or (not heading_over and _ADDRESSEE.match(text))
    return Kind.ADDRESSEE if addressed else Kind.BODY
