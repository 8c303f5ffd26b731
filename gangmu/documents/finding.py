"""Every number of a report's text, and what kind of number it is (the kinds of the annotation convention).

figure: a quantity · date · ordinal (第18届) · duration (连续45年) · threshold (10亿元以上项目) ·
name (G331, 5A级) · other (八个方面, which counts the speech's own outline).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gangmu.documents.lexicon import OUTLINE, UNIT

_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_CHINESE = re.compile(
    r"翻(?:了)?[一两二三四]番|[一二三四五六七八九]分之[一二三四五六七八九]|[一二三四五六七八九两]成(?=[，。；、以]|左右)|[一两二三四五六七八九十]+倍"
)
_RANKED_BY = re.compile(r"(?:居|列|位|排名|排|至|到|进|升|从|由|稳居|全国|全省|全球|世界|保持|国|省|市|区)$")
_RANK_END = re.compile(r"[位名]|[，。；、：）和与及\n]|$|(?=跃升|上升|提升|升至|前移)")
_YEAR = re.compile(r"(?:19|20)\d{2}$")
_BRACKETS = {"“": "”", "《": "》", "「": "」"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: [start, end) are its digits; unit as printed, with its scale, empty where there is none."""

    start: int
    end: int
    printed: str
    unit: str
    kind: str
    reason: str = ""
    over: bool = False
    """余 or 多 stands between the digits and the unit."""

    @property
    def unit_end(self) -> int:
        return self.end + len(self.unit) + self.over


def numbers(text: str) -> list[Number]:
    """All numbers in the order of the text: every run of Arabic digits, and 翻两番, 三分之一, 两倍 in words."""
    found = [_number(text, match.start(), match.end()) for match in _DIGITS.finditer(_narrow(text))]
    found += [
        Number(m.start(), m.end(), m.group(), "", "figure", "written in words")
        for m in _CHINESE.finditer(text)
    ]
    return sorted(found, key=lambda number: number.start)


def _narrow(text: str) -> str:
    """Full-width digits and points as ASCII, at the same places."""
    return text.translate(str.maketrans("０１２３４５６７８９．％", "0123456789.%"))


def _number(text: str, start: int, end: int) -> Number:
    printed = text[start:end]
    over = text[end : end + 1] in ("余", "多")
    unit_match = UNIT.match(text, end + over)
    unit = unit_match.group() if unit_match else ""
    for kind, reason, applies in _RULES:
        if applies(text, start, end + over, unit):
            measured = kind in ("threshold", "duration")
            return Number(start, end, printed, unit if measured else "", kind, reason, over)
    if text[start - 1 : start] == "第":
        return Number(start, end, printed, "位" if text[end : end + 1] == "位" else "", "figure", "rank")
    if not unit and (years := re.match("年", text[end:])):
        unit = years.group()
    return Number(start, end, printed, unit, "figure", "quantity", over)


def _is_date(text: str, start: int, end: int, unit: str) -> bool:
    after, printed = text[end:], text[start:end]
    if re.search(r"(?:19|20)\d{2}-(?:\d{2}-)?$", text[max(0, start - 8) : start]) or re.match(
        r"-\d{2}-\d{2}", after
    ):
        return True
    if re.match(r":\d{2}", after) or re.search(r"\d{2}:$", text[max(0, start - 3) : start]):
        return True
    if re.match(r"年(?!均|期|以上|来|内|间)", after) and _YEAR.match(printed):
        return True
    if re.match(r"[—\-－~～至](?:19|20)\d{2}年?", after) and _YEAR.match(printed):
        return True
    if (
        re.match(r"月(?!均)|日|年代|月份|时\d*分?", after)
        and "." not in printed
        and int(printed.replace(",", "")) <= 2100
    ):
        return not after.startswith("日均")
    return (
        bool(_YEAR.match(printed))
        and not unit
        and bool(re.match(r"[\u4e00-\u9fff]", after))
        and not after.startswith("余")
    )


def _is_name(text: str, start: int, end: int, unit: str) -> bool:
    before, after = text[start - 1 : start], text[end:]
    if re.match(r"[A-Za-z_]", before) or (re.match(r"[A-Za-z]", after) and not unit):
        return True
    if before in ("-", "+", "—") and re.match(r"[A-Za-z0-9+]", text[start - 2 : start - 1]) and not unit:
        return True
    if re.match(r"号(?!召)|\+|＋|[A-Z]|版|时代", after) and not unit:
        return True
    if re.match(r"\d\.0$", text[start:end]) and not unit:
        return True  # 数字政府2.0
    return _quoted(text, start, end) and not _measured_in_quotes(text, end, unit)


