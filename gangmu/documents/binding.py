"""What each figure number of a report says: concept, measure, planned, period, by the words around it.

Narrow and honest: a grammar of clauses and word tables, no guess beyond them. A number whose words give no
concept stays without one; whoever turns a report into a template lists it as unbound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from gangmu.documents import blank as blanks
from gangmu.documents.finding import Number, numbers
from gangmu.documents.lexicon import (
    AFTER_NOUN,
    FALLS,
    FLOW,
    HEADS,
    KEPT_LEADS,
    KEPT_TAILS,
    LEAD,
    NO_NOUN,
    OWNED,
    PREDICATE,
    PREFIXES,
    RISES,
    SCALES,
    TAIL,
    VERB_FIRST,
)
from gangmu.documents.numbers import COUNTERS, Unit
from gangmu.documents.times import PLAN, Context, part_of_year, passages, plan_years, review_year
from gangmu.problems import Text

_CLAUSE = re.compile(r"[，。；！？：\n]|——")
_BASE_YEAR = re.compile(
    r"(?:从|由)(?:((?:19|20)\d{2})年(?:的|底的|末的)?|去年的?|上年的?|期初的?)?(?:全国|全球|世界|全省)?(?:第|不到|不足|近|约|超过|超)?$"
)
_CLOSING_YEAR = re.compile(r"((?:19|20)\d{2})年(?:底|末)?的?$")
_COMPARED = re.compile(
    r"(?:高于|低于|快于|优于|好于|高出|超过|高)"
    r"(?:目标|任务|进度|序时进度|时间进度|上年|去年|全国|全省|全市|全区|全县|国家|规定|计划|预期|年初|经济|GDP|生产总值|城镇|城乡|全体)[^，、]{0,8}?(?:平均|水平|目标|增速|增幅)*$"
)
_CLAUSE_YEAR = re.compile(
    r"(?:^|[，。；：！？、（\n]|截至|在|到|至|预计|——)((?:19|20)\d{2})年(?:末|底|度|全年|，|预计)*(?![—\-至前]|以来)"
)
_END_OF_PLAN = re.compile(rf"(?:(?<![较比是从“])|(?<=[^较比是从]“)){PLAN.pattern}(?:期末|末期|末|收官)")
_LAST_YEARS = re.compile(
    r"(?:近|过去|连续)?([三四五3-5])年来?(?:累计|共|净|间)*(?:增长|提升|提高|增加|下降|降低|新增|净增|完成|减少)"
)
_GIVES = re.compile(r"^(?:新增|净增|使用|投入|安排)$|(?:发放|兑付|拨付|一次性发放)$")
_OF_TARGET = re.compile(
    r"((?:超额)?完成(?:全年|年度|年初|半年|上半年)?(?:目标任务|预算|目标|任务|计划)|(?:为|占|达)(?:全年|年度|年初)(?:目标|任务|计划|预算))的?$"
)
_TOWN_AND_COUNTRY = re.compile(r"城乡|(?:城镇|城市)(?:常住)?(?:居民)?[和与、]农村|(?:各项)?存贷款")
_MEANS = (
    "重点举措",
    "改革举措",
    "工作举措",
    "重点措施",
    "政策措施",
    "政策举措",
    "措施",
    "举措",
    "政策",
    "硬措施",
    "条款",
)
_OF_EARLIER = re.compile(
    rf"(?:是|为|达到?|相当于)(?:上年|去年|上年同期|同期|(?:19|20)\d{{2}}年|{PLAN.pattern}(?:时期|期间|期末|末期|末)?)(?:同期)?的?$"
)
_YEARS = re.compile(r"((?:19|20)\d{2})年(?:到|至|[—\-])((?:19|20)\d{2})年")
_TO = ("∶", "︰", ":", "：")
_LEVEL = re.compile(
    r"(?:率|占比|比重|总量|总数|规模|里程|寿命|增加值|总值|产值|能力|水平|收入|份额|指数|年限|密度)$"
)
_TO_LEVEL = re.compile(
    r"(?:提高|提升|降低|减少|上升|增加|缩小|增长|下降|跃升|升|降|扩大|整合|压减|精简|发展)[到至为]$"
)
_COUNT = {"三": 3, "四": 4, "五": 5, "3": 3, "4": 4, "5": 5}
_OPENING = re.compile(r"新增|净增|新建(?![筑材])|新培育|新认定|新引进|新引育|新入选|新签约|新注册|新开工")
_OPENS_NUMBER = re.compile(r"(新增|净增|新培育|新认定|新引进|新引育)(?:了|约|近|超过|超|突破)*$")
_SHARED_BY_LEVEL = re.compile(r".*?(级|类|型)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number with what its words say of it; concept is empty where they do not name one.

    direction: the word of change right before the number (增长), so that a template can choose it by sign.
    falls: the words around say that it went down, so the value is negative.
    """

    number: Number
    concept: str
    measure: str
    planned: bool
    period: str | None
    direction: str = ""
    falls: bool = False
    reason: str = ""
    carried: int = 0
    """How many clauses before the number its words stand; 0: in its own."""
    filters: tuple[str, ...] = ()
    """What 其中 restricts the quantity to."""
    ground: Text = field(default_factory=lambda: Text("", ""))
    """Where concept and period come from, in words."""


