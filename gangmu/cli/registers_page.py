"""`docs/registers.md`: what each register holds and where its must-haves are found, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gangmu.figures import catalogue
from gangmu.figures.figure import Figure
from gangmu.ledgers import declarations
from gangmu.ledgers.register import COMMON, GROUPS, Clock, Field, Register
from gangmu.problems import Problems, Text, lined_yaml

MUST_HAVES = Path(__file__).parent / "must_haves.yaml"
HEAD = """# Registers 台账
*Made from the declarations by `gangmu ledgers --page`; a test fails when it is stale or a must-have has no place.*
*由台账声明生成，请勿手改。*

What ships: {registers} registers, {figures} figures computed from their entries. A district adds or replaces registers in
`declared/registers/*.yaml`. 待核 marks a regulation that was not read at its source: check its article before citing it.

`*` required · `→` required from a stage on · 🔒 sensitive, masked, each look logged · ⊕ may be published after release
"""
_KINDS = {"decimal": "number", "long_text": "text", "yes_no": "yes/no", "entry": "reference"}


@dataclass(frozen=True, slots=True)
class MustHave:
    """What officers miss at once, and the places where it is found: `field:owner`, `line:matches.result` …"""

    register: str
    name: Text
    places: tuple[str, ...]


def must_haves() -> list[MustHave]:
    """All of them in the order of their file; InputRefused where the file cannot be read."""
    problems = Problems()
    said = lined_yaml.read_file(MUST_HAVES, MUST_HAVES.name, problems)
    problems.raise_if_any()
    return [
        MustHave(register, Text(str(one["zh"]), str(one["en"])), tuple(map(str, one["where"])))
        for register, some in said.items()
        for one in some
    ]


def gaps() -> list[str]:
    """Must-haves with a place that the declarations do not have, as `register: name: place`."""
    shipped, figures = declarations.load(), catalogue.load()
    return [
        f"{one.register}: {one.name.en}: {place}"
        for one in must_haves()
        for place in one.places
        if one.register not in shipped or _named(shipped[one.register], figures, place) is None
    ]


def page() -> str:
    """The page, made from what ships and not from a district's own declarations."""
    shipped, figures = declarations.load(), catalogue.load()
    ordered = [one for group in GROUPS for one in shipped.values() if one.group == group]
    computed = sum(bool(figure.kept_in) for figure in figures.values())
    parts = [
        HEAD.format(registers=len(shipped), figures=computed),
        *_overview(ordered, figures),
        *_must_haves(shipped, figures),
    ]
    for register in ordered:
        parts += _section(register, [one for one in figures.values() if one.kept_in == register.code])
    return "\n".join(parts).rstrip() + "\n"


def _overview(ordered: Sequence[Register], figures: Mapping[str, Figure]) -> Iterator[str]:
    yield "| group | register | fields | lines | stages | clocks | figures |\n|---|---|---|---|---|---|---|"
    for one in ordered:
        feeds = sum(figure.kept_in == one.code for figure in figures.values())
        link = f"[{one.name_zh} {one.name_en}](#{one.code})"
        cells = (len(one.fields), len(one.lines), len(one.stages), len(one.clocks), feeds)
        yield f"| {GROUPS[one.group].zh} | {link} | {' | '.join(map(str, cells))} |"
    yield ""


def _must_haves(shipped: Mapping[str, Register], figures: Mapping[str, Figure]) -> Iterator[str]:
    yield "## Must-haves 必备项\n"
    yield "| register | must have | where |\n|---|---|---|"
    for one in must_haves():
        register = shipped[one.register]
        places = "；".join(_named(register, figures, place) or "**?**" for place in one.places)
        yield f"| [{register.name_zh}](#{register.code}) | {one.name.zh} {one.name.en} | {places} |"
    yield ""


