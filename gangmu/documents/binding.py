"""What each figure number of a report says: concept, measure, planned, period, by the words around it.

Narrow and honest: a grammar of clauses and word tables, no guess beyond them. A number whose words give no
concept stays without one; whoever turns a report into a template lists it as unbound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gangmu.documents import blank as blanks
from gangmu.documents.finding import Number, numbers
from gangmu.documents.lexicon import AFTER_NOUN, FALLS, HEADS, KEPT_LEADS, LEAD, NO_NOUN, RISES, SCALES, TAIL
from gangmu.documents.numbers import COUNTERS, Unit
from gangmu.problems import Text

_CLAUSE = re.compile(r"[，。；！？：\n]|——")
_SENTENCE = re.compile(r"[。！？\n]")
_HEADING = re.compile(r"^\s*[一二三四五六七八九十]+、")
_BASE_YEAR = re.compile(r"(?:从|由)(?:((?:19|20)\d{2})年(?:的|底的|末的)?)?(?:全国|全球|世界|全省)?$")
_CLOSING_YEAR = re.compile(r"((?:19|20)\d{2})年(?:底|末)?的?$")
_COMPARED = re.compile(
    r"(?:高于|低于|快于|优于|好于|高出|超过|高)(?:全国|全省|全市|国家|规定|计划|预期|年初)[^，、]{0,7}?(?:平均|水平|目标)*$"
)
_FIVE_YEARS = re.compile(r"五年来|这五年|过去五年|“十四五”时期|“十四五”期间|5年来|“十四五”的五年|过去5年")
_FIVE_COMING = re.compile(r"“十五五”(?:发展)?(?:时期|期间|规划)?|未来五年|今后五年")
_TO_YEAR = re.compile(r"到((?:19|20)\d{2})年")
_IN_YEAR = re.compile(r"((?:19|20)\d{2})年(?:以来)?")
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
    ground: Text = Text("", "")
    """Where concept and period come from, in words."""


@dataclass(slots=True)
class _Context:
    """Which time a passage speaks of: the year under review or the coming one, or a span of years."""

    year: int
    planned: bool = False
    span: str = ""
    goal_year: str = ""

    @property
    def period(self) -> str:
        return self.goal_year or self.span or str(self.year + 1 if self.planned else self.year)

    @property
    def future(self) -> bool:
        return self.planned or bool(self.goal_year)


def read(text: str, year: int | None = None, marked: Iterable[blanks.Span] = ()) -> list[Reading]:
    """Every number and blank of kind figure in a text, read. `year`: the year under review, else taken from the text."""
    marked = tuple(marked)
    found = numbers(text, marked)
    words = _readable(text, found, marked)
    figures = [number for number in found if number.kind == "figure"]
    reviewed = year or review_year(words)
    readings: list[Reading] = []
    for start, end, context in _passages(words, reviewed):
        inside = [number for number in figures if start <= number.start < end]
        if inside:
            readings += _Sentence(words, start, end, inside, context).read()
    return readings


SOMEWHERE = "某"
"""Stands for each letter of a blank that is a name, so that the grammar takes it for words: 某某县."""


def _readable(text: str, found: Iterable[Number], marked: tuple[blanks.Span, ...]) -> str:
    """The text as the grammar reads it: blanks as noughts, names still to be written as 某."""
    letters = list(blanks.levelled(text, blanks.spans(text, marked)))
    for number in found:
        if number.blank and number.kind in ("name", "place"):
            letters[number.start : number.end] = SOMEWHERE * (number.end - number.start)
    return "".join(letters)


def review_year(text: str) -> int:
    """The year a report looks back on: the year before the one it is given in (its title or first date)."""
    match = _IN_YEAR.search(text)
    first = int(match[1]) if match else 2000
    heading = re.search(r"一、((?:19|20)\d{2})年", text)
    return int(heading[1]) if heading else first - 1


def _passages(text: str, year: int) -> Iterator[tuple[int, int, _Context]]:
    """Each sentence with the time it speaks of, from the headings, and from openings like 五年来 in its paragraph."""
    planned, span_of_section, span = False, "", ""
    at = 0
    for line in text.split("\n"):
        if _HEADING.match(line) and len(line) < 60:
            planned, span_of_section = _section(line, year, planned)
        span = span if line.startswith("——") else span_of_section
        for start, end in _sentences(text, at, at + len(line)):
            sentence = text[start:end]
            if not planned and _FIVE_YEARS.search(sentence):
                span = f"{year - 4}/{year}"
            elif re.match(r"(?:20\d\d年|一年来|过去一年)", sentence) and not planned:
                span = ""
            goal = ""
            if planned or span_of_section:
                if match := _TO_YEAR.search(sentence):
                    goal = match[1]
                elif _FIVE_COMING.search(sentence) and "开局" not in sentence and planned:
                    span = f"{year + 1}/{year + 5}"
            if goal:
                yield start, end, _Context(year, planned=True, span=span, goal_year=goal)
            else:
                yield start, end, _Context(year, planned, span)
        at += len(line) + 1


def _section(heading: str, year: int, planned: bool) -> tuple[bool, str]:
    if "十五五" in heading and "十四五" not in heading:
        return True, f"{year + 1}/{year + 5}"
    if re.search(r"回顾|发展成就|主要成就|过去|去年工作|工作总结", heading):
        return False, ""
    if re.search(rf"{year + 1}年|今年|今后|安排|任务|目标|重点工作|总体要求|政府自身建设|自身", heading):
        return True, ""
    return planned, ""


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _SENTENCE.finditer(text, start, end):
        yield begin, match.end()
        begin = match.end()
    if begin < end:
        yield begin, end


@dataclass(slots=True)
class _Sentence:
    """Reads the numbers of one sentence from left to right, carrying the subject from clause to clause."""

    text: str
    start: int
    end: int
    inside: list[Number]
    context: _Context
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

    def read(self) -> list[Reading]:
        readings = []
        end_of_last = self.start
        for number in self.inside:
            readings.append(self._one(number, end_of_last))
            end_of_last = number.unit_end
        return readings

    def _one(self, number: Number, end_of_last: int) -> Reading:
        left = self.text[end_of_last : number.start]
        clauses = _CLAUSE.split(left)
        segment = clauses[-1]
        if len(clauses) > 1:
            self.shared, self.verb, self.opening = [], ("", False, ""), ""
        before = self.subject
        period = self._period(segment, clauses)
        ranked = number.reason == "rank"
        if ranked:
            segment = segment.removesuffix("第")
        words, said_year, is_base = _without_year(segment)
        if len(clauses) == 1 and end_of_last != self.start:
            words = re.sub(r"^(?:左右|以上|以内|以下|多|余)?[、，]?(?:和|与|及|以及|并|且)?", "", words)
        if len(clauses) == 1 and self.counted_after and "、" in words:
            words = words.partition("、")[2]  # what stands before it is the thing the last number counted
        concept, change = self._concept(number, words, clauses, ranked)
        concept = self._opened(concept, segment)
        measure = self._measure(number, words, concept, change, ranked)
        if "分别" in segment:
            self.list_period = period
        elif self.verb_shared and self.list_period and not said_year:
            period = self.list_period
        if is_base:
            period = said_year or self._start_of_span()
        elif said_year:
            period = said_year
        elif "年均" in segment and "/" not in period:
            period = self._five_years()
        self.base = is_base
        self.last_measure, self.last_concept = measure, concept
        self.carried = self.carried + len(clauses) - 1 if concept and concept == before else 0
        return Reading(
            number,
            concept,
            measure,
            self.context.future,
            period,
            change.word if change and change.adjacent else "",
            bool(change and change.falls),
            "" if concept else "no words name the quantity",
            self.carried,
            (concept,) if concept and "其中" in "，".join(clauses[-2:]) else (),
            _ground(concept, period, self.carried),
        )

    def _five_years(self) -> str:
        """What 年均 is over where no span was named: the five years of the plan just ended, or of the next."""
        year = self.context.year
        return f"{year + 1}/{year + 5}" if self.context.future else f"{year - 4}/{year}"

    def _opened(self, concept: str, segment: str) -> str:
        """新增高新技术企业超6000家、科技型中小企业1.76万家: the second is 新增 too."""
        for opening in ("新增", "新建"):
            if concept.startswith(opening):
                self.opening = opening
                return concept
        if self.opening and concept and segment.startswith(("、", "和")) and _noun(segment):
            return self.opening + concept
        return concept

    def _start_of_span(self) -> str:
        """A comparison at the start: the year before a span of years, else last year."""
        span = self.context.span
        return str(int(span[:4]) - 1) if span else str(self.context.year - 1 + self.context.planned)

    def _period(self, segment: str, clauses: list[str]) -> str:
        period = self.context.period
        span = self.context.span
        levels = not re.search(
            r"年均|累计|增长|下降|提高|提升|降低|减少|新增|新建|建成|完成|实施|争取|超过\d", segment
        )
        if span and not self.context.goal_year and (self.base or _COMPARED.search(segment)):
            return span[5:]
        if (
            span
            and not self.context.goal_year
            and levels
            and re.search(r"[达到为占]|突破|超过|稳居|居|排名|率", segment[-6:])
        ):
            return span[5:]
        return period

    # ---- the words that name the quantity

    def _concept(
        self, number: Number, words: str, clauses: list[str], ranked: bool
    ) -> tuple[str, _Change | None]:
        self.counted_after = False
        if compared := _COMPARED.search(words):
            return self._compared(words[: compared.start()], compared), None
        change = _change(words, number)
        noun = _noun(change.rest if change else words)
        self.verb_shared = bool(self.shared and not noun)
        if self.verb_shared:
            return self._handed_out(change)
        if self.base and not noun and self.last_concept:
            return self.last_concept, change
        after = "" if ranked else self._noun_after(number)
        if _parted(words) and noun:
            self.shared = _listed(noun)
            self.verb = (change.kind, change.falls, change.word) if change else ("", False, "")
            return self._handed_out(change)
        if noun and "分别" in self.text[max(self.start, number.start - 40) : number.start]:
            self.shared = []
        if after and not (noun and noun.endswith(HEADS)):
            noun = after
            self.counted_after = True
        if noun.startswith("占") and self.subject:
            return self.subject + noun, change  # 出口…，占全国份额: a share of what was spoken of
        if noun:
            self.subject = noun
            return self.subject, change
        if not self.subject and len(clauses) > 1:
            self.subject = _noun(clauses[-2]) if len(clauses[-2]) <= 24 else ""
        return self.subject, change

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
        if NO_NOUN.match(rest):
            return ""
        quoted = rest.find("”") + 1 if rest.startswith("“") else 1
        stop = AFTER_NOUN.search(rest, quoted)
        noun = rest[: stop.start()] if stop else rest
        noun = _balanced(re.split(r"[和与及]\d", noun)[0].strip("的"))
        return noun if 2 <= len(noun) <= 20 else ""

    def _measure(self, number: Number, words: str, concept: str, change: _Change | None, ranked: bool) -> str:
        if ranked:
            return "rank"
        unit = Unit.parse(number.unit)
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
            if not words.strip("、和及") and self.last_measure in ("yoy", "share", "value"):
                return self.last_measure
            return "share" if re.search(r"占|比重|比例|份额", concept + words) else "value"
        return "count" if unit.base in COUNTERS else "value"


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


def _change(words: str, number: Number) -> _Change | None:
    """The change that the words before a number speak of; None where they lead to a level (提高到 55%)."""
    match = _CHANGE.search(words)
    if not match:
        return None
    unit = Unit.parse(number.unit).base
    word = match["word"]
    if word == "增" and re.search(r"(?:新|净|倍)$", words[: match.start("word")]):
        return None
    kind = {"%": "yoy", "个百分点": "change", "倍": "multiple"}.get(unit, "change")
    if word in ("增", "降", "减", "扩大", "压缩", "缩短") and kind == "change" and unit not in ("个百分点",):
        return None
    if unit in COUNTERS and unit != "位" and word in ("提升", "提高"):
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
    said = re.sub(r"^（[\d一二三四五六七八九十]{1,3}）", "", words.strip("、 　"))
    while match := TAIL.search(said):
        said = said[: match.start()].rstrip("、")
    said = re.sub(r"(?:分别|均|各)$", "", said)
    while (match := LEAD.match(said)) and match.end() and not said.startswith(KEPT_LEADS):
        said = said[match.end() :].lstrip("、")
    said = _balanced(re.sub(r"(?:较|比)[^，]{2,10}$", "", said).strip("的、，() 　"))
    if 4 <= (at := max(said.find("新建"), said.find("新增"))) < len(said) - 3:
        said = said[at:]
    return said if len(said) >= 2 and re.search(r"[\u4e00-\u9fffA-Z]{2}", said) else ""


def _balanced(words: str) -> str:
    """Without a quotation mark or bracket whose partner was cut off."""
    for opening, closing in ("“”", "（）"):
        if words.count(opening) != words.count(closing):
            words = words.split(opening)[-1 if words.endswith(closing) else 0] if opening in words else words
            words = words.replace(closing, "") if opening not in words else words
    return words


def _listed(noun: str) -> list[str]:
    """The items of a list before 分别, each with what the last or the first one lends it.

    >>> _listed("新能源汽车、集成电路、工业机器人产量")
    ['新能源汽车产量', '集成电路产量', '工业机器人产量']
    """
    items = [item for item in re.split(r"[、和与]|以及", noun) if item]
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
    heads = [head for head in HEADS if last.endswith(head) and len(head) < len(last)]
    return max(heads, key=len) if heads else ""


def _shared_prefix(items: list[str]) -> str:
    """省属企业营业收入、利润: the first item's owner serves a bare head after it."""
    for head in sorted(HEADS, key=len, reverse=True):
        if items[0].endswith(head) and len(head) < len(items[0]):
            return items[0][: -len(head)]
    return ""


def _complete(item: str, place: int, head: str, prefix: str) -> str:
    if item in HEADS and place and prefix:
        return prefix + item
    if head.startswith("产业") and item.endswith("产业"):
        head = head.removeprefix("产业")
    if head and not item.endswith(HEADS):
        return item + head
    return item
