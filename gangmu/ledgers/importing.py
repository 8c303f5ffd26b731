"""Importing ledgers/*.xlsx: entries, stage records and lines, all findings at once, the same file twice changes nothing.

Rows are known by their number, stage records by stage and occurrence, lines by their key. What a file does not say
stays: a column that is not there, a stage record or line that is not listed. An empty cell empties its field, but for
a deadline that a clock sets.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from gangmu.ledgers import checking, clocks, exporting, sensitive, values
from gangmu.ledgers.declarations import registers
from gangmu.ledgers.entries import NUMBER_LIMIT, line_of
from gangmu.ledgers.models import Entry
from gangmu.ledgers.references import References
from gangmu.ledgers.register import NUMBER_FIELD, STAGE, Field, LineKind, Register
from gangmu.ledgers.sheets_of import (
    STAGES_HEADERS,
    STAGES_SHEET,
    Headers,
    line_headers,
    line_sheet,
    main_headers,
    main_sheet,
)
from gangmu.ledgers.states import LineState, Reached, Standing, State, chunks, in_order, line_key, load
from gangmu.ledgers.values import Value
from gangmu.ledgers.writing import CHANGE, CREATE, Act, write
from gangmu.problems import Problem, Problems, Text
from gangmu.records import clock
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.sheets import parsing
from gangmu.sheets.cells import Cell
from gangmu.sheets.headers import Columns
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Row, Workbook
from gangmu.sheets.writing import SheetOut

LineName = tuple[str, str]
"""Kind and key."""


@dataclass(slots=True)
class Incoming:
    """What a file says about one number. row: where it says it. broken: it has findings and is not applied."""

    number: str
    row: Row
    values: dict[str, Value] = field(default_factory=dict)
    stage: str | None = None
    stages: list[Reached] = field(default_factory=list)
    lines: dict[LineName, tuple[LineKind, dict[str, Value], Row]] = field(default_factory=dict)
    broken: bool = False


def takes(workbook: Workbook) -> bool:
    """ledgers/<code>.xlsx, or any workbook with a sheet that is called as a register is."""
    return register_of(workbook) is not None


def register_of(workbook: Workbook) -> Register | None:
    """The register a workbook is of."""
    known = registers()
    if workbook.stem in known and (
        workbook.folder == "ledgers" or workbook.sheet(main_sheet(known[workbook.stem]))
    ):
        return known[workbook.stem]
    return next((one for one in known.values() if workbook.sheet(main_sheet(one)) is not None), None)


def run(workbook: Workbook, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Read and apply a ledger's workbook; rows with findings are left out."""
    register = register_of(workbook)
    if register is None:
        known = "、".join(registers())
        problems.add(
            Problem(
                "ledger.unknown",
                Text("看不出是哪个台账", "it is not clear which ledger this is"),
                Text(f"请把文件命名为台账编码：{known}", f"name the file after a ledger: {known}"),
                workbook.name,
            )
        )
        return Counts()
    references = References()
    incoming = read(workbook, register, problems, references)
    return apply(register, incoming, problems, actor, batch, references)


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """A workbook without rows for each register, headers annotated."""
    return {f"ledgers/{code}.xlsx": exporting.template(register) for code, register in registers().items()}


# ---- reading


def read(
    workbook: Workbook, register: Register, problems: Problems, references: References
) -> list[Incoming]:
    """What a workbook says, by number in the order of the file; findings go to `problems`."""
    main = workbook.need(main_sheet(register), problems)
    if main is None:
        return []
    columns = main.columns(main_headers(register), required=(NUMBER_FIELD,), problems=problems)
    if columns is None:
        return []
    rows = list(main.rows(columns))
    references.expect(register.code, (row[NUMBER_FIELD].text for row in rows))
    reader = _Reader(register, problems, references)
    for row in rows:
        reader.entry(row, [key for key in main_headers(register) if key in columns])
    reader.know_existing()
    _read_sheet(
        workbook, STAGES_SHEET, STAGES_HEADERS, (NUMBER_FIELD, STAGE, "on"), reader.stage_record, problems
    )
    for kind in register.lines:
        needed = (NUMBER_FIELD, *(f".{code}" for code in kind.key))
        _read_sheet(
            workbook, line_sheet(kind), line_headers(kind), needed, partial(reader.line, kind), problems
        )
    return list(reader.found.values())


def _read_sheet(
    workbook: Workbook,
    names: Sequence[str],
    headers: Headers,
    required: Sequence[str],
    take: Callable[[Row, Columns], None],
    problems: Problems,
) -> None:
    """Hand each row of a sheet over, if the workbook has the sheet and the sheet the columns."""
    sheet = workbook.sheet(names)
    columns = sheet.columns(headers, required=required, problems=problems) if sheet else None
    if sheet is not None and columns is not None:
        for row in sheet.rows(columns):
            take(row, columns)


