"""What is said of every blank and number of a document: one `Description` each, in the fields of `gangmu blanks`.

Found by `finding`, read by `binding`; here the reading is bound to the catalogue, and told how sure it is and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gangmu.documents import binding
from gangmu.documents.blank import Span
from gangmu.documents.finding import Number, numbers
from gangmu.documents.lexicon import GENERIC, OWNED
from gangmu.documents.numbers import Unit
from gangmu.problems import Text

SURE = 0.9
"""From here on a reading is presented as sure; below it is asked."""

OWN = "own"


@dataclass(frozen=True, slots=True)
class Known:
    """A figure as the catalogue has it. measures: those it offers; takes_observations: false where it is computed."""

    code: str
    name: str
    unit: str
    decimals: int
    takes_observations: bool = True
    measures: tuple[str, ...] = ()


Find = Callable[[str], Known | None]


@dataclass(frozen=True, slots=True)
class Description:
    """One blank or number. offset: characters from the start of the text; figure: catalogue code, or None.

    confidence: 0–1, from `SURE` on presented as sure. proposal: what a figure would be that the catalogue lacks.
    """

    offset: int
    text: str
    kind: str
    blank: bool
    concept: str = ""
    figure: str | None = None
    measure: str = ""
    planned: bool = False
    unit_of_measure: str = ""
    period: str | None = None
    area: str = ""
    threshold: str = ""
    filters: tuple[str, ...] = ()
    qualifier: str = ""
    confidence: float = 1.0
    reason: Text = field(default_factory=lambda: Text("", ""))
    proposal: dict[str, object] | None = field(default=None, compare=False)
    reading: binding.Reading | None = field(default=None, compare=False, repr=False)

    @property
    def sure(self) -> bool:
        return self.confidence >= SURE

    def as_json(self, language: str = "zh-hans") -> dict[str, object]:
        """The line of `gangmu blanks --json`; `printed` only for a number that stands in the text."""
        line: dict[str, object] = {
            "offset": self.offset,
            "text": self.text,
            "kind": self.kind,
            "concept": self.concept,
            "figure": self.figure,
            "measure": self.measure,
            "planned": self.planned,
            "unit_of_measure": self.unit_of_measure,
            "period": self.period,
            "area": self.area,
            "threshold": self.threshold,
            "filters": list(self.filters),
            "qualifier": self.qualifier,
            "confidence": self.confidence,
            "reason": self.reason.say(language),
        }
        if self.proposal is not None:
            line["proposal"] = self.proposal
        if not self.blank:
            line["printed"] = self.text
        return line


def describe(
    text: str,
    find: Find = lambda words: None,
    *,
    year: int | None = None,
    marked: Iterable[Span] = (),
    filled: bool = False,
) -> list[Description]:
    """Every blank of a text, described, in its order; with `filled` the numbers that stand in it as well.

    find: the catalogue's figure of some words. year: the year under review, else taken from the text. marked: runs
    that the document highlights or comments on.
    """
    marked = tuple(marked)
    readings = {reading.number.start: reading for reading in binding.read(text, year, marked)}
    own = _own_level(text)
    return [
        _figure(text, readings[number.start], find, own) if number.start in readings else _other(number)
        for number in numbers(text, marked)
        if filled or number.blank
    ]


def _other(number: Number) -> Description:
    return Description(
        number.start,
        number.printed,
        number.kind,
        number.blank,
        unit_of_measure=number.unit.replace("％", "%"),
        confidence=0.95,
        reason=_KINDS.get(number.kind, Text("不是指标数据", "no quantity")),
    )


_KINDS = {
    "date": Text("年月日", "a date"),
    "ordinal": Text("“第几”是序数", "an ordinal"),
    "duration": Text("一段时间的长短", "a length of time"),
    "threshold": Text("名称中的界限", "a bound within a name"),
    "name": Text("名称的一部分", "part of a name"),
    "place": Text("地点", "a place"),
    "other": Text("数的是文稿自己的条目", "counts the items of the text itself"),
}


def _figure(text: str, reading: binding.Reading, find: Find, own: str) -> Description:
    number = reading.number
    known = find(reading.concept) if reading.concept else None
    misfit = _misfit(reading, known) if known else None
    figure = known.code if known and misfit is None else None
    confidence, reason = _confidence(reading, known if misfit is None else None, misfit)
    return Description(
        number.start,
        number.printed,
        number.kind,
        number.blank,
        reading.concept,
        figure,
        reading.measure,
        reading.planned,
        _unit(number.unit),
        reading.period,
        _area(text, reading, own),
        _threshold(reading.concept),
        reading.filters,
        _qualifier(text, number),
        confidence,
        reason,
        None if figure or not reading.concept else _proposal(reading),
        reading,
    )


def _unit(unit: str) -> str:
    unit = unit.replace("％", "%")
    return "个百分点" if unit == "百分点" else unit


# ---- the catalogue


def _misfit(reading: binding.Reading, known: Known) -> Text | None:
    """Why a figure of that name is not what the blank asks for; None where it is."""
    unit, own = Unit.parse(reading.number.unit), Unit.parse(known.unit)
    levels = reading.measure in ("value", "count", "sum")
    if levels and not unit.converts_to(own):
        return Text(
            f"目录中“{known.name}”的计量单位是{known.unit}，此处是{reading.number.unit or '（无）'}",
            f"the unit of “{known.name}” is {known.unit}, here it is {reading.number.unit or '(none)'}",
        )
    kinds = {measure.removeprefix("planned ").partition("(")[0] for measure in known.measures}
    if kinds and not levels and reading.measure not in kinds | {"change", "rank", "yoy", "multiple"}:
        return Text(
            f"目录中“{known.name}”没有这种取值方式", f"“{known.name}” has no such measure in the catalogue"
        )
    return None


def _proposal(reading: binding.Reading) -> dict[str, object]:
    """A figure for the catalogue to take up after a person has read it over."""
    unit = reading.number.unit.replace("％", "%")
    levels = reading.measure in ("value", "count", "sum", "share")
    said = f"“{reading.concept}”，按{_unit(unit) or '数'}计" if levels else f"“{reading.concept}”"
    return {
        "name_zh": reading.concept,
        "unit_of_measure": _unit(unit) if levels else "",
        "source": "series",
        "frequency": "A",
        "measures": [reading.measure],
        "definition": {
            "zh": f"{said}；由文稿提出，请核对口径",
            "en": "proposed by a document: check its coverage",
        },
    }


# ---- how sure


def _confidence(reading: binding.Reading, known: Known | None, misfit: Text | None) -> tuple[float, Text]:
    """How sure a reading is: what is doubtful about it lowers it, each doubt in words."""
    doubts = [doubt for doubt in _DOUBTS if doubt[2](reading)]
    confidence = 0.97 if known else 0.94
    for weight, _, _ in doubts:
        confidence *= weight
    grounds = [reading.ground, *(said for _, said, _ in doubts)]
    grounds += [misfit] if misfit else []
    grounds.append(
        Text(f"目录中的“{known.name}”", f"“{known.name}” of the catalogue")
        if known
        else Text("目录中没有这一指标", "the catalogue lacks it")
    )
    zh = "；".join(one.zh for one in grounds if one.zh)
    en = "; ".join(one.en for one in grounds if one.en)
    return round(confidence, 2), Text(zh, en)


_VERBAL = re.compile(
    r"^(?:获|推动|推进|围绕|严守|从|对|将|把|在|以|让|使|被|其|等|并|为|由|按|全部|共计|超|约|近)|"
    r"(?:从|从不|不|扩面提质|获|相继|首次|均|达|近|超|约|降|拟按|和|与|及|等|稳|设定|作用|落地|扎实)$|圆满|显著|全面|成功|，"
)

_DOUBTS: tuple[tuple[float, Text, Callable[[binding.Reading], bool]], ...] = (
    (0.2, Text("找不到说明指标的词语", "no words name the quantity"), lambda r: not r.concept),
    (
        0.7,
        Text("词语过于笼统，须看上文", "the words are general: what they mean stands before"),
        lambda r: r.concept in GENERIC,
    ),
    (0.9, Text("说明指标的词语过长", "the words are long"), lambda r: len(r.concept) > 14),
    (0.9, Text("说明指标的词语过短", "the words are short"), lambda r: 0 < len(r.concept) < 3),
    (
        0.92,
        Text("位次或倍数的主语常在前文", "what a rank or multiple is of often stands before"),
        lambda r: r.measure in ("rank", "multiple") and not r.direction,
    ),
    (
        0.85,
        Text("词语中可能夹有谓语", "the words may hold a verb"),
        lambda r: bool(_VERBAL.search(r.concept)),
    ),
    (0.9, Text("词语要连着上文才看得懂", "the words need what stands before"), lambda r: r.concept in OWNED),
    (
        0.97,
        Text("用整段时间还是期末，文中没有明说", "over the years or at their end: the text does not say"),
        lambda r: bool(r.period and "/" in r.period) and r.measure in ("count", "value", "sum"),
    ),
    (
        0.85,
        Text("指标沿用前一句的词语", "the quantity is carried from the clause before"),
        lambda r: r.carried > 1,
    ),
    (
        0.8,
        Text("没有计量单位", "no unit of measure"),
        lambda r: not r.number.unit and r.measure not in ("rank", "fraction"),
    ),
    (0.97, Text("看不出期间", "the period is not said"), lambda r: r.period is None),
)
"""Factor, reason, test."""


# ---- what stands around


_BEFORE = re.compile(r"(超过|超出|超|约|近|突破|不低于|不少于|不超过|至少|逾|力争|达到|达|接近|高达|仅)$")
_AFTER = re.compile(r"(余|多|以上|左右|以内|以下)")


def _qualifier(text: str, number: Number) -> str:
    """超, 约, 以上, 左右 … as printed, before and after the number."""
    before = _BEFORE.search(text[max(0, number.start - 4) : number.start])
    after = _AFTER.match(text, number.end) or _AFTER.match(text, number.unit_end)
    said = before[1] if before and before[1] not in ("达到", "达", "力争") else ""
    return said + (after[1] if after else "")


_BOUND = re.compile(
    r"(?:[\d.]+|0+)?(?:千万|百万|万|亿|十亿|百亿|千亿)元(?:及)?以[上下]|[\d.]+(?:万|亿)?(?:元|人|户|吨|平方米)(?:及)?以[上下]|规模以上|规上|限额以上|限上"
)


def _threshold(concept: str) -> str:
    match = _BOUND.search(concept)
    return match.group() if match else ""


_LEVEL = re.compile(r"全(?:国|省|市|区|县|州|镇|乡|旗|盟)|我(?:国|省|市|区|县|州|镇)|自治区")
_AREA_WORDS = re.compile(r"(全国|全省|全市|全区|全县|全州|全镇|全球|世界|城区|市区)")


def _own_level(text: str) -> str:
    """Whose report it is, by the word it uses most for itself: 省, 市, 区, 县 …; 国 for the State Council."""
    if "国务院" in text[:400] and "省人民政府" not in text[:400]:
        return "国"
    found = Counter(match.group()[-1] for match in _LEVEL.finditer(text) if match.group() != "全国")
    return found.most_common(1)[0][0] if found else ""


def _area(text: str, reading: binding.Reading, own: str) -> str:
    """own for the body that reports, else the word of the clause."""
    if reading.measure == "rank":
        return OWN
    clause = re.split(r"[，。；：\n]", text[max(0, reading.number.start - 40) : reading.number.start])[-1]
    match = _AREA_WORDS.match(clause.lstrip("其中"))
    return (
        OWN
        if not match or match[1][-1] == own or (match[1] in ("全区", "自治区") and own == "区")
        else match[1]
    )
