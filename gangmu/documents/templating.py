"""A filled report becomes a template: placeholders, declarations of what the catalogue lacks, observations.

Filling the template from the observations gives the same text, to the character. What cannot be bound with
one meaning stays as it is printed, and is listed with the reason.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from gangmu.documents import binding, template
from gangmu.documents.description import Known
from gangmu.documents.lexicon import GENERIC
from gangmu.documents.model import Request
from gangmu.documents.numbers import DIRECTIONS, Style, Unit, converted, read
from gangmu.documents.template import Answer
from gangmu.documents.times import review_year

LEVELS = ("value", "count", "sum", "share")
"""Measures that are a level of the figure itself, which a series keeps as `value`."""

MEASURE_WORDS = {"value": "数值", "yoy": "增速", "change": "增减", "rank": "位次", "multiple": "倍数"}
"""The measures a template made from a report uses, as it writes them."""

_MEASURE_UNITS = {"yoy": "%", "multiple": "倍", "rank": "位"}
_UNSAFE = re.compile(r"[.@\[\]|{}\s]")
_NO_UNIT = "—"
_MOST_DECIMALS = 6
_LONGEST_NAME = 40
COLUMNS = ("指标", "取值方式", "期间", "地区", "数值", "计量单位", "来源")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A figure that the catalogue lacks, in the shape of its YAML; `unit` — where the numbers have none."""

    code: str
    name: str
    unit: str
    decimals: int
    measures: tuple[str, ...]

    def as_yaml(self, source: str) -> dict[str, object]:
        return {
            "code": self.code,
            "name_zh": self.name,
            "name_en": self.code.replace("_", " "),
            "unit_of_measure": self.unit,
            "decimals": self.decimals,
            "source": "series",
            "frequency": "A",
            "nature": "ratio" if self.unit in ("%", "个百分点", _NO_UNIT) else "flow",
            "direction": "none",
            "measures": list(self.measures),
            "definition": {
                "zh": f"由《{source}》中的数字生成，请核对口径",
                "en": f"made from {source}: check it",
            },
        }


@dataclass(frozen=True, slots=True)
class Observed:
    """A row of series.xlsx: a decimal in the figure's own unit, never the printed words."""

    figure: str
    measure: str
    period: str
    value: Decimal
    unit: str

    def cells(self, source: str) -> tuple[object, ...]:
        return (self.figure, self.measure, self.period, "本区", self.value, self.unit, source)


@dataclass(frozen=True, slots=True)
class Unbound:
    """A number of kind figure that stays as printed. offset: characters from the start of the text."""

    offset: int
    printed: str
    around: str
    concept: str
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a report came to. found: numbers of kind figure in it; bound: those that became placeholders."""

    text: str
    template: str
    year: int
    declarations: tuple[Declaration, ...]
    used: tuple[Known, ...]
    observations: tuple[Observed, ...]
    unbound: tuple[Unbound, ...]
    found: int
    bound: int

    def refilled(self) -> str:
        """The template filled from the observations alone."""
        answers = plain_answers((*self.used, *map(_known, self.declarations)), self.observations, self.year)
        return template.fill(template.parse(self.template), answers, identity="00000000").text

    @property
    def identical(self) -> bool:
        return self.refilled() == self.text


@dataclass(frozen=True, slots=True)
class _Figure:
    known: Known
    declared: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A reading with its figure and what would be observed for it."""

    reading: binding.Reading
    figure: Known
    measure: str
    value: Decimal
    unit: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.figure.code, self.measure, self.reading.period or ""


def make(
    text: str, find: Callable[[str], Known | None] = lambda words: None, year: int | None = None
) -> Made:
    """The template of a filled report. `find`: the catalogue's figure of some words, or None.

    year: the year under review; otherwise taken from the text.
    """
    text = text.removesuffix("\n")
    year = year or review_year(text)
    readings = [reading for reading in binding.read(text, year) if not reading.number.blank]
    unbound: list[tuple[binding.Reading, str]] = []
    usable = []
    for reading in readings:
        reason = _why_not(reading)
        if reason:
            unbound.append((reading, reason))
        else:
            usable.append(reading)
    figures = _figures(usable, find)
    candidates = [_candidate(reading, figures[_figure_key(reading)].known) for reading in usable]
    agreed, conflicting = _without_conflicts(candidates)
    unbound += [(c.reading, "同一指标、取值方式和期间出现不同的数") for c in conflicting]
    placed: list[tuple[int, int, str, _Candidate]] = []
    for candidate in agreed:
        placeholder = _placeholder(text, candidate, year)
        if placeholder is None:
            unbound.append((candidate.reading, "写法不能由数值还原"))
        else:
            placed.append((*placeholder, candidate))
    bound = [candidate for *_, candidate in placed]
    return Made(
        text,
        _replaced(text, [(start, end, source) for start, end, source, _ in placed]),
        year,
        tuple(_declarations(figures.values(), bound)),
        tuple(_used(figures.values(), bound)),
        tuple(_observations(bound)),
        tuple(_unbound(text, reading, reason) for reading, reason in _in_order(unbound)),
        len(readings),
        len(placed),
    )


