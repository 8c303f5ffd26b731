"""facts.xlsx: the assessment data of the closed year that no figure gives."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chance import Chance
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.supervision import diligence
from gangmu.cli.demo.units import Roster, Unit
from gangmu.sheets.writing import SheetOut

HEADERS = ("单位", "期间", "指标", "事项", "评分人", "字段", "数值", "依据")
ECONOMIC = "经济部门"
BALLOTS = 120
Row = tuple[Any, ...]


def sheets(seed: str, span: Span, roster: Roster) -> list[SheetOut]:
    """facts.xlsx: 考核数据."""
    rows = [row for unit in roster.assessed for row in _of_unit(seed, span, unit)]
    return [SheetOut("考核数据", HEADERS, [*rows, *_veto(seed, span, roster)])]


def _of_unit(seed: str, span: Span, unit: Unit) -> Iterator[Row]:
    chance, merit = Chance(seed, "facts", unit.code), diligence(seed, unit)

    def row(
        indicator: str, value: Any, field: str = "", event: str = "", scorer: str = "", proof: str = ""
    ) -> Row:
        return (
            unit.code,
            f"{span.closed_year}",
            indicator,
            event or None,
            scorer or None,
            field or None,
            value,
            proof or None,
        )

    if unit.group == ECONOMIC:
        yield row(
            "sector", _tenths(60 + 42 * merit + chance.uniform(-6, 8)), proof="统计局反馈主管行业指标完成情况"
        )
    for judge in data_files.read("facts")["judges"]:
        yield row(
            "tasks",
            _tenths(62 + 32 * merit + chance.uniform(-4, 4)),
            scorer=judge,
            proof="年度重点工作评价表",
        )
    yield row("lawful", _tenths(70 + 25 * merit + chance.uniform(-4, 4)), proof="司法局、政府办年度评估")
    yield row("budget", _tenths(75 + 20 * merit + chance.uniform(-6, 4)), proof="财政局国库执行数据")
    for answer, ballots in _ballots(merit, chance).items():
        yield row("votes", ballots, field=answer, proof="民主测评票统计表")
    for event, proof, fields in _events(merit, chance):
        indicator, number = event
        for name, value in fields.items():
            yield row(indicator, value, field=name, event=f"{indicator}-{number}", proof=proof)


def _ballots(merit: float, chance: Chance) -> dict[str, int]:
    """Votes out of those handed out; some are blank and do not count."""
    valid = BALLOTS - chance.randrange(0, 9)
    best = round(valid * min(0.88, max(0.3, 2.6 * merit - 1.9 + chance.uniform(-0.06, 0.06))))
    good = round((valid - best) * chance.uniform(0.6, 0.8))
    fair = round((valid - best - good) * chance.uniform(0.7, 0.9))
    return {"优秀": best, "良好": good, "一般": fair, "较差": valid - best - good - fair}


def _events(merit: float, chance: Chance) -> Iterator[tuple[tuple[str, int], str, dict[str, Any]]]:
    """Commendations and reforms of the diligent, criticism and errors of the others."""
    data = data_files.read("facts")
    topic = chance.choice(data["topics"])
    for number in range(chance.weighted({0: 1.6 - merit, 1: merit, 2: 0.25})):
        said = chance.choice(data["honours"][0 if chance.true(0.06) else 1 :])
        yield (
            ("honours", number + 1),
            said["words"].format(topic=topic),
            {"level": said["level"], "matter": said["matter"]},
        )
    if chance.true(0.2 * merit):
        words = chance.choice(data["reforms"]).format(topic=topic)
        yield ("reforms", 1), words, {"points": _tenths(chance.choice((0.3, 0.5, 0.8, 1.0)))}
    if chance.true(0.05 + 2.2 * (1 - merit)):
        said = chance.choice(data["criticised"])
        yield ("criticised", 1), said["words"], {"level": said["level"]}
    if chance.true(0.15 + 1.5 * (1 - merit)):
        yield ("data_quality", 1), "统计局数据质量核查", {"count": chance.randrange(1, 4)}


def _veto(seed: str, span: Span, roster: Roster) -> Iterator[Row]:
    """One subdistrict has had an accident: its grade is capped, whatever its score."""
    unit = sorted(roster.subdistricts, key=lambda one: diligence(seed, one))[len(roster.subdistricts) // 3]
    proof = "应急局事故认定（虚构）：辖区企业较大生产安全责任事故1起"
    yield (unit.code, f"{span.closed_year}", "accident", "accident-1", None, "count", 1, proof)


def _tenths(value: float) -> Decimal:
    return Decimal(str(round(min(value, 120), 1)))
