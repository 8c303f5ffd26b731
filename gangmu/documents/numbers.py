"""Numbers as official Chinese writes them, and back: scale, decimals, growth words, 约 and 余.

A value is an exact Decimal in the figure's own unit (亿元, 万人, %). Printing converts the scale by powers
of ten, rounds half up once, and drops trailing zeros unless told to keep them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
"""Wide enough that moving a decimal point never rounds: the default context would at 28 digits."""

_SCALES = (("万亿", 12), ("亿", 8), ("万", 4))

_COUNTING_WORDS = (
    "个 家 户 项 所 条 座 处 支 名 位 件 起 部 人 例 轮 期 剂次 架次 班次 台套 台 辆 艘 架 场 次 人次 场次 户次 家次 亩次 种 类 批 套 间 张 册 栋 幢 "
    "只 头 宗 笔 票 列 班 门 届 篇 本 份 枚 颗 片 株 棵 对 组 员 款 层 块 盏 根 口 眼 幅 首 席 尊 集 站 街 村 社 镇 乡 县 市 "
    "区 园 店 岗 套（间） 条（段） 个（次） 处（个） 项（次） 件（次）"
)
COUNTERS = frozenset(_COUNTING_WORDS.split())
"""Counting words. Between them nothing is converted: 12个企业 and 12家企业 are the same count."""

DIRECTIONS = {
    "增长": ("增长", "下降", "持平"),
    "同比增长": ("同比增长", "同比下降", "与上年同期持平"),
    "提高": ("提高", "降低", "持平"),
    "提升": ("提升", "降低", "持平"),
    "上升": ("上升", "下降", "持平"),
    "增加": ("增加", "减少", "持平"),
    "扩大": ("扩大", "缩小", "持平"),
}
"""Word that asks → what is printed for more, less and equal."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure with its scale taken apart: 万亿元 is 10^12 × 元.

    >>> Unit.parse("万亿元")
    Unit(said='万亿元', exponent=12, base='元')
    """

    said: str
    exponent: int
    base: str

    @classmethod
    def parse(cls, said: str) -> Unit:
        said = said.strip().replace("％", "%")
        said = "个百分点" if said == "百分点" else said
        for scale, exponent in _SCALES:
            if said.startswith(scale):
                return cls(said, exponent, said[len(scale) :])
        return cls(said, 0, said)

    @property
    def counts(self) -> bool:
        return self.base in COUNTERS or self.base == ""

    def converts_to(self, other: Unit) -> bool:
        return self.base == other.base or (self.counts and other.counts)


class UnitMismatchError(ValueError):
    """Two units measure different things: 亿元 and 万人."""


def converted(value: Decimal, given: str, wanted: str) -> Decimal:
    """The same amount in another scale, exactly.

    >>> converted(Decimal("1.5"), "万亿元", "亿元")
    Decimal('15000')
    """
    source, target = Unit.parse(given), Unit.parse(wanted)
    if not source.converts_to(target):
        raise UnitMismatchError(f"{given} → {wanted}")
    return _plain(value.scaleb(source.exponent - target.exponent, EXACT))


def _plain(value: Decimal) -> Decimal:
    """Without an exponent above zero, so that it reads and compares as written: 15000, not 1.5E+4."""
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1), context=EXACT) if isinstance(exponent, int) and exponent > 0 else value


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, away from zero at the half: 0.25 → 0.3, −0.25 → −0.3. Never a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)
    return abs(result) if result == 0 else result


@dataclass(frozen=True, slots=True)
class Style:
    """How a number is to be printed; what is None is left to the figure."""

    unit: str = ""
    decimals: int | None = None
    direction: str = ""
    """A key of DIRECTIONS: the word is chosen by the sign of what is printed."""
    fall: bool = False
    """降幅: the sentence itself says 下降, so a fall is printed without its sign."""
    about: bool = False
    """约 before the number."""
    over: bool = False
    """余 after the number, rounded down to its two leading digits."""
    zeros: bool = False
    """Keep trailing zeros: 5.0%."""
    bare: bool = False
    """The number alone, without its unit."""
    grouped: bool = False
    """Thousands separators."""


def wording(
    value: Decimal, unit: str, decimals: int, style: Style = Style(), before: str = "", after: str = ""
) -> str:
    """The words for a value of `unit`, between the text that stands before and after it.

    `decimals`: the figure's own, used when the style says none. Where the unit, or another scale of it,
    already stands after the number, the number is converted to it and the unit is not printed twice.
    Raises UnitMismatchError when the style asks for a unit that measures something else.

    >>> wording(Decimal("612.34"), "亿元", 1)
    '612.3亿元'
    >>> wording(Decimal("-0.4"), "%", 1, Style(direction="增长"))
    '下降0.4%'
    """
    standing = unit_standing_after(unit, after)
    shown = style.unit or standing or unit
    value = converted(value, unit, shown)
    value = -value if style.fall else value
    places = _decimals(unit, shown, decimals) if style.decimals is None else style.decimals
    number = _leading_two(value) if style.over else rounded(value, places)
    suffix = "" if style.bare or standing else shown
    if style.direction:
        more, less, equal = DIRECTIONS[style.direction]
        if number == 0:
            return equal
        return (more if number > 0 else less) + _digits(abs(number), style) + suffix
    over = "余" if style.over and number != value else ""
    about = "约" if style.about else ""
    ordinal = "第" if shown == "位" and unit == "位" and not style.bare and not before.endswith("第") else ""
    return f"{about}{ordinal}{_digits(number, style)}{over}{suffix}"


def _decimals(own: str, shown: str, decimals: int) -> int:
    """A larger unit needs more places, but two are enough for a reader: 15000亿元 → 1.5万亿元."""
    steps = Unit.parse(shown).exponent - Unit.parse(own).exponent
    return min(decimals + steps, max(decimals, 2)) if steps > 0 else max(0, decimals + steps)


def _leading_two(value: Decimal) -> Decimal:
    """Rounded down (towards zero) to two leading digits: 3126 → 3100, 126 → 120, 12 → 12."""
    return _plain(value.quantize(Decimal(1).scaleb(max(0, value.adjusted() - 1)), ROUND_DOWN, EXACT))


def _digits(number: Decimal, style: Style) -> str:
    text = f"{number:,f}" if style.grouped else f"{number:f}"
    if "." in text and not style.zeros:
        text = text.rstrip("0").rstrip(".")
    return text


_NOT_A_UNIT = {
    "项": "目",
    "人": "才口员均大民工",
    "户": "籍",
    "家": "庭长",
    "个": "体性人",
    "条": "件例",
    "所": "有以",
    "部": "门分委署",
    "起": "步来",
    "位": "次置于",
    "次": "要",
    "名": "单牌优",
    "组": "织建",
    "市": "场民级",
    "区": "域",
    "村": "民集",
    "园": "区",
    "元": "素旦",
}
"""A counting word that begins a longer word is no unit: 新开工 {{…}} 项目."""


def unit_standing_after(unit: str, after: str) -> str:
    """The unit that the text already prints after a number, if it measures the same as `unit`; else empty.

    >>> unit_standing_after("亿元", "万亿元，增长")
    '万亿元'
    """
    own = Unit.parse(unit)
    if own.base and _begins_with_unit(after, unit):
        return unit
    match = re.match("万亿|亿|万", after)
    scale = match.group() if match else ""
    rest = after[len(scale) :]
    if own.base and not own.counts:
        return scale + own.base if _begins_with_unit(rest, own.base) else ""
    found = [counter for counter in COUNTERS if _begins_with_unit(rest, counter)]
    if found:
        return scale + max(found, key=len)
    return "" if own.base else scale  # a bare 万 or 亿: 89万监测对象


def _begins_with_unit(text: str, unit: str) -> bool:
    if not text.startswith(unit):
        return False
    following = text[len(unit) : len(unit) + 1]
    return not following or following not in _NOT_A_UNIT.get(unit[-1], "")


_WIDE = str.maketrans("０１２３４５６７８９．，％－＋", "0123456789.,%-+")
_PRINTED = re.compile(
    r"(?P<about>约|近|超|逾)?(?P<ordinal>第)?(?P<number>[-−+]?\d+(?:,\d{3})*(?:\.\d+)?)(?P<over>余|多)?(?P<unit>.*)$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A printed number read back: the digits as a Decimal in the unit that is printed beside it."""

    value: Decimal
    unit: str
    decimals: int
    direction: str = ""
    about: bool = False
    over: bool = False

    def in_unit(self, wanted: str) -> Decimal:
        return converted(self.value, self.unit, wanted)


def read(printed: str) -> Reading | None:
    """A number as a report prints it, with its sign from the growth word; None where there is none.

    >>> read("下降0.4%").value, read("1.5万亿元").in_unit("亿元")
    (Decimal('-0.4'), Decimal('15000'))
    """
    text = printed.translate(_WIDE).strip()
    for more, less, equal in DIRECTIONS.values():
        if text == equal:
            return Reading(Decimal(0), "", 0, equal)
        for word, sign in ((more, 1), (less, -1)):
            if text.startswith(word):
                reading = read(text[len(word) :])
                return reading and Reading(sign * reading.value, reading.unit, reading.decimals, word)
    match = _PRINTED.match(text)
    if not match:
        return None
    digits = match["number"].replace(",", "").replace("−", "-")
    return Reading(
        Decimal(digits),
        match["unit"].strip(),
        len(digits.partition(".")[2]),
        about=bool(match["about"]),
        over=bool(match["over"]),
    )