def _why_not(reading: binding.Reading) -> str:
    if reading.number.reason == "written in words":
        return "数字用汉字写成"
    if reading.number.reason == "fraction":
        return "写成几分之几"
    if not reading.concept:
        return "找不到说明指标的词语"
    if reading.concept in GENERIC:
        return "词语过于笼统，单看不知所指"
    if len(reading.concept) > _LONGEST_NAME:
        return "说明指标的词语过长，需人工命名"
    if reading.period is None:
        return "看不出期间"
    return ""


# ---- figures: the catalogue's own, or declared


def _figure_key(reading: binding.Reading) -> tuple[str, str]:
    """Concept and what its level is counted in: 地区生产总值 in 元 and in 个 (台阶) are two figures."""
    unit = Unit.parse(reading.number.unit)
    if _measure(reading) not in LEVELS:
        return reading.concept, ""
    return reading.concept, "count" if unit.counts else unit.base


def _measure(reading: binding.Reading) -> str:
    """A gap to the nation (高于全国) is a figure of its own, so its number is a level."""
    gap = reading.measure == "change" and re.search(
        r"(?:高于|低于|快于|优于|好于|高出|超过|高)\S{2,}$", reading.concept
    )
    return "value" if gap else reading.measure


def _figures(
    readings: Iterable[binding.Reading], find: Callable[[str], Known | None]
) -> Mapping[tuple[str, str], _Figure]:
    by_concept: dict[str, dict[str, list[binding.Reading]]] = defaultdict(lambda: defaultdict(list))
    for reading in readings:
        concept, base = _figure_key(reading)
        by_concept[concept][base].append(reading)
    figures: dict[tuple[str, str], _Figure] = {}
    codes: set[str] = set()
    for concept, bases in by_concept.items():
        for key, figure in _figures_of(concept, bases, find(concept), codes):
            figures[concept, key] = figure
    return figures


def _figures_of(
    concept: str, bases: dict[str, list[binding.Reading]], known: Known | None, codes: set[str]
) -> Iterator[tuple[str, _Figure]]:
    """The figures that one concept comes to: one for each thing it is counted in; growth goes to the first it fits."""
    changes = bases.pop("", [])
    name = "" if known else concept
    for base, levels in sorted(bases.items(), key=lambda item: item[0] == "count"):
        joined = changes if _one_figure(changes, levels, known) else []
        figure = _figure_for([*levels, *joined], known, name or f"{concept}（{_own_unit(levels)}）", codes)
        name = ""
        yield base, figure
        if joined:
            yield "", figure
            changes = []
    if changes:
        yield "", _figure_for(changes, known, name or f"{concept}（{_own_unit(changes)}）", codes)


def _figure_for(group: list[binding.Reading], known: Known | None, name: str, codes: set[str]) -> _Figure:
    if known and known.takes_observations and _fits(group, known):
        return _Figure(known, declared=False)
    return _declared(name, group, codes)


def _fits(group: list[binding.Reading], known: Known) -> bool:
    own = Unit.parse(known.unit)
    return all(
        Unit.parse(r.number.unit).converts_to(own) if _measure(r) in LEVELS else _fits_change(r, own)
        for r in group
    )


def _fits_change(reading: binding.Reading, own: Unit) -> bool:
    if _measure(reading) != "change":
        return True
    unit = Unit.parse(reading.number.unit)
    return unit.base == "个百分点" if own.base == "%" else unit.converts_to(own)


def _one_figure(changes: list[binding.Reading], levels: list[binding.Reading], known: Known | None) -> bool:
    """Whether growth and level belong together: their units agree, and the catalogue does not have one alone."""
    if known and known.takes_observations and _fits(changes, known) and not _fits(levels, known):
        return False
    own = Unit.parse(_own_unit(levels))
    return bool(changes) and all(_fits_change(reading, own) for reading in changes)


