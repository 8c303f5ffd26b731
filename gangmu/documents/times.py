"""Which time a passage of a report speaks of: the year under review, the coming one, or the years of a plan.

Told from headings (“一、2025年工作回顾”), from the openings of paragraphs (五年来, 一年来), from the five-year plans that
sentences name (“十四五”时期), and from 到2030年.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ORDERS = "一二三四五六七八九"
_PLAN = r"“?(九五|十五(?!五)|十[一二三四五六七]五)”?"
PLAN = re.compile(_PLAN)
_PLAN_YEARS = re.compile(rf"{_PLAN}(?:发展)?(?:时期|期间|的五年|五年|这五年|以来)|(?:回望|回顾|走过){_PLAN}")
_FIVE_YEARS = re.compile(r"五年来|这五年|过去(?:的)?五年|[5５]年来|过去5年|近五年来")
_YEARS_OF_TERM = re.compile(r"(三|四)年来")
_FIVE_COMING = re.compile(r"未来五年|今后五年|今后5年|未来5年")
_ONE_YEAR = re.compile(r"^(?:各位代表[！：，])?(?:(?:19|20)\d{2}年(?!各项)|一年来|过去一年|过去的一年|去年)")
_TO_YEAR = re.compile(r"(?:到|至)((?:19|20)\d{2})年(?!前)")
IN_YEAR = re.compile(r"((?:19|20)\d{2})年(?:以来)?")
_TIMELESS = re.compile(r"新时代以来|改革开放以来|党的十八大以来|建国以来|新中国成立以来")
_AIMS = re.compile(
    r"力争|预期目标|目标(?:是|为|：)|今年(?!以来|上半年|前|[1-9一二三四])|明年|确保完成|计划(?:完成|实施|新增|建设|投资)"
)
_HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|第[一二三四五六]部分)")
_REVIEW = re.compile(r"回顾|发展成就|主要成就|过去|去年工作|工作总结|情况|成效|完成")
_PLANNED = re.compile(
    r"今年|今后|安排|任务|目标|重点工作|总体要求|政府自身建设|自身|打算|展望|计划|思路|谋划|预算草案|全力|奋力|工作建议|下半年|下一步|部署"
)
_PART_OF_YEAR = re.compile(r"上半年|([一二三四])季度|前三季度|(\d{1,2})[—\-－~～至]+(\d{1,2})月")


@dataclass(slots=True)
class Context:
    """The time of a sentence. year: the one under review. span: first and last year, `2021/2025`.

    goal_year: of 到2030年. part: the part of the year that the heading names, as SDMX codes it (`M01/M05`).
    """

    year: int
    planned: bool = False
    span: str = ""
    goal_year: str = ""
    goal_at: int = 0
    """Where in the text 到2030年 stands: it speaks of what comes after it."""
    timeless: bool = False
    part: str = ""
    told: bool = False
    """Whether a heading said so."""

    @property
    def period(self) -> str:
        return self.goal_year or self.span or str(self.year + 1 if self.planned else self.year)

    @property
    def future(self) -> bool:
        return self.planned or bool(self.goal_year)


def plan_years(name: str) -> tuple[int, int]:
    """The years of a five-year plan by its name.

    >>> plan_years("十四五"), plan_years("十五")
    ((2021, 2025), (2001, 2005))
    """
    number = 9 if name == "九五" else 10 if name == "十五" else 11 + _ORDERS.index(name[1])
    start = 1951 + 5 * number
    return start, start + 4


def passages(text: str, year: int) -> Iterator[tuple[int, int, Context]]:
    """Each sentence (start, end) with the time it speaks of."""
    section = Context(year)
    carried = ""
    at = 0
    for line in text.split("\n"):
        headed = _is_heading(line)
        if headed:
            section, carried = _section(line, section), ""
        elif _ONE_YEAR.search(line) or (section.planned and _comes_to_next_year(line, year)):
            carried = ""
        span = carried or section.span
        opened = ""
        for start, end in sentences(text, at, at + len(line)):
            sentence = text[start:end]
            named = "" if headed else _span(sentence, section)
            if named:
                span = opened = named
            elif _ends_span(sentence, section, year):
                span = opened = ""
            yield start, end, _context(sentence, start, section, span)
        if opened and not re.search(r"\d", re.sub(r"\d{4}年|\d+日|\d+月", "", line)):
            carried = opened
        at += len(line) + 1


def _comes_to_next_year(words: str, year: int) -> bool:
    """Whether a plan for years turns to the coming one: 2026年是…, 今年主要预期目标."""
    return bool(re.search(rf"{year + 1}年(?:是|的|工作|，)|^今年|，今年|做好今年|主要预期目标", words))


def _is_heading(line: str) -> bool:
    said = line.strip()
    if _HEADING.match(said):
        return len(said) < 60
    return (
        len(said) < 36
        and not re.search(r"[。，；]", said)
        and bool(re.search(r"工作(?:回顾|总结|展望|安排|目标|任务|计划)|目标任务$", said))
    )


def _section(heading: str, before: Context) -> Context:
    year = before.year
    plans = [plan_years(name) for name in PLAN.findall(heading)]
    coming = [plan for plan in plans if plan[0] > year]
    gone = [plan for plan in plans if plan[1] <= year]
    reviews = bool(_REVIEW.search(heading)) or bool(gone)
    plans_ahead = bool(_PLANNED.search(heading)) or str(year + 1) in heading or bool(coming)
    if coming and not gone and not reviews:
        return Context(
            year, planned=True, span="" if str(year + 1) in heading else _years(coming[0]), told=True
        )
    if reviews and (gone or str(year + 1) not in heading):
        if re.search(r"(?:过去|这)?五年", heading) and not re.search(r"\d{4}年", heading):
            return Context(year, span=f"{year - 4}/{year}", told=True)
        whole = gone and not re.search(rf"{year}年|去年", heading) and gone[0][1] <= year
        return Context(year, span=_years(gone[0]) if whole else "", part=part_of_year(heading), told=True)
    if plans_ahead:
        return Context(year, planned=True, told=True)
    return Context(year, before.planned, told=before.told)


def _span(sentence: str, section: Context) -> str:
    """The years that a sentence names for itself and what follows it in its paragraph."""
    year = section.year
    if not year:
        return ""
    match = _PLAN_YEARS.search(sentence)
    compared = match and re.search(r"(?:高于|低于|比|较|是|超过)$", sentence[: match.start()])
    if match and not compared and (name := match[1] or match[2]):
        plan = plan_years(name)
        if plan[0] > year or (not section.planned and plan[1] <= year):
            return _years(plan)
    if not section.planned and _FIVE_YEARS.search(sentence):
        return f"{year - 4}/{year}"
    if not section.planned and (term := _YEARS_OF_TERM.search(sentence)):
        return f"{year - (2 if term[1] == '三' else 3)}/{year}"
    if section.planned and _FIVE_COMING.search(sentence) and "开局" not in sentence:
        return f"{year + 1}/{year + 5}"
    return ""


def _ends_span(sentence: str, section: Context, year: int) -> bool:
    """Whether a sentence speaks of one year again: the one under review, or in a plan the one to come."""
    if not section.planned:
        return bool(_ONE_YEAR.search(sentence))
    return not section.span and _comes_to_next_year(sentence, year)


def _context(sentence: str, start: int, section: Context, span: str) -> Context:
    year = section.year
    ahead = bool(span) and int(span[:4]) > year
    planned = section.planned or ahead or (not section.told and bool(_AIMS.search(sentence)))
    if ahead and "开局" in sentence and not section.span:
        span = ""
    goal, goal_at = "", 0
    if match := _TO_YEAR.search(sentence):
        goal = match[1] if int(match[1]) > year else ""
        goal_at = start + match.start()
    if section.planned and section.span and not ahead:
        span = section.span
    return Context(
        year, planned, span, goal, goal_at, bool(_TIMELESS.search(sentence)), section.part, section.told
    )


def _years(plan: tuple[int, int]) -> str:
    return f"{plan[0]}/{plan[1]}"


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in re.compile(r"[。！？\n]").finditer(text, start, end):
        yield begin, match.end()
        begin = match.end()
    if begin < end:
        yield begin, end


def review_year(text: str) -> int:
    """The year a report looks back on: of its review's heading, else the year before the one it is given in.

    0 where no year is told.
    """
    for line in text[:6000].split("\n"):
        if len(line) < 60 and (
            found := re.search(
                r"((?:19|20)\d{2})年(?:度|上半年|全年)?[^。，]{0,14}?(?:回顾|总结|情况|成就|主要工作)", line
            )
        ):
            return int(found[1])
    match = IN_YEAR.search(text)
    if not match:
        return 0
    late = re.match(r"1[12]月", text[match.end() :])  # given before the year was out
    return int(match[1]) - (not late)


def part_of_year(words: str) -> str:
    """The part of a year that a clause names, as an SDMX code without its year: S1, Q2, M01/M05; empty for the whole.

    >>> part_of_year("1-5月，完成财税收入"), part_of_year("前三季度")
    ('M01/M05', 'Q1/Q3')
    """
    match = _PART_OF_YEAR.search(words)
    if not match:
        return ""
    if match[1]:
        return f"Q{_ORDERS.index(match[1]) + 1}"
    if match[2]:
        return f"M{int(match[2]):02}/M{int(match[3]):02}"
    return "S1" if match.group() == "上半年" else "Q1/Q3"
