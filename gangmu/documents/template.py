"""Templates of reports: plain text or .docx with placeholders, read whole and filled.

    {{ figure [filter] . measure @ period、area | format | format }}

Only the figure is required. docs/report-templates.md says it for officers; its examples are run by a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from gangmu.documents import word
from gangmu.documents.model import (
    OPERATORS,
    Bound,
    Document,
    Kind,
    Open,
    Paragraph,
    Request,
    Run,
    Text,
    bookmark,
    kinds_of,
    new_identity,
)
from gangmu.documents.numbers import DIRECTIONS, Style, UnitMismatchError, wording
from gangmu.problems import Problem, Problems, refuse
from gangmu.problems import Text as Said

PERIODS = {"prev": "prev", "上年": "prev", "去年": "prev", "next": "next", "下年": "next", "明年": "next"}
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}|｛｛(.*?)｝｝")
_STRAY = re.compile(r"\{\{|\}\}|｛｛|｝｝")
_HEAD = re.compile(r"(?P<figure>[^.@]+)(?:\.(?P<measure>[^@]+))?(?:@(?P<where>.*))?$")
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_FILTER = re.compile(r"\s*([^!=<>]+?)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*$")
_WIDE = str.maketrans("．＠｜［］，＝＞＜：", ".@|[],=><:")
_WIDE_BRACKETS = str.maketrans("（）", "()")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder of a template: what it asks for, how it is printed, and where it stands (line from 1)."""

    request: Request
    style: Style
    line: int
    source: str


Piece = Text | Placeholder | Open