def _declared(name: str, group: list[binding.Reading], codes: set[str]) -> _Figure:
    unit = _own_unit(group)
    levels = [r for r in group if _measure(r) in LEVELS] or group
    decimals = max(_places(_value(r), r, unit) for r in levels)
    return _Figure(Known(_code(name, codes), name, unit, min(decimals, _MOST_DECIMALS)), declared=True)


def _own_unit(group: list[binding.Reading]) -> str:
    """The unit a figure is kept in: 亿 for 万亿, else as first printed; % where only growth is known."""
    for reading in group:
        if _measure(reading) in LEVELS:
            unit = reading.number.unit.replace("％", "%")
            unit = "个百分点" if unit == "百分点" else unit
            return "亿" + unit[2:] if unit.startswith("万亿") else unit or _NO_UNIT
    for reading in group:
        if reading.measure == "change":
            unit = reading.number.unit
            return "%" if Unit.parse(unit).base == "个百分点" else unit or _NO_UNIT
    return "%"


def _places(value: Decimal, reading: binding.Reading, unit: str) -> int:
    if _measure(reading) in LEVELS and unit != _NO_UNIT:
        value = converted(value, reading.number.unit, unit)
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _code(name: str, taken: set[str]) -> str:
    """A stable, readable code: the words in pinyin; a long one is cut and told apart by a digest.

    >>> _code("高标准农田", set())
    'gao_biao_zhun_nong_tian'
    """
    from pypinyin import lazy_pinyin  # a dictionary of megabytes

    syllables = [re.sub(r"[^a-z0-9]+", "_", s.lower()).strip("_") for s in lazy_pinyin(name)]
    code = re.sub(r"_+", "_", "_".join(filter(None, syllables))) or "figure"
    code = code if code[0].isalpha() else f"n_{code}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:4]
    if len(code) > 44:
        code = f"{code[:44].rsplit('_', 1)[0]}_{digest}"
    if code in taken:
        code = f"{code[:44]}_{digest}"
    taken.add(code)
    return code


# ---- values


def _value(reading: binding.Reading) -> Decimal:
    found = read(reading.number.printed)
    assert found is not None, reading.number.printed
    return -found.value if reading.falls and found.value else found.value


def _candidate(reading: binding.Reading, figure: Known) -> _Candidate:
    measure = _measure(reading)
    kind = "value" if measure in LEVELS else measure
    unit = _answer_unit(figure, kind)
    printed_unit = reading.number.unit if unit != _NO_UNIT else _NO_UNIT
    printed_unit = "位" if kind == "rank" else printed_unit
    value = converted(_value(reading), printed_unit, unit)
    return _Candidate(reading, figure, f"planned {kind}" if reading.planned else kind, value, unit)


def _answer_unit(figure: Known, kind: str) -> str:
    if kind == "change":
        return "个百分点" if figure.unit == "%" else figure.unit
    return _MEASURE_UNITS.get(kind, figure.unit)


def _without_conflicts(candidates: list[_Candidate]) -> tuple[list[_Candidate], list[_Candidate]]:
    """Two different numbers under one key are an accident of reading: both stay as printed."""
    values: dict[tuple[str, str, str], set[Decimal]] = defaultdict(set)
    for candidate in candidates:
        values[candidate.key].add(candidate.value)
    agreed = [c for c in candidates if len(values[c.key]) == 1]
    return agreed, [c for c in candidates if len(values[c.key]) > 1]


# ---- placeholders


def _placeholder(text: str, candidate: _Candidate, year: int) -> tuple[int, int, str] | None:
    """(start, end, placeholder) such that printing the value there gives the very words; None if nothing does."""
    number = candidate.reading.number
    start, end = number.start, number.end
    kind = candidate.measure.removeprefix("planned ")
    planned = "计划" if candidate.measure.startswith("planned ") else ""
    name = candidate.figure.code if _UNSAFE.search(candidate.figure.name) else candidate.figure.name
    request = Request(name, planned + MEASURE_WORDS[kind], _relative(candidate.reading.period or "", year))
    answer = Answer(candidate.value, candidate.unit, _decimals(candidate), name)
    for begin, finish, style in _styles(text, candidate):
        start, end = begin, finish
        if template.printed_as(answer, style, text[:start][-4:], text[end : end + 12]) == text[start:end]:
            return start, end, template.source_of(request, style)
    return None


def _decimals(candidate: _Candidate) -> int:
    return (
        0
        if candidate.measure.endswith(("rank",))
        else 1
        if candidate.unit == "%"
        else candidate.figure.decimals
    )