def read(text: str, year: int | None = None, marked: Iterable[blanks.Span] = ()) -> list[Reading]:
    """Every number and blank of kind figure in a text, read. `year`: the year under review, else taken from the text."""
    marked = tuple(marked)
    found = numbers(text, marked)
    words = _readable(text, found, marked)
    figures = [number for number in found if number.kind == "figure"]
    reviewed = year or review_year(words)
    readings: list[Reading] = []
    for start, end, context in passages(words, reviewed):
        inside = [number for number in figures if start <= number.start < end]
        if inside:
            readings += _Sentence(words, start, end, inside, context).read()
    if SOMEWHERE not in text and SOMEWHERE in words:
        readings = [replace(r, concept=_SOMEWHERE.sub("", r.concept)) for r in readings]
    return readings if reviewed else [_undated(reading) for reading in readings]


def _undated(reading: Reading) -> Reading:
    """Without a period that was only told from a year that nobody knows."""
    told = reading.period and re.match(r"(?:19|20)\d{2}", reading.period)
    return reading if told else replace(reading, period=None)


SOMEWHERE = "某"
"""Stands for each letter of a blank that is a name, so that the grammar takes it for words: 某某县."""
_SOMEWHERE = re.compile(rf"{SOMEWHERE}+(?:[省市县区镇乡村](?!场))?")


def _readable(text: str, found: Iterable[Number], marked: tuple[blanks.Span, ...]) -> str:
    """The text as the grammar reads it: blanks as noughts, names still to be written as 某."""
    letters = list(blanks.levelled(text, blanks.spans(text, marked)))
    for number in found:
        if number.blank and number.kind in ("name", "place", "date", "threshold"):
            letters[number.start : number.end] = SOMEWHERE * (number.end - number.start)
    return "".join(letters)


