"""What the page of an entry shows: its fields masked where they must be, its stages, lines, versions and evidence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gangmu.drive import following, lamps
from gangmu.figures.units_of_measure import name_of
from gangmu.ledgers import checking, declarations, entries, sensitive, sight, values
from gangmu.ledgers.entries import Past
from gangmu.ledgers.models import Entry
from gangmu.ledgers.references import References
from gangmu.ledgers.register import DUE_ON, NUMBER, UNIT, Field, LineKind, Register, Stage
from gangmu.ledgers.states import LineState, Reached, Standing, State, load
from gangmu.ledgers.values import Value
from gangmu.org.models import User
from gangmu.org.permissions import may
from gangmu.portal import addresses, ledger_forms, supervision
from gangmu.portal.printing import listed
from gangmu.problems import InputRefused
from gangmu.records import clock
from gangmu.records.lamps import Lamp, lamp
from gangmu.records.models import Evidence
from gangmu.web import forms
from gangmu.web.cells import Link, Number, said
from gangmu.web.tables import Column, Row, Table


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as it is read."""

    name: str
    value: object
    unit: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True)
class ShownStage:
    name: str
    on: datetime.date
    note: str
    now: bool


@dataclass(frozen=True, slots=True)
class ShownPast:
    """A version in words: who, when, and what changed from what to what."""

    version: int
    at: datetime.datetime
    by: str
    on_behalf_of: str
    action: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]
    position: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """A line as a card: (name, value, unit) in short, (name, text) at length."""

    on: datetime.date
    facts: tuple[tuple[str, object, str], ...]
    texts: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class ShownLines:
    """The lines of a kind: as cards where they are texts, else as tables, the older ones in a second."""

    kind: LineKind
    cards: Sequence[Card] = ()
    tables: Sequence[Table] = ()


LINES_SHOWN = 12
ACTIONS = {
    "entry.create": gettext_lazy("新建"),
    "entry.change": gettext_lazy("修改"),
    "entry.move": gettext_lazy("转阶段"),
    "entry.retract": gettext_lazy("撤回"),
    "entry.restore": gettext_lazy("恢复"),
}