def _relative(period: str, year: int) -> str:
    """Years as next year's report will need them: its own unsaid, the one before, the one to come."""
    return {str(year): "", str(year - 1): "prev", str(year + 1): "next"}.get(period, period)


def _styles(text: str, candidate: _Candidate) -> Iterator[tuple[int, int, Style]]:
    """What may stand in the number's place, the most useful first: with its growth word, then plain."""
    reading = candidate.reading
    number = reading.number
    printed = read(number.printed)
    assert printed is not None
    exact = Style(decimals=printed.decimals, zeros=number.printed.endswith("0") and "." in number.printed)
    exact = replace(exact, grouped="," in number.printed)
    plain = [Style(), exact]
    if reading.direction and number.unit == "%" and not re.match(r"以上|左右|以内", text[number.unit_end :]):
        key = _direction(reading.direction)
        begin = number.start - len(reading.direction)
        if key and not text[max(0, begin - 2) : begin].endswith(("分别", "累计", "年均")):
            yield from ((begin, number.unit_end, replace(style, direction=key)) for style in plain)
    bare = candidate.unit == _NO_UNIT or number.over or (number.reason == "rank" and number.unit != "位")
    falls = reading.falls and candidate.value < 0
    for style in plain:
        yield number.start, number.end, replace(style, fall=falls, bare=bare)
    yield number.start, number.end, replace(exact, fall=falls, bare=True)


def _direction(word: str) -> str:
    return next((key for key, words in DIRECTIONS.items() if word in words[:2]), "")


def _replaced(text: str, placed: list[tuple[int, int, str]]) -> str:
    for start, end, source in sorted(placed, reverse=True):
        text = text[:start] + source + text[end:]
    return text


# ---- what is handed over


def _known(declaration: Declaration) -> Known:
    return Known(declaration.code, declaration.name, declaration.unit, declaration.decimals)


def _declarations(figures: Iterable[_Figure], bound: list[_Candidate]) -> Iterator[Declaration]:
    measures: dict[str, list[str]] = defaultdict(list)
    for candidate in bound:
        if candidate.measure not in measures[candidate.figure.code]:
            measures[candidate.figure.code].append(candidate.measure)
    declared = {figure.known.code: figure.known for figure in figures if figure.declared}
    for code, known in declared.items():
        if code in measures:
            order = sorted(
                measures[code], key=lambda measure: (measure.startswith("planned"), measure != "value")
            )
            yield Declaration(code, known.name, known.unit, known.decimals, tuple(order))


def _used(figures: Iterable[_Figure], bound: list[_Candidate]) -> Iterator[Known]:
    codes = {candidate.figure.code for candidate in bound}
    known = {figure.known.code: figure.known for figure in figures if not figure.declared}
    return (figure for code, figure in known.items() if code in codes)


def _observations(bound: list[_Candidate]) -> Iterator[Observed]:
    unique = {candidate.key: candidate for candidate in bound}
    for (code, measure, period), candidate in unique.items():
        yield Observed(code, measure, period, candidate.value, candidate.unit)


def _in_order(unbound: list[tuple[binding.Reading, str]]) -> list[tuple[binding.Reading, str]]:
    return sorted(unbound, key=lambda pair: pair[0].number.start)


def _unbound(text: str, reading: binding.Reading, reason: str) -> Unbound:
    number = reading.number
    around = text[max(0, number.start - 20) : number.unit_end + 10].replace("\n", "／")
    return Unbound(number.start, number.printed + number.unit, around, reading.concept, reason)


def plain_answers(
    figures: Iterable[Known], observations: Iterable[Observed], year: int
) -> Callable[[Request], Answer]:
    """Answers looked up in observations by figure, measure and year; nothing is computed."""
    by_word = {word: figure for figure in figures for word in (figure.code, figure.name)}
    values = {(o.figure, o.measure, o.period): o for o in observations}
    kinds = {word: kind for kind, word in MEASURE_WORDS.items()}
    years = {"": str(year), "prev": str(year - 1), "next": str(year + 1)}

    def answer(request: Request) -> Answer:
        figure = by_word[request.figure]
        said = request.measure.removeprefix("计划")
        measure = ("planned " if said != request.measure else "") + kinds[said]
        found = values.get((figure.code, measure, years.get(request.period, request.period)))
        label = f"{figure.name} {request.period or year} {request.measure}"
        if found is None:
            return Answer(None, figure.unit, figure.decimals, label)
        decimals = 0 if measure.endswith("rank") else 1 if found.unit == "%" else figure.decimals
        return Answer(found.value, found.unit, decimals, label)

    return answer