class _Reader:
    """Collects what the sheets of one workbook say, by number."""

    def __init__(self, register: Register, problems: Problems, references: References) -> None:
        self.register = register
        self.problems = problems
        self.references = references
        self.found: dict[str, Incoming] = {}
        self.existing: set[str] = set()
        self.stage_words = {
            word: one.code for one in register.stages for word in (one.code, one.name_en, one.name_zh)
        }

    def entry(self, row: Row, present: Sequence[str]) -> None:
        before = len(self.problems)
        number = parsing.text(row[NUMBER_FIELD], self.problems, required=True, limit=NUMBER_LIMIT)
        if number is None:
            return
        if number in self.found:
            self._refuse(
                row[NUMBER_FIELD],
                "entry.number_twice",
                f"编号“{number}”与第{self.found[number].row.number}行重复",
                f'number "{number}" stands in row {self.found[number].row.number} too',
                "每个编号只能有一行",
                "one row for each number",
            )
            self.found[number].broken = True
            return
        one = self.found[number] = Incoming(number, row)
        for code in present:
            if code == STAGE:
                one.stage = self._stage(row[STAGE])
            elif code != NUMBER_FIELD:
                declared = self.register.by_code[code]
                one.values[code] = values.read(declared, row[code], self.references, self.problems)
        one.broken = len(self.problems) > before

    def know_existing(self) -> None:
        known = Entry.objects.current().filter(ledger=self.register.code)
        self.existing = set(known.values_list("number", flat=True))

    def stage_record(self, row: Row, columns: Columns) -> None:
        one = self._of(row)
        if one is None:
            return
        before = len(self.problems)
        stage = self._stage(row[STAGE], required=True)
        on = parsing.day(row["on"], self.problems, required=True)
        note = parsing.text(row["note"], self.problems, limit=values.LONG_TEXT_LIMIT) or ""
        if on is not None and on > clock.today():
            self._refuse(
                row["on"],
                "stage.in_future",
                f"{on} 还没有到",
                f"{on} has not come yet",
                "阶段记录只填已经发生的；计划日期另有列",
                "stage records are what has happened; plans have columns of their own",
            )
        if len(self.problems) > before:
            one.broken = True
        elif stage is not None and on is not None:
            one.stages.append(Reached(stage, on, note))

    def line(self, kind: LineKind, row: Row, columns: Columns) -> None:
        one = self._of(row)
        if one is None:
            return
        before = len(self.problems)
        said = {
            declared.code: self._line_value(declared, row[f".{declared.code}"])
            for declared in kind.fields
            if f".{declared.code}" in columns
        }
        if len(self.problems) > before:
            one.broken = True
            return
        name = (kind.code, line_key(kind, said))
        if name in one.lines:
            self._refuse(
                row.first(),
                "line.twice",
                f"{kind.name_zh}“{name[1]}”与第{one.lines[name][2].number}行重复",
                f'{kind.name_en} "{name[1]}" stands in row {one.lines[name][2].number} too',
                "同一编号下请合并为一行",
                "join them into one row",
            )
            one.broken = True
            return
        one.lines[name] = (kind, said, row)

    def _line_value(self, declared: Field, cell: Cell) -> Value:
        if declared.required and cell.fault is None and cell.empty:
            parsing.text(cell, self.problems, required=True)
            return None
        return values.read(declared, cell, self.references, self.problems)

    def _of(self, row: Row) -> Incoming | None:
        """What the file says about the number of a stage record or line; it must be in the file or known."""
        number = parsing.text(row[NUMBER_FIELD], self.problems, required=True)
        if number is None:
            return None
        if number not in self.found and number in self.existing:
            self.found[number] = Incoming(number, row)
        if number not in self.found:
            self._refuse(
                row[NUMBER_FIELD],
                "entry.unknown",
                f"编号“{number}”在“{self.register.name_zh}”表和系统中都没有",
                f'number "{number}" is neither in sheet "{self.register.name_zh}" nor known',
                "请核对编号，或在主表中补上这一行",
                "check the number, or add its row to the main sheet",
            )
            return None
        return self.found[number]

    def _stage(self, cell: Cell, *, required: bool = False) -> str | None:
        if cell.fault is None and cell.text in self.stage_words:
            return self.stage_words[cell.text]
        return parsing.choice(cell, self.problems, self.stage_words, required=required)

    def _refuse(self, cell: Cell, code: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> None:
        parsing.refuse(cell, self.problems, code, zh, en, remedy_zh, remedy_en)


# ---- applying


def apply(
    register: Register,
    incoming: Sequence[Incoming],
    problems: Problems,
    actor: Actor,
    batch: ImportBatch,
    references: References,
) -> Counts:
    """Write what differs, inside the caller's transaction; findings about states go to `problems`."""
    standing = _standing(register, incoming, references)
    known = (
        sensitive.salts(one.entry for one in standing.values()) if _brings_secrets(register, incoming) else {}
    )
    acts: list[Act] = []
    unchanged = 0
    notes: list[Text] = []
    for one in incoming:
        if one.broken:
            continue
        before = standing.get(one.number)
        said, secrets = sensitive.seal(register, _without_cleared_deadlines(register, one), before, known)
        state = _merged(register, one, before, said, problems, notes)
        if state is None or (before is not None and state == before.state):
            unchanged += state is not None
            continue
        if not _sound(register, one, state, problems):
            continue
        acts.append(Act(CHANGE if before else CREATE, one.number, before, state, secrets=secrets))
    write(register, acts, actor, references, batch)
    created = sum(act.before is None for act in acts)
    return Counts(created, len(acts) - created, unchanged, tuple(notes))


def _standing(
    register: Register, incoming: Sequence[Incoming], references: References
) -> dict[str, Standing]:
    ids: list[int] = []
    for some in chunks(one.number for one in incoming):
        known = Entry.objects.filter(ledger=register.code, number__in=some)
        ids += known.values_list("pk", flat=True)
    return {one.number: one for one in load(register, references, ids).values()}


def _brings_secrets(register: Register, incoming: Sequence[Incoming]) -> bool:
    return any(register.sensitive & one.values.keys() for one in incoming)


def _without_cleared_deadlines(register: Register, one: Incoming) -> dict[str, Value]:
    """An empty deadline cell means: as the clock says. It never takes away one that was extended meanwhile."""
    set_by_clocks = {each.sets for each in register.clocks}
    return {
        code: value for code, value in one.values.items() if value is not None or code not in set_by_clocks
    }


def _merged(
    register: Register,
    one: Incoming,
    before: Standing | None,
    said: Mapping[str, Value],
    problems: Problems,
    notes: list[Text],
) -> State | None:
    """The state after a file: what it says, over what stands. None when its stage column contradicts its records."""
    empty: dict[str, Value] = dict.fromkeys((*register.by_code, "due_on"), None)
    old = before.state if before else State(empty)
    state = old.with_values(said)
    stages = _with_records(old.stages, one.stages)
    if one.stage is not None and one.stages and in_order(stages)[-1].stage != one.stage:
        last = register.stage_by_code[in_order(stages)[-1].stage]
        if before is None or not before.state.has_reached(one.stage):
            cell = one.row[STAGE]
            parsing.refuse(
                cell,
                problems,
                "stage.contradicts",
                f"是“{register.stage_by_code[one.stage].name_zh}”，但阶段记录的最后一条是“{last.name_zh}”",
                f"says {register.stage_by_code[one.stage].name_en}, but the last stage record is {last.name_en}",
                "请改成一致，或补上阶段记录",
                "make them agree, or add the stage record",
            )
            return None
    elif one.stage is not None and not one.stages:
        stages = _with_column(register, one, state, stages, notes)
    if not stages:
        stages = (Reached(register.first_stage.code, _begun(register, state)),)
    state = State(state.values, in_order(stages), _with_lines(old.lines, one))
    return clocks.with_deadlines(register, state)


def _with_records(old: Sequence[Reached], new: Sequence[Reached]) -> tuple[Reached, ...]:
    """Stage records over those that stand: the n-th of a stage replaces the n-th, so that a day can be corrected."""
    merged = dict(_numbered(old))
    for name, reached in _numbered(in_order(new)):
        if merged.get(name) != reached:
            merged[name] = reached
    return tuple(merged.values())


def _numbered(stages: Iterable[Reached]) -> Iterator[tuple[tuple[str, int], Reached]]:
    seen: Counter[str] = Counter()
    for reached in stages:
        yield (reached.stage, seen[reached.stage]), reached
        seen[reached.stage] += 1


def _with_column(
    register: Register, one: Incoming, state: State, stages: tuple[Reached, ...], notes: list[Text]
) -> tuple[Reached, ...]:
    """The stage column alone: a stage never reached is reached today; one left behind meanwhile is old news."""
    assert one.stage is not None
    if not stages:
        return (Reached(one.stage, _begun(register, state)),)
    if stages[-1].stage == one.stage:
        return stages
    if any(reached.stage == one.stage for reached in stages):
        now = register.stage_by_code[stages[-1].stage]
        notes.append(
            Text(
                f"{one.number} 已到“{now.name_zh}”，文件中的阶段较旧，未改",
                f"{one.number} has moved on to {now.name_en}; the older stage of the file was not taken",
            )
        )
        return stages
    return (*stages, Reached(one.stage, clock.today()))


def _begun(register: Register, state: State) -> datetime.date:
    happened = state.values.get(register.happened)
    return happened if isinstance(happened, datetime.date) else clock.today()


def _with_lines(old: tuple[LineState, ...], one: Incoming) -> tuple[LineState, ...]:
    if not one.lines:
        return old
    merged = {(line.kind, line.key): line for line in old}
    for name, (kind, said, _) in one.lines.items():
        kept = merged[name].values if name in merged else {}
        line = line_of(kind, {**kept, **said})
        if merged.get(name) != line:
            merged[name] = line
    return tuple(merged.values())


def _sound(register: Register, one: Incoming, state: State, problems: Problems) -> bool:
    before = len(problems)
    for code, problem, message, remedy in checking.findings(register, state):
        cell = one.row[code]
        problems.add(Problem(problem, message, remedy, cell.file, cell.sheet, cell.place))
    return len(problems) == before