def _named(register: Register, figures: Mapping[str, Figure], place: str) -> str | None:
    """A place in people's words; None where there is no such place."""
    sort, _, code = place.partition(":")
    if sort == "field":
        field = register.by_code.get(code)
        return f"字段 {field.name_zh}" if field else (f"字段 {code}" if code in COMMON else None)
    if sort == "stage":
        stage = register.stage_by_code.get(code)
        return f"阶段 {stage.name_zh}" if stage else None
    if sort == "line":
        kind_code, _, inner = code.partition(".")
        kind = register.line_kinds.get(kind_code)
        if kind is None or (inner and inner not in kind.by_code):
            return None
        return f"明细 {kind.name_zh}" + (f"·{kind.by_code[inner].name_zh}" if inner else "")
    if sort == "clock":
        return next((f"时限 {one.name_zh}" for one in register.clocks if one.code == code), None)
    figure = figures.get(code) if sort == "figure" else None
    return f"指标 {figure.name_zh}" if figure and figure.kept_in == register.code else None


def _section(register: Register, figures: Sequence[Figure]) -> Iterator[str]:
    yield f'## <a id="{register.code}"></a>{register.name_zh} {register.name_en}\n'
    yield f"`{register.code}` · {register.noun_zh} {register.noun_en} · numbers {register.numbering.prefix}-2026-{'1':0>{register.numbering.digits}}\n"
    if register.system_of_record.zh:
        yield f"**System of record** {register.system_of_record.zh} {register.system_of_record.en}.\n"
    yield "| field | | kind |\n|---|---|---|"
    yield from (_field_row(register, one) for one in register.by_code.values())
    yield ""
    for kind in register.lines:
        names = "、".join(_marked(register, one) for one in kind.fields)
        yield f"**{kind.name_zh} {kind.name_en}** (`{kind.code}`, dated by {kind.by_code[kind.dated].name_zh}): {names}\n"
    yield "| stage | | goes on to | who moves it there |\n|---|---|---|---|"
    for stage in register.stages:
        onward = "、".join(register.stage_by_code[code].name_zh for code in stage.next) or "—"
        mark = " ✓" if stage.done else ""
        yield f"| {stage.name_zh}{mark} | {stage.name_en} | {onward} | {', '.join(stage.who)} |"
    yield ""
    yield from (_clock(register, one) for one in register.clocks)
    if register.clocks:
        yield ""
    if figures:
        listed = "、".join(f"{one.name_zh}（`{one.code}`: {', '.join(one.measures)}）" for one in figures)
        yield f"**Figures** {listed}\n"
    for cited in register.regulation:
        read = "" if cited.checked else "（待核）"
        at = f" Read at {cited.read_at}." if cited.read_at else ""
        yield f"- {cited.name.zh} {cited.article}{read}：{cited.says.zh} *{cited.name.en}: {cited.says.en}.*{at}"
    yield ""


def _field_row(register: Register, one: Field) -> str:
    kind = _KINDS.get(one.kind, one.kind)
    if one.kind == "choice":
        kind = "、".join(choice.name_zh for choice in one.choices)
    elif one.refers_to:
        kind = f"→ [{one.refers_to}](#{one.refers_to})"
    unit = f" {one.unit_of_measure}" if one.unit_of_measure else ""
    return f"| {_marked(register, one)} | {one.name_en} | {kind}{unit} |"


def _marked(register: Register, one: Field) -> str:
    since = register.stage_by_code.get(one.required_from)
    marks = ("*" if one.required else "") + (f" →{since.name_zh}" if since else "")
    return f"{one.name_zh}{marks}{' 🔒' if one.sensitive else ''}{' ⊕' if one.public else ''}"


def _clock(register: Register, one: Clock) -> str:
    days = str(one.days) if one.days is not None else ""
    if one.days_by:
        field, by = register.by_code[one.days_by[0]], one.days_by[1]
        days = "、".join(f"{field.choice_names[code].zh} {n}" for code, n in by.items())
    unit = "个工作日" if one.kind.value == "working" else "日"
    start = register.stage_by_code[one.starts].name_zh
    end = f" 至 {register.stage_by_code[one.ends].name_zh}" if one.ends else ""
    pauses = f"；不计：{'、'.join(one.pauses)}" if one.pauses else ""
    more = f"；可延长{one.extension.days}{unit}（{one.extension.granted_by}）" if one.extension else ""
    return f"- **{one.name_zh} {one.name_en}**: {days}{unit}，{start}{end}{pauses}{more}。{one.regulation.zh}"