def _quoted(text: str, start: int, end: int) -> bool:
    """Inside “…” or 《…》 on its line: the name of a programme (“415X”), not a quantity."""
    line = text.rfind("\n", 0, start) + 1
    for opening, closing in _BRACKETS.items():
        opened = text.rfind(opening, line, start)
        if opened >= 0 and text.find(closing, opened, start) < 0:
            shut = text.find(closing, end)
            return 0 <= shut - opened <= 24
    return False


def _measured_in_quotes(text: str, end: int, unit: str) -> bool:
    return unit in ("%", "％", "个百分点")


def _is_ordinal(text: str, start: int, end: int, unit: str) -> bool:
    if text[start - 1 : start] != "第":
        return False
    ranked = _RANKED_BY.search(text[max(0, start - 5) : start - 1])
    return not (ranked and _RANK_END.match(text, end))


def _is_duration(text: str, start: int, end: int, unit: str) -> bool:
    after = text[end:]
    if "." in text[start:end] or "年限" in text[max(0, start - 20) : start]:
        return False  # 平均受教育年限达11年 is a level, not a length of time
    if re.match(r"个?多?年(?!度|均)|个月|周年|个季度|个工作日|个小时|学年", after):
        return True
    return unit in ("天", "小时", "分钟") and not re.search(
        r"(?:至|到|压缩|缩短|提速|减少)[^，。；]{0,6}$", text[max(0, start - 10) : start]
    )


def _is_threshold(text: str, start: int, end: int, unit: str) -> bool:
    """A bound inside the name of a quantity: 50万元以上的行政村, 3岁以下婴幼儿, 30万吨级航道."""
    if text[start - 1 : start] == "前" and not unit:
        return True
    after = text[end + len(unit) :]
    if unit in ("%", "％", "个百分点"):
        return False
    if re.match(r"(?:[—\-~～至]\d+)?周?岁(?![，。；、])", text[end:]) and not re.search(
        r"寿命|年龄", text[max(0, start - 14) : start]
    ):
        return True
    if not unit:
        return bool(re.match(r"强(?![制化])|英寸|人制|G[Ww]", after))
    return bool(
        re.match(r"级(?!别)|及?以[上下](?:的)?(?=[“\u4e00-\u9fff])(?!，|的?目标|，)", after)
        and not re.match(r"及?以[上下](?:，|。|、|；|和|增长)", after)
        and not (
            unit[-1:] in "个家户项件人%"
            and re.match(r"以[上下][“\u4e00-\u9fff]", after)
            and _verb_before(text, start)
        )
    )


def _is_capacity(text: str, start: int, end: int, unit: str) -> bool:
    """吉化120万吨乙烯项目: a size that is part of a project's name."""
    if not re.search(r"吨|千瓦|立方米|平方米|千伏", unit):
        return False
    return bool(
        re.match(r"[\u4e00-\u9fff“]{2,12}?(?:项目|工程)(?!投资)", text[end + len(unit) :])
    ) and not re.match(r"以[上下]|左右", text[end + len(unit) :])


def _verb_before(text: str, start: int) -> bool:
    """打造20个以上“好房子”项目: a count of things, its noun after it."""
    return bool(
        re.search(
            r"(?:打造|建设|新建|新增|培育|引进|争取|实施|完成|建成|创建|改造|推动|支持|达到|达|帮助|培训|举办|开展)[^，。；]{0,8}$",
            text[max(0, start - 12) : start],
        )
    )


def _is_outline(text: str, start: int, end: int, unit: str) -> bool:
    return unit in ("个", "项", "大") and bool(OUTLINE.match(text[end + len(unit) :]))


def _is_list_number(text: str, start: int, end: int, unit: str) -> bool:
    line = text.rfind("\n", 0, start) + 1
    if text[start - 1 : start] in ("（", "(") and text[end : end + 1] in ("）", ")") and end - start < 3:
        return True
    return not text[line:start].strip(" 　") and bool(re.match(r"[.．、](?!\d)", text[end:]))


_RULES = (
    ("other", "number of a heading", _is_list_number),
    ("date", "date", _is_date),
    ("name", "part of a name", _is_name),
    ("ordinal", "ordinal", _is_ordinal),
    ("duration", "length of time", _is_duration),
    ("threshold", "bound within a name", _is_threshold),
    ("name", "size within the name of a project", _is_capacity),
    ("other", "counts the outline of the speech", _is_outline),
)
"""Kind, reason, test: the first that applies; otherwise a figure."""
