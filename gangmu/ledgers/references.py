"""What a code or a name refers to: units, people and entries, read once for a whole piece of work."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property

from gangmu.ledgers.models import Entry
from gangmu.org.models import Person, Unit
from gangmu.problems import Problems
from gangmu.sheets import parsing
from gangmu.sheets.cells import Cell


class References:
    """Units and people by code, name or short name; numbers of entries. At most one query for each kind.

    `coming`: numbers that the same import is about to make, by ledger.
    """

    def __init__(self) -> None:
        self.coming: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(Unit.objects.order_by("protocol_order", "code"))

    @cached_property
    def unit_ids(self) -> Mapping[str, int]:
        return {unit.code: unit.pk for unit in self.units}

    @cached_property
    def unit_codes(self) -> Mapping[int, str]:
        return {unit.pk: unit.code for unit in self.units}

    @cached_property
    def unit_names(self) -> Mapping[str, str]:
        """Code → name of units."""
        return {unit.code: unit.name for unit in self.units}

    @cached_property
    def unit_words(self) -> Mapping[str, str]:
        """What a unit may be called → its code; a code goes before a name, a name before a short or English one."""
        units = self.units
        words = {unit.name_en: unit.code for unit in units if unit.name_en}
        words |= {unit.short_name: unit.code for unit in units} | {unit.name: unit.code for unit in units}
        return words | {unit.code: unit.code for unit in units}

    @cached_property
    def people(self) -> tuple[tuple[str, str], ...]:
        """(code, name) of all people."""
        return tuple(Person.objects.order_by("protocol_order", "code").values_list("code", "name"))

    @cached_property
    def people_names(self) -> Mapping[str, str]:
        return dict(self.people)

    @cached_property
    def people_words(self) -> Mapping[str, tuple[str, ...]]:
        """Code or name → the codes it may mean: people share names."""
        words: dict[str, tuple[str, ...]] = {}
        for code, name in self.people:
            words[name] = (*words.get(name, ()), code)
        return words | {code: (code,) for code, _ in self.people}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Code → name of units and people, for showing values."""
        return {**self.people_names, **self.unit_names}

    def names_in(self, language: str) -> Mapping[str, str]:
        """Code → name of units and people, as one language says them."""
        return {**self.people_names, **{unit.code: unit.title.say(language) for unit in self.units}}

    def unit(self, cell: Cell, problems: Problems, said: str | None = None) -> str | None:
        """The code of the unit a cell, or one word of it, names."""
        word = said if said is not None else cell.text
        code = self.unit_words.get(word)
        if code is None:
            _refuse(cell, problems, "unit.unknown", word, "单位", "unit", self.unit_words)
        return code

    def person(self, cell: Cell, problems: Problems) -> str | None:
        """The code of the person a cell names."""
        codes = self.people_words.get(cell.text, ())
        if len(codes) == 1:
            return codes[0]
        if codes:
            listed = "、".join(codes)
            parsing.refuse(
                cell,
                problems,
                "person.several",
                f"有{len(codes)}位“{cell.text}”",
                f'there are {len(codes)} people named "{cell.text}"',
                f"请改写人员编码：{listed}",
                f"write the person's code: {listed}",
            )
        else:
            _refuse(cell, problems, "person.unknown", cell.text, "人员", "person", self.people_words)
        return None

    def entry(self, cell: Cell, problems: Problems, ledger: str) -> str | None:
        """The number of an entry that a cell names; it must exist or be in the same import."""
        number = cell.text
        if number in self.coming.get(ledger, ()) or number in self._numbers_of(ledger, number):
            return number
        parsing.refuse(
            cell,
            problems,
            "entry.unknown",
            f"引用的编号“{number}”不存在",
            f'there is no entry "{number}"',
            "请核对编号，或先导入被引用的台账",
            "check the number, or import the ledger it refers to first",
        )
        return None

    def expect(self, ledger: str, numbers: Iterable[str]) -> None:
        """Numbers that exist as soon as this import is applied."""
        self.coming.setdefault(ledger, set()).update(numbers)

    def _numbers_of(self, ledger: str, number: str) -> set[str]:
        if not self.coming:
            found = Entry.objects.current().filter(ledger=ledger, number=number)
            return set(found.values_list("number", flat=True))
        if ledger not in self._numbers:
            found = Entry.objects.current().filter(ledger=ledger)
            self._numbers[ledger] = set(found.values_list("number", flat=True))
        return self._numbers[ledger]


def _refuse(
    cell: Cell, problems: Problems, code: str, word: str, zh: str, en: str, known: Iterable[str]
) -> None:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    parsing.refuse(
        cell,
        problems,
        code,
        f"没有名为“{word}”的{zh}",
        f'there is no {en} "{word}"',
        f"是否应为“{near[0]}”？" if near else "请写编码、全称或简称；新的先在 units.xlsx 中登记",
        f'is it "{near[0]}"?'
        if near
        else "write a code, name or short name; register a new one in units.xlsx",
    )