@dataclass(frozen=True)
class EntryPage:
    """An entry read once for its page."""

    entry: Entry
    register: Register
    standing: Standing
    references: References
    user: User

    @classmethod
    def of(cls, entry: Entry, user: User) -> EntryPage:
        register, references = declarations.get(entry.ledger), References()
        found = load(register, references, [entry.pk]).get(entry.pk)
        if found is None:
            raise InputRefused(())
        return cls(entry, register, found, references, user)

    @property
    def address(self) -> str:
        return addresses.entry(self.entry.ledger, self.entry.number)

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def title(self) -> str:
        return str(self.state.values["title"] or self.entry.number)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Code → name of units and people in the reader's language."""
        return self.references.names_in(get_language() or "zh-hans")

    @property
    def stage(self) -> Stage:
        return self.register.stage_by_code[self.state.stage]

    @property
    def unit_name(self) -> str:
        return self.names.get(str(self.state.values[UNIT]), "")

    @property
    def lamp(self) -> Lamp | None:
        if self._has_steps:
            return lamps.lamp_of(following.item_of(self.entry), clock.today())
        due, done = self.state.values.get(DUE_ON), self.state.done_on(self.register)
        if not isinstance(due, datetime.date) and done is None:
            return None
        on = due if isinstance(due, datetime.date) else None
        return lamp(done, on, clock.today(), self.register.amber_days, clock=self.register.amber_clock)

    def fields(self) -> list[ShownField]:
        """Every field that says something, in declared order; the title stands in the head."""
        masked = sensitive.masked(self.entry) if self.register.sensitive else {}
        found = []
        for code, one in self.register.by_code.items():
            value = masked.get(code) if one.sensitive else self.state.values.get(code)
            if code == "title" or value is None:
                continue
            shown = value if one.sensitive else self.shown(one, value)
            found.append(
                ShownField(said(one.name), shown, said(name_of(one.unit_of_measure)), one.kind == "long_text")
            )
        return found

    def shown(self, one: Field, value: Value) -> object:
        if one.kind == "entry" and value:
            return Link(str(value), addresses.entry(one.refers_to, str(value)))
        if one.storage == NUMBER:
            return Number(value, one.decimals)  # type: ignore[arg-type]
        return values.shown(one, value, get_language() or "zh-hans", self.names)

    def stages(self) -> list[ShownStage]:
        """The stages it went through, the latest first."""
        reached = self.state.stages
        return [
            ShownStage(
                said(self.register.stage_by_code[one.stage].name), one.on, one.note, one is reached[-1]
            )
            for one in reversed(reached)
        ]

    def moves(self) -> list[forms.Form]:
        """The moves open to the reader, each a form that asks what its stage needs; of a supervision item, its steps."""
        if self._has_steps:
            item = following.item_of(self.entry)
            return _first_open(
                [supervision.form_of(step, item) for step in supervision.open_steps(item, self.user)]
            )
        return [
            ledger_forms.move_form(
                stage, self.asks_of(stage.code), self.references, self.address, self.standing.version
            )
            for stage in checking.allowed_next(self.register, self.state)
            if sight.may_move(self.user, stage, self.state.values)
        ]

    def asks_of(self, stage: str) -> list[Field]:
        """Fields that become required with a stage and say nothing yet."""
        if stage not in self.register.stage_by_code:
            return []
        then = self.state.with_stage(Reached(stage, clock.today()))
        return [
            one
            for code, one in self.register.by_code.items()
            if self.state.values.get(code) is None and checking.is_required(self.register, one, then)
        ]

    def looks(self) -> list[forms.Form]:
        """The masked values the reader may ask to see."""
        if not self._may("ledger.see_sensitive", {str(self.state.values[UNIT])}):
            return []
        return [
            ledger_forms.look_form(code, said(self.register.by_code[code].name), self.address)
            for code in self.register.by_code
            if code in self.register.sensitive and self.state.values.get(code) is not None
        ]

    def lines(self) -> list[tuple[ShownLines, forms.Form | None]]:
        """The lines of each kind, the latest first, with the form that adds one."""
        adds = not self.register.by_step and self._may(
            "ledger.edit", sight.units_of(self.register, self.state.values)
        )
        return [
            (
                self._shown_lines(kind),
                ledger_forms.line_form(kind, self.references, self.address) if adds else None,
            )
            for kind in self.register.lines
        ]

    def _shown_lines(self, kind: LineKind) -> ShownLines:
        found = [line for line in self.state.lines if line.kind == kind.code]
        found.sort(key=lambda line: line.on, reverse=True)
        used = [
            one
            for one in kind.fields
            if one.required or any(line.values.get(one.code) is not None for line in found)
        ]
        wordy = [one for one in used if one.kind == "long_text"]
        if len(wordy) > 1:
            return ShownLines(kind, cards=[self._card(line, used) for line in found])
        tables = [
            self._line_table(kind, used, some) for some in (found[:LINES_SHOWN], found[LINES_SHOWN:]) if some
        ]
        return ShownLines(kind, tables=tables)

    def _card(self, line: LineState, used: Sequence[Field]) -> Card:
        """A line with much to read: its day, its short values in a row, its texts one by one."""
        said_so = [(one, self.shown(one, line.values.get(one.code))) for one in used]
        filled = [(one, value) for one, value in said_so if line.values.get(one.code) is not None]
        return Card(
            line.on,
            tuple(
                (said(one.name), value, said(name_of(one.unit_of_measure)))
                for one, value in filled
                if one.kind != "long_text" and line.values.get(one.code) != line.on
            ),
            tuple((said(one.name), value) for one, value in filled if one.kind == "long_text"),
        )

    def _line_table(self, kind: LineKind, used: Sequence[Field], lines: Sequence[LineState]) -> Table:
        columns = [
            Column(
                one.code,
                said(one.name),
                "number" if one.storage == NUMBER else "text",
                said(name_of(one.unit_of_measure)),
            )
            for one in used
        ]
        by_code = kind.by_code
        return Table(
            said(kind.name),
            columns,
            lines,
            lambda batch: [
                Row(
                    {
                        code: self.shown(by_code[code], value)
                        for code, value in line.values.items()
                        if code in by_code
                    }
                )
                for line in batch
            ],
        ).as_is()

    def history(self) -> list[ShownPast]:
        return [self._past(past) for past in entries.history(self.entry)]

    def evidence(self) -> list[Evidence]:
        return list(entries.evidence(self.entry).select_related("by"))

    @property
    def _has_steps(self) -> bool:
        """Whether it goes by the steps of supervision, not by bare stages."""
        return self.register.code == following.LEDGER

    def may_edit(self) -> bool:
        """An item of supervision is the office's to change: its unit replies."""
        return self._may(self.register.to_edit, {str(self.state.values[UNIT])})

    def may_add_evidence(self) -> bool:
        return self._may("evidence.add", sight.units_of(self.register, self.state.values))

    def _may(self, permission: str, units: set[str]) -> bool:
        """The reader's right, bound to his unit where his role is a unit's."""
        if may(self.user, permission) and may(self.user, "ledger.see_all_units"):
            return True
        return may(self.user, permission) and bool(self.user.unit and self.user.unit.code in units)

    def _past(self, past: Past) -> ShownPast:
        return ShownPast(
            past.version,
            past.at,
            past.by,
            past.on_behalf_of,
            str(ACTIONS.get(past.action, past.action)),
            past.reason,
            tuple(self._change(code, pair) for code, pair in past.changed.items())
            + _moves(self.register, past),
            past.log.position,
        )

    def _change(self, code: str, pair: Sequence[object]) -> tuple[str, str, str]:
        """(field, before, after) in words; sensitive values stay digests and are not told."""
        one = self.register.by_code.get(code)
        if one is None:
            return code, str(pair[0] or "—"), str(pair[1] or "—")
        if one.sensitive:
            return said(one.name), "＊＊＊", "＊＊＊"
        return said(one.name), self._word(one, pair[0]), self._word(one, pair[1])

    def _word(self, one: Field, logged: object) -> str:
        if logged is None:
            return "—"
        if isinstance(logged, list):
            return listed(self.names.get(str(code), str(code)) for code in logged)
        if one.kind == "choice":
            name = one.choice_names.get(str(logged))
            return said(name) if name else str(logged)
        return self.names.get(str(logged), str(logged))


def _moves(register: Register, past: Past) -> tuple[tuple[str, str, str], ...]:
    """The stages a version reached, as changes of the stage."""
    found: Mapping[str, Stage] = register.stage_by_code
    return tuple(
        (_("阶段"), "", f"{said(found[stage].name) if stage in found else stage} {on}")
        for stage, on in past.detail.get("stages", ())
    )


def _first_open(offered: list[forms.Form]) -> list[forms.Form]:
    """What an item waits for stands open, ready to be filled in."""
    return [replace(one, open=True) if place == 0 else one for place, one in enumerate(offered)]