@dataclass(slots=True)
class _Sentence:
    """Reads the numbers of one sentence from left to right, carrying the subject from clause to clause."""

    text: str
    start: int
    end: int
    inside: list[Number]
    whole: Context
    """The time of the sentence; `context` is that of the number at hand."""
    subject: str = ""
    shared: list[str] = field(default_factory=list)
    """What 分别 still has to hand out."""
    verb: tuple[str, bool, str] = ("", False, "")
    """Measure, falls and word of the change that a list of numbers shares."""
    base: bool = False
    last_measure: str = ""
    counted_after: bool = False
    last_concept: str = ""
    opening: str = ""
    """新增 or 新建, which the items of a list after it share."""
    list_period: str = ""
    verb_shared: bool = False
    carried: int = 0
    said_year: str = ""
    last_period: str | None = None
    last_end: int = 0
    base_year: str = ""
    handed: tuple[str, ...] = ()
    """What 分别 handed out last, for a second row of numbers."""
    context: Context = field(init=False)
    recent: list[str] = field(default_factory=list)
    """The quantities of the sentence so far, for a 分别 that names none."""

    def read(self) -> list[Reading]:
        readings = []
        end_of_last = self.start
        for number in self.inside:
            self.last_end = end_of_last
            readings.append(self._one(number, end_of_last))
            end_of_last = number.unit_end
        return readings

    def _one(self, number: Number, end_of_last: int) -> Reading:
        left = self.text[end_of_last : number.start]
        clauses = _CLAUSE.split(left)
        before_goal = number.start < self.whole.goal_at
        self.context = replace(self.whole, goal_year="") if before_goal else self.whole
        segment = clauses[-1]
        if len(clauses) > 1:
            self.shared, self.verb, self.opening = [], ("", False, ""), ""
        before = self.subject
        self._note_years(left)
        ranked = number.reason == "rank"
        if ranked:
            segment = segment.removesuffix("第")
        earlier = Unit.parse(number.unit).base == "倍" and _OF_EARLIER.search(segment)
        words, said_year, is_base = _without_year(segment[: earlier.start()] if earlier else segment)
        if len(clauses) == 1 and end_of_last != self.start:
            words = re.sub(r"^(?:左右|以上|以内|以下|多|余)?[、，]?(?:和|与|及|以及|并|且)?", "", words)
        if len(clauses) == 1 and self.counted_after and "、" in words:
            words = words.partition("、")[2]  # what stands before it is the thing the last number counted
        listed = len(clauses) == 1 and self.counted_after
        concept, change = self._concept(number, words, clauses, ranked)
        concept = self._opened(concept, segment, listed)
        measure = self._measure(number, words, concept, change, ranked)
        period = self._when(segment, said_year, is_base, measure, concept)
        self.base, self.last_period = is_base, period
        if concept and concept not in self.recent[-1:]:
            self.recent.append(concept)
        self.last_measure, self.last_concept = measure, concept
        self.carried = self.carried + len(clauses) - 1 if concept and concept == before else 0
        return Reading(
            number,
            concept,
            measure,
            self.context.future or bool(self.said_year and int(self.said_year) > self.context.year > 0),
            period,
            change.word if change and change.adjacent else "",
            bool(change and change.falls),
            "" if concept else "no words name the quantity",
            self.carried,
            (concept,) if concept and "其中" in "，".join(clauses[-2:]) else (),
            _ground(concept, period, self.carried),
        )

    # ---- the time

    def _note_years(self, words: str) -> None:
        """The year that a clause opens with holds for the rest of the sentence: 2024年末, “十四五”期末."""
        if between := _YEARS.search(words):
            self.base_year, self.said_year = between.groups()
            return
        for match in _CLAUSE_YEAR.finditer(words):
            self.said_year = match[1]
        if end := _END_OF_PLAN.search(words):
            self.said_year = str(plan_years(end[1])[1])

    def _when(self, segment: str, said_year: str, is_base: bool, measure: str, concept: str) -> str | None:
        """The period of a number: of its own words, else of its clause, else of the passage."""
        if segment in _TO and self.last_period:
            return self.last_period  # the other side of a ratio
        period = self._period(segment, measure, concept)
        if "分别" in segment:
            self.list_period = period
        elif self.verb_shared and self.list_period and not said_year:
            period = self.list_period
        if is_base:
            return said_year or self.base_year or self._start_of_span()
        if said_year:
            return said_year
        if years := _LAST_YEARS.search(segment):
            until = self.context.year + self.context.future
            return f"{until + 1 - _COUNT[years[1]]}/{until}"
        if "年均" in segment:
            return self._five_years() if "/" not in period else period
        if segment.strip("、和及与") == "" and measure == self.last_measure and self.last_period:
            return self.last_period  # 年均增长8.1%、9.9%
        if self.said_year:
            return self._within_year(self.said_year)
        if self.context.timeless:
            return None
        return self._within_year(period)

    def _within_year(self, period: str) -> str:
        """The quarter or the months that the sentence up to here names, or its heading did."""
        part = part_of_year(self.text[self.start : self.start + 40]) or self.context.part
        if not part or "/" in period or self.context.future:
            return period
        return "/".join(f"{period}-{one}" for one in part.split("/"))

    def _five_years(self) -> str:
        """What 年均 is over where no span was named: the five years of the plan just ended, or of the next."""
        year = self.context.year
        return f"{year + 1}/{year + 5}" if self.context.future else f"{year - 4}/{year}"

    def _opened(self, concept: str, segment: str, listed: bool) -> str:
        """新增高新技术企业超6000家、科技型中小企业1.76万家: the second is 新增 too.

        So are things counted after their numbers: 新增7名院士、9个实验室. listed: the number goes on such a list.
        """
        if not concept:
            return concept
        if said := _OPENING.match(concept):
            self.opening = said.group()
            return concept
        if self.counted_after and (said := _OPENS_NUMBER.search(segment)):
            self.opening = said[1]
            return self.opening + concept
        goes_on = segment.startswith(("、", "和")) and _noun(segment)
        if self.opening and (goes_on or (listed and self.counted_after)):
            return self.opening + concept
        return concept

    def _start_of_span(self) -> str:
        """A comparison at the start: the year before a span of years, else last year."""
        span = self.context.span
        return str(int(span[:4]) - 1) if span else str(self.context.year - 1 + self.context.planned)

    def _period(self, segment: str, measure: str, concept: str) -> str:
        """Of a span of years a level stands at its end, and what was done over it takes the whole span."""
        period, span = self.context.period, self.context.span
        if not span or self.context.goal_year:
            return period
        if self.base or _COMPARED.search(segment):
            return span[5:]
        if "同比" in segment or "比上年" in segment or _OF_EARLIER.search(segment):
            return span[5:]  # of the last of the years
        if measure in ("yoy", "change", "multiple"):
            return span[5:] if _TO_LEVEL.search(segment) else span
        if (
            self.last_period == span
            and segment.startswith("、")
            and not re.search(r"[达为]|突破|保持", segment[-4:])
        ):
            return span  # 建成学校304所、基地20个
        added = concept.startswith(("新增", "净增")) or self.counted_after
        level = not added and (_LEVEL.search(concept) or _TO_LEVEL.search(segment))
        return span if added or (FLOW.search(f"{segment}{concept}") and not level) else span[5:]

    # ---- the words that name the quantity

    def _concept(
        self, number: Number, words: str, clauses: list[str], ranked: bool
    ) -> tuple[str, _Change | None]:
        self.counted_after = False
        if compared := _COMPARED.search(words):
            return self._compared(words[: compared.start()], compared), None
        change = _change(words, number, self.text[number.unit_end : number.unit_end + 4])
        noun = _noun(change.rest if change else words)
        self.verb_shared = bool(self.shared and not noun)
        if self.verb_shared:
            return self._handed_out(change)
        if reached := _OF_TARGET.search(words):
            return (self.subject + reached[1] if self.subject else ""), None
        if (
            not noun
            and not _parted(words)
            and self._together(number) == len(self.handed) > 1
            and len(clauses) > 1
        ):
            self.shared = list(self.handed)  # 城乡居民收入分别达到A、B，增长4.3%、7.6%
            self.verb = (change.kind, change.falls, change.word) if change else ("", False, "")
            return self._handed_out(change)
        if _parted(words) and not noun and (several := self._together(number)) > 1:
            self.shared = list(dict.fromkeys(self.recent))[-several:]
            self.verb = (change.kind, change.falls, change.word) if change else ("", False, "")
            return self._handed_out(change)
        if self.base and not noun and self.last_concept:
            return self.last_concept, change
        after = "" if ranked else self._noun_after(number)
        if noun and (_parted(words) or (_TOWN_AND_COUNTRY.match(noun) and self._together(number) == 2)):
            several = self._together(number)
            self.shared = _both(noun) if several == 2 else _listed(noun, several)
            self.handed = tuple(self.shared)
            self.verb = (change.kind, change.falls, change.word) if change else ("", False, "")
            return self._handed_out(change)
        if noun and "分别" in self.text[max(self.start, number.start - 40) : number.start]:
            self.shared = []
        if after and noun and after in _MEANS:
            after = noun + after  # 科技金融20条政策措施
        if after and not (noun and noun.endswith(HEADS) and not noun.endswith(("等", "园区"))):
            noun = after
            self.counted_after = True
        elif not ranked and (part := self._part_of(number, noun)):
            noun = part
            self.counted_after = True
        if noun.startswith("占") and self.subject:
            return self.subject + noun, change  # 出口…，占全国份额: a share of what was spoken of
        if noun == "净增" and self.subject:
            return "净增" + self.subject.removeprefix("新增"), change
        if (
            noun in OWNED
            and self.subject
            and len(clauses) < 3
            and "；" not in self.text[self.last_end : number.start]
        ):
            return _owner(self.subject) + noun, change
        if noun:
            self.subject = noun
            return self.subject, change
        if len(clauses) > 1 and (passed := _PASSED.match(clauses[-2])) and passed[1].endswith(HEADS):
            self.subject = _noun(passed[1])  # 财政收入迈过千亿大关，达1330亿元
        elif not self.subject and len(clauses) > 1:
            self.subject = _noun(clauses[-2]) if len(clauses[-2]) <= 24 else ""
        self.subject = re.sub(r"(?:任务|目标)$", "", self.subject)
        return self.subject, change

    def _together(self, number: Number) -> int:
        """How many numbers stand in this clause from here on: 分别增长4.3%、5.5%."""
        clause = _CLAUSE.search(self.text, number.end)
        end = clause.start() if clause else self.end
        return sum(number.start <= one.start < end for one in self.inside)

    def _part_of(self, number: Number, noun: str) -> str:
        """超50%的行政村达到标准; 2.8万亿元中央财政资金: the quantity stands after its number."""
        rest = self.text[number.unit_end : self.end]
        if Unit.parse(number.unit).base == "%":
            match = re.match(r"(?:以上|左右)?的(?![，。；])", rest)
        elif number.unit and (not noun or _GIVES.search(noun)):
            match = re.match(r"(?:以上|左右)?的?(?=[\u4e00-\u9fff“])", rest)
        else:
            match = None
        return _cut(rest[match.end() :]) if match and not NO_NOUN.match(rest[match.end() :]) else ""

    def _handed_out(self, change: _Change | None) -> tuple[str, _Change | None]:
        concept = self.shared.pop(0) if self.shared else ""
        self.subject = concept or self.subject
        kind, falls, word = self.verb
        if change is None and word:
            change = _Change(kind, falls, word, "", adjacent=False)
        elif change is not None:
            change = replace(change, adjacent=False)
        return concept, change

    def _compared(self, words: str, compared: re.Match[str]) -> str:
        """增幅高于全国0.7个百分点: a gap of its own, named after what is compared and with whom."""
        self.subject = _noun(words) or self.subject
        return self.subject and self.subject + compared.group()

    def _noun_after(self, number: Number) -> str:
        """新建 10 个 … 专项: the thing counted stands after the counting word."""
        unit = Unit.parse(number.unit)
        if unit.base not in COUNTERS and number.unit not in SCALES:
            return ""  # 89万监测对象: a bare scale counts what follows
        rest = self.text[number.unit_end : self.end]
        rest = re.sub(r"^(?:多|余|左右|以上|以内)(?=[“\u4e00-\u9fff])", "", rest)
        return "" if NO_NOUN.match(rest) or rest.startswith("等") else _cut(rest)

    def _measure(self, number: Number, words: str, concept: str, change: _Change | None, ranked: bool) -> str:
        unit = Unit.parse(number.unit)
        if ranked or (
            unit.base == "位" and not self.counted_after and _RANKED.search(self.text[: number.start][-6:])
        ):
            return "rank"
        if self.last_measure and re.fullmatch(r"[—\-~～至]+", words):
            return self.last_measure  # the other end of a range
        if number.reason == "fraction":
            return "fraction"
        if number.reason == "written in words" or unit.base in ("倍", "成"):
            return "multiple" if unit.base != "成" else "share"
        if change:
            return change.kind
        if unit.base == "个百分点":
            return "change"
        if unit.base == "%":
            if self.counted_after:
                return "share"
            if not words.strip("、和及") and self.last_measure in ("yoy", "share", "value"):
                return self.last_measure
            return "share" if re.search(r"占|比重|比例|份额", concept + words) else "value"
        if _SUMMED.search(concept):
            return "sum"
        return "count" if unit.base in COUNTERS else "value"


