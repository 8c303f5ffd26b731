"""What stands in an outline where something is still to be written: X, XX, ××, ___, □, （ ）, 「待核」, marked runs.

A blank is read like the number that will stand there, so the grammar reads the text *levelled*: each blank
replaced by as many noughts, every place staying where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gangmu.documents.lexicon import UNIT

Span = tuple[int, int]

_CROSS = re.compile(
    r"(?<![A-Za-zＡ-Ｚａ-ｚ])[XxＸｘ×✕╳]+(?:(?![A-Za-zＡ-Ｚａ-ｚ])|(?=(?:[GMk]Wh?|[EP][Ff][Ll][Oo][Pp][Ss]|[TG]B|P)(?![A-Za-z])))"
)
_STARS = re.compile(
    r"[*＊]{2,}|(?<=[\u4e00-\u9fff])＊(?=[\u4e00-\u9fff])|(?<![一二三四五六七八九〇零])[○●◯]{2,}"
)
_LINES = re.compile(r"(?<![A-Za-z0-9])[_＿﹍]+(?![A-Za-z0-9])|(?<=\d)[_＿]{2,}")
_BOXES = re.compile(r"□+(?![ 　]*[是否有无])")
_PENDING = "待核实|待核|待定|待补充|待补|待填写|待填|待查|待统计|待确认|数据待核"
_BRACKETS = re.compile(
    rf"（[ 　]*）|\([ 　]*\)|【[ 　]*】|〔[ 　]*〕|\[[ 　]+\]|[「『【（(〔\[](?:{_PENDING})[」』】）)〕\]]"
)
_BARE_PENDING = re.compile(r"待核(?![实查准])|待填(?!写)|待补(?!充|短|齐)")
_GAPS = re.compile(r"(?<=[年月])[ 　]+(?=[月日])|(?<=[\u4e00-\u9fff])[ 　]{2,}(?=[\u4e00-\u9fff%％])")

_NO_BLANK_AFTER = re.compile(
    r"光(?!年)|[”’」]|射线|轴|染色体|型|射|线|[-—]?(?:ray|Ray|RAY)|[+＋]|荧光|波段|门|档|因子|\d|[-－]\d"
)
_NO_BLANK_BEFORE = re.compile(r"(?:[+＋]|型号|[A-Za-z]\s|[A-Za-z0-9]-)$")
_TIMES = re.compile(r"\d\s*$")
_YEAR_BEGUN = re.compile(r"(?<!\d)(?:1|19|2|20|19\d|20\d)$")


def spans(text: str, marked: Iterable[Span] = ()) -> list[Span]:
    """Where the blanks of a text stand, in order, apart. marked: runs that a document highlights or comments on.

    A marked run that holds a number is blank at its numbers, otherwise as a whole.

    >>> spans("拍X光片X张，增长（ ）%")
    [(4, 5), (9, 12)]
    """
    found = sorted({*_written(text), *_within(text, marked)})
    apart: list[Span] = []
    for start, end in found:
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def levelled(text: str, blanks: Iterable[Span]) -> str:
    """The text with every blank as noughts and full-width digits narrow; no place moves.

    >>> levelled("增长（ ）%", [(2, 5)])
    '增长000%'
    """
    letters = list(text.translate(_WIDE))
    for start, end in blanks:
        letters[start:end] = "0" * (end - start)
    return "".join(letters)


_WIDE = str.maketrans("０１２３４５６７８９．％", "0123456789.%")


def _written(text: str) -> Iterator[Span]:
    for match in _CROSS.finditer(text):
        if _is_blank(text, match):
            yield match.span()
    for pattern in (_STARS, _LINES, _BOXES, _BRACKETS, _BARE_PENDING):
        yield from (match.span() for match in pattern.finditer(text))
    for match in _GAPS.finditer(text):
        if text[match.end()] in "月日" or UNIT.match(text, match.end()):
            yield match.span()


def _is_blank(text: str, cross: re.Match[str]) -> bool:
    """Not every X asks for something: X光, 5G+X, “415X”, 2×66万千瓦."""
    start, end = cross.span()
    before, after = text[max(0, start - 6) : start], text[end : end + 6]
    if _NO_BLANK_AFTER.match(after) or _NO_BLANK_BEFORE.search(before):
        return False
    if cross.group() == "×" and (_TIMES.search(before) or re.match(r"\s*\d", after)):
        return False
    if _TIMES.search(before):
        return (
            bool(_YEAR_BEGUN.search(before)) or bool(UNIT.match(text, end)) or after.startswith((".", "．"))
        )
    return True


def _within(text: str, marked: Iterable[Span]) -> Iterator[Span]:
    for start, end in marked:
        said = text[start:end]
        if any(a < end and start < b for a, b in _written(text)):
            continue  # a blank that is highlighted, too
        digits = [m.span() for m in re.finditer(r"[\d０-９]+(?:[.．,][\d０-９]+)*", said)]
        if digits:
            yield from ((start + a, start + b) for a, b in digits)
        elif not said.strip():
            yield start, end  # underlined spaces
        else:
            yield start + len(said) - len(said.lstrip()), start + len(said.rstrip())