@dataclass(frozen=True, slots=True)
class TemplateParagraph:
    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def source(self) -> str:
        return "".join(_stands(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Template:
    """A template as read: `base` is the .docx itself when it was one, whose layout is then kept."""

    name: str
    paragraphs: tuple[TemplateParagraph, ...]
    base: bytes | None = field(default=None, repr=False)

    def placeholders(self) -> Iterator[Placeholder]:
        return (
            piece
            for paragraph in self.paragraphs
            for piece in paragraph.pieces
            if isinstance(piece, Placeholder)
        )


def load(path: Path) -> Template:
    """The template of a file, .txt/.md or .docx; InputRefused with every finding, place and remedy."""
    if path.suffix.lower() == ".docx":
        content = path.read_bytes()
        return _checked(path.name, word.paragraph_texts(content, path.name), content)
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise refuse(
            "template.encoding",
            "模板不是 UTF-8 编码的文本",
            "the template is not text in UTF-8",
            "请另存为 UTF-8 文本，或使用 .docx",
            "save it as UTF-8 text, or use .docx",
            file=path.name,
        ) from error


def parse(text: str, name: str = "") -> Template:
    """The template of a plain text, a paragraph a line."""
    return _checked(name, text.removesuffix("\n").split("\n"), None)


def _checked(name: str, lines: list[str], base: bytes | None) -> Template:
    problems = Problems()
    kinds = kinds_of([_PLACEHOLDER.sub("0", line) for line in lines])
    paragraphs = tuple(
        TemplateParagraph(kind, tuple(_pieces(line, number, name, problems)))
        for number, (line, kind) in enumerate(zip(lines, kinds, strict=True), start=1)
    )
    problems.raise_if_any()
    return Template(name, paragraphs, base)


def _pieces(line: str, number: int, file: str, problems: Problems) -> Iterator[Piece]:
    end = 0
    for match in _PLACEHOLDER.finditer(line):
        yield from _plain(line[end : match.start()], number, file, problems)
        end = match.end()
        inner = match[1] if match[1] is not None else match[2]
        found = placeholder(inner, number, match.group(), file)
        if isinstance(found, Problem):
            problems.add(found)
        else:
            yield found
    yield from _plain(line[end:], number, file, problems)


def _plain(text: str, number: int, file: str, problems: Problems) -> Iterator[Text]:
    if _STRAY.search(text):
        problems.add(
            Problem(
                "template.unclosed",
                Said(f"“{text.strip()[:20]}”中的花括号不成对", f"unpaired braces in “{text.strip()[:20]}”"),
                Said(
                    "占位符写成 {{指标.取值方式}}，在同一段内",
                    "write {{figure.measure}} within one paragraph",
                ),
                file=file,
                cell=f"line {number}",
            )
        )
    if text:
        yield Text(text)


def placeholder(inner: str, line: int, source: str, file: str = "") -> Placeholder | Problem:
    """The placeholder written between the braces, or what is wrong with it."""
    head, *formats = [part.strip() for part in inner.translate(_WIDE).split("|")]
    filters = [_FILTER.match(part) for inner in _BRACKETS.findall(head) for part in re.split("[,;]", inner)]
    match = _HEAD.match(_BRACKETS.sub("", head))
    if not match or not match["figure"].strip() or None in filters:
        return _wrong(source, line, file, "写法不认识", "cannot be read")
    measure = " ".join((match["measure"] or "").translate(_WIDE_BRACKETS).split())
    request = Request(
        match["figure"].strip(),
        measure,
        filters=tuple((said[1], OPERATORS[said[2]], said[3]) for said in filters if said),
    )
    request = _placed(request, match["where"] or "")
    style = Style()
    for word_ in filter(None, formats):
        style = _styled(style, word_)
    return Placeholder(request, style, line, source)


def _placed(request: Request, where: str) -> Request:
    """Period, area and unit after @, in any order, separated by 、 or a comma."""
    for part in filter(None, (p.strip() for p in re.split("[、,]", where))):
        if part in PERIODS or part[:4].isdigit():
            request = replace(request, period=PERIODS.get(part, part))
        elif part.startswith(("单位:", "unit:")):
            request = replace(request, unit=part.partition(":")[2].strip())
        else:
            request = replace(request, area=part)
    return request


def _wrong(source: str, line: int, file: str, zh: str, en: str) -> Problem:
    return Problem(
        "template.placeholder",
        Said(f"占位符 {source} {zh}", f"placeholder {source} {en}"),
        Said(
            "请写成 {{地区生产总值.增速}} 或 {{gdp.value@2024|亿元|1}}",
            "write {{gdp.yoy}} or {{gdp.value@2024|亿元|1}}",
        ),
        file=file,
        cell=f"line {line}",
    )


_STYLE_WORDS: dict[str, Callable[[Style], Style]] = {
    "降幅": lambda s: replace(s, fall=True),
    "约": lambda s: replace(s, about=True),
    "余": lambda s: replace(s, over=True),
    "补零": lambda s: replace(s, zeros=True),
    "数": lambda s: replace(s, bare=True),
    "千分位": lambda s: replace(s, grouped=True),
}


def _styled(style: Style, said: str) -> Style:
    if said.isascii() and said.isdigit():
        return replace(style, decimals=int(said))
    if said in DIRECTIONS:
        return replace(style, direction=said)
    if said in _STYLE_WORDS:
        return _STYLE_WORDS[said](style)
    return replace(style, unit=said)


def style_words(style: Style) -> tuple[str, ...]:
    """The formats that make this style, as a template writes them."""
    decimals = () if style.decimals is None else (str(style.decimals),)
    flags = (
        ("降幅", style.fall),
        ("约", style.about),
        ("余", style.over),
        ("补零", style.zeros),
        ("数", style.bare),
        ("千分位", style.grouped),
    )
    words = tuple(said for said, on in flags if on)
    return tuple(filter(None, (style.direction, style.unit))) + decimals + words


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to: a value in the figure's own unit, or why there is none.

    value: None prints 〔缺：label〕. label: the figure, period and measure as an officer names them.
    words: printed instead of a number, where the answer is a list of names.
    """

    value: Decimal | None
    unit: str
    decimals: int
    label: str
    words: str = ""

    @property
    def missing(self) -> bool:
        return self.value is None and not self.words


def fill(
    template: Template, answer: Callable[[Request], Answer], identity: str | None = None, start: int = 1
) -> Document:
    """The document of a template, each placeholder printed from its answer; numbers count from `start`.

    Raises InputRefused when a format asks for a unit that the figure does not have.
    """
    identity = identity or new_identity()
    problems = Problems()
    numbers = iter(range(start, 10**6))
    paragraphs = []
    for paragraph in template.paragraphs:
        runs: list[Run] = []
        for i, piece in enumerate(paragraph.pieces):
            if isinstance(piece, Text | Open):
                runs.append(piece)
                continue
            before = paragraph.pieces[i - 1] if i else None
            after = paragraph.pieces[i + 1] if i + 1 < len(paragraph.pieces) else None
            around = (_text(before), _text(after))
            bound = _bound(piece, answer(piece.request), around, bookmark(identity, next(numbers)))
            if isinstance(bound, Problem):
                problems.add(replace(bound, file=template.name))
            else:
                runs.append(bound)
        paragraphs.append(Paragraph(paragraph.kind, tuple(runs)))
    problems.raise_if_any()
    return Document(tuple(paragraphs), identity, template.base)


def _stands(piece: Piece) -> str:
    """What a piece is in the template itself."""
    match piece:
        case Text(text):
            return text
        case Open(stands):
            return stands
    return piece.source


def _text(piece: Piece | None) -> str:
    return piece.text if isinstance(piece, Text) else ""


def _bound(piece: Placeholder, answer: Answer, around: tuple[str, str], name: str) -> Bound | Problem:
    try:
        printed = printed_as(answer, piece.style, *around)
    except UnitMismatchError:
        return _wrong(
            piece.source,
            piece.line,
            "",
            f"要求按“{piece.style.unit}”打印，但该指标的计量单位是“{answer.unit}”",
            f"asks for “{piece.style.unit}”, but the unit of measure of the figure is “{answer.unit}”",
        )
    return Bound(name, piece.request, piece.style, printed, answer.missing, piece.source)


def printed_as(answer: Answer, style: Style, before: str = "", after: str = "") -> str:
    """What an answer prints as; a missing one prints visibly, never as zero and never as nothing."""
    if answer.words:
        return answer.words
    if answer.value is None:  # missing
        return f"〔缺：{answer.label}〕"
    return wording(answer.value, answer.unit, answer.decimals, style, before, after)


def source_of(request: Request, style: Style) -> str:
    """A placeholder as a template writes it.

    >>> source_of(Request("地区生产总值", "增速", "2025"), Style(direction="增长", decimals=1))
    '{{地区生产总值.增速@2025|增长|1}}'
    """
    head = str(request)
    return "{{" + "|".join((head, *style_words(style))) + "}}"