_PASSED = re.compile(
    r"([\u4e00-\u9fff]{2,16}?)(?:迈过|迈上|突破|跨过|跨越|站上|稳步|持续|加快|不断|再创|创|首次|大幅|快速|稳定|历史性)"
)
_RANKED = re.compile(r"(?:居|列|前|第|排名|位次|跃升至|上升到|升至)$")
_SUMMED = re.compile(r"(?:总投资|完成投资|投资总额|计划投资)$")


def _ground(concept: str, period: str | None, carried: int) -> Text:
    """Why the quantity and the time are taken to be these."""
    if not concept:
        return Text("", "")
    place = (
        Text("本句", "this clause") if not carried else Text(f"前{carried}分句", f"{carried} clauses before")
    )
    when = f"，期间{period}" if period else ""
    return Text(
        f"词语“{concept}”在{place.zh}{when}",
        f"“{concept}” in {place.en}" + (f", period {period}" if period else ""),
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """A word of change before a number: 增长 5.3%. kind: yoy, change or multiple. rest: the words before it."""

    kind: str
    falls: bool
    word: str
    rest: str
    adjacent: bool = True


_CHANGE = re.compile(
    rf"(?P<lead>(?:同比|年均|累计|平均|分别|实际|名义|预期|均|各|比上年|较上年|比去年|净|共|再|近五年|五年|三年|3年)*)"
    rf"(?P<word>{'|'.join(sorted((*RISES, *FALLS), key=len, reverse=True))})"
    r"(?P<after>(?:了|约|近|超过|超|突破|逾|达到|达|均为|为|不低于|至少|高达|也|力争|在|控制在|保持在)*)$"
)


def _change(words: str, number: Number, text_after: str = "") -> _Change | None:
    """The change that the words before a number speak of; None where they lead to a level (提高到 55%)."""
    match = _CHANGE.search(words)
    if not match:
        return None
    unit = Unit.parse(number.unit).base
    word = match["word"]
    if word == "增" and re.search(r"(?:新|净|倍)$", words[: match.start("word")]):
        return None
    kind = {"%": "yoy", "个百分点": "change", "倍": "multiple"}.get(unit, "change")
    against = re.search(r"(?:比|较)(?:上年|去年|同期|年初|上年同期)$", words[: match.start()])
    if (
        word in ("增", "降", "减", "扩大", "压缩", "缩短")
        and kind == "change"
        and unit != "个百分点"
        and not against
    ):
        return None
    graded = text_after.startswith(("等级", "档次", "位次", "名次"))
    if unit in COUNTERS and unit != "位" and not graded and word in ("提升", "提高"):
        return None  # 整合提升1000个…: what is done to them, not how many more
    falls = (word in FALLS and "负" not in word) or word == "负增长"
    return _Change(
        kind, falls, word, words[: match.start()], adjacent=not match["after"] and words.endswith(word)
    )


def _without_year(segment: str) -> tuple[str, str, bool]:
    """The words without 从2020年的 or 2025年的 right before the number: (words, year, it is the base)."""
    if match := _BASE_YEAR.search(segment):
        return segment[: match.start()], match[1] or "", True
    if match := _CLOSING_YEAR.search(segment):
        return segment[: match.start()], match[1], False
    return segment, "", False


def _parted(words: str) -> bool:
    return "分别" in words


def _noun(words: str) -> str:
    """The words that name a quantity, without what leads to its number and without place, time and doing.

    >>> _noun("全年完成固定资产投资达到")
    '固定资产投资'
    """
    said = re.sub(
        r"^(?:（[\d一二三四五六七八九十]{1,3}）|[一二三四五六七八九十]是|\d[.．]\s*)",
        "",
        words.strip("、 　"),
    )
    while (match := TAIL.search(said)) and not said.endswith(KEPT_TAILS):
        said = said[: match.start()].rstrip("、")
    said = re.sub(r"(?:分别|均|各)$", "", said)
    said = _without_predicate(_WHEN.sub("", _DONE.sub("", said)))
    while (match := LEAD.match(said)) and match.end() and not said.startswith(KEPT_LEADS):
        said = said[match.end() :].lstrip("、")
    said = _DISTRICT.sub("", said)
    said = _balanced(re.sub(r"(?:较|比)[^，]{2,10}$", "", said).strip("的、，() 　"))
    if 4 <= (at := max(said.find("新建"), said.find("新增"))) < len(said) - 3:
        said = said[at:]
    return said if len(said) >= 2 and re.search(r"[\u4e00-\u9fffA-Z]{2}", said) else ""


_DONE = re.compile(
    r"(?<=[\u4e00-\u9fff”]{2})(?:实现|完成)(?=[\u4e00-\u9fff]{0,4}(?:总产值|产值|营业收入|营收|利润|税收|销售|收入|增加值)$)"
)
"""工程机械实现产值: the doing stands within the name."""
_WHEN = re.compile(
    rf"(?<=[\u4e00-\u9fff]{{2}})(?:去年|今年|上年|上半年)(?![度均期级])|^(?:上半年|前三季度)|^{PLAN.pattern}(?:时期|期间|期末|末期|末|以来)?(?:共|累计)?"
)
"""The time stands within the name, or before it."""
_DISTRICT = re.compile(
    r"^(?!城|社区|园区|景区|全|人均|地区|.地区|..地区)[\u4e00-\u9fff]{2,3}[市县区](?=地区生产总值|生产总值|GDP|规上工业|规模以上工业|固定资产投资|社会消费品|一般公共预算|财政总收入|城镇居民|农村居民|常住人口)"
)
"""A district's own name before a quantity that every district has."""


def _both(noun: str) -> list[str]:
    """城乡居民收入 of two numbers are those of town and country, 存贷款余额 those of deposits and loans."""
    for both, parts in (("城乡", ("城镇", "农村")), ("存贷款", ("存款", "贷款"))):
        if both in noun[:4]:
            return [noun.replace(both, one, 1) for one in parts]
    return _listed(noun, 2)


def _without_predicate(words: str) -> str:
    """花卉产量全球第一、优质鲜切花占比: what is said before the last 、 is a sentence of its own, not part of a list."""
    said, mark, last = words.rpartition("、")
    if mark and len(said) > 3 and (PREDICATE.search(said) or VERB_FIRST.match(last)):
        return last
    return words


def _cut(rest: str) -> str:
    """The noun that the words after a number begin with: up to a verb, at most 20 characters."""
    rest = re.sub(r"^\d+万?[名人户个](?=[\u4e00-\u9fff])", "", rest)  # 35532户153083名贫困人口
    quoted = 1
    while rest[max(quoted - 1, 0) :].startswith("“") or (quoted > 1 and rest[quoted:].startswith("“")):
        closing = rest.find("”", quoted)
        if closing < 0:
            break
        quoted = closing + 1
    stop = AFTER_NOUN.search(rest, quoted)
    noun = rest[: stop.start()] if stop else rest
    if len(noun) < 2 and (
        whole := re.match(r"[\u4e00-\u9fff“”]{3,12}(?:项目|工程|企业)(?=[，。；、])", rest)
    ):
        noun = whole.group()  # 拟竣工投产项目
    noun = _balanced(re.split(r"[和与及]\d", noun)[0].strip("的"))
    noun = re.split(r"(?<=项目)[和与及]|(?<=工程)[和与及]", noun)[0]
    noun = re.sub(r"(?:和|与|及|以及|并)$|(?<![初高集其])中$", "", noun)
    return noun if 2 <= len(noun) <= 20 else ""


def _owner(subject: str) -> str:
    """Whose a bare head is, by the subject before it: 粮食播种面积 → 粮食; 省重点项目 as it stands."""
    heads = [head for head in OWNED if subject.endswith(head) and len(subject) - len(head) >= 2]
    return subject[: -len(max(heads, key=len))] if heads else subject


def _balanced(words: str) -> str:
    """Without a quotation mark or bracket whose partner was cut off."""
    for opening, closing in ("“”", "（）"):
        if words.count(opening) != words.count(closing):
            words = words.split(opening)[-1 if words.endswith(closing) else 0] if opening in words else words
            words = words.replace(closing, "") if opening not in words else words
    return words


def _listed(noun: str, several: int = 0) -> list[str]:
    """The items of a list before 分别, each with what the last or the first one lends it; several: how many there should be.

    >>> _listed("新能源汽车、集成电路、工业机器人产量")
    ['新能源汽车产量', '集成电路产量', '工业机器人产量']
    """
    if noun.startswith("一二三产"):
        return [one + noun[3:] for one in "一二三"]
    items = [item for item in re.split(r"[、和与]|以及", noun) if item]
    apart = noun.split("、")
    if several == len(apart) > 1 and several != len(items):
        items = apart  # 租赁和商务服务业 is one of them
    if len(items) < 2:
        return items
    last = items[-1]
    if match := re.match(r"(.+?)等(?:重点|主要|新兴|\d+个)?(产业|行业|领域)?(.+)$", last):
        head = (match[2] or "") + match[3]
        return [item + head for item in (*items[:-1], match[1])]
    head = _shared_head(items)
    prefix = _shared_prefix(items)
    return [_complete(item, i, head, prefix) for i, item in enumerate(items)]


def _shared_head(items: list[str]) -> str:
    last = items[-1]
    if match := _SHARED_BY_LEVEL.match(items[0]):
        at = last.find(match[1])
        if 0 <= at < len(last) - 1:
            return last[at + 1 :]
    if part := re.search(
        r"(?:增加值|产值|收入|投资|出口|产量|面积|数量)?占[^、]+?(?:比重|比例|份额|的比)$", last
    ):
        return part.group()
    head = ""
    while heads := [
        h for h in HEADS if last.removesuffix(head).endswith(h) and len(h) + len(head) < len(last)
    ]:
        head = max(heads, key=len) + head  # 产量占比 is a chain of two
    return head


def _shared_prefix(items: list[str]) -> str:
    """省属企业营业收入、利润: the first item's owner serves a bare head after it; 单位生产总值能耗 and 排放 as well."""
    if leading := [prefix for prefix in PREFIXES if items[0].startswith(prefix)]:
        return max(leading, key=len)
    for head in sorted(HEADS, key=len, reverse=True):
        if items[0].endswith(head) and len(head) < len(items[0]):
            return items[0][: -len(head)]
    return ""


def _complete(item: str, place: int, head: str, prefix: str) -> str:
    if item in HEADS and place and prefix:
        return prefix + item
    if place and prefix in PREFIXES and not item.startswith(prefix):
        return prefix + item
    if head.startswith("产业") and item.endswith("产业"):
        head = head.removeprefix("产业")
    if head and not item.endswith(HEADS):
        return item + head
    return item
