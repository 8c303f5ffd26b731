"""From a workbook to a rule book's tree, whose lines are cells: every finding of the loader and of `check` is one of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path

from gangmu.engine import keys, loading
from gangmu.engine.check import check
from gangmu.engine.keys import Key
from gangmu.engine.nearest import nearest
from gangmu.engine.rulebook import RuleBook
from gangmu.engine.workbook import layout, values
from gangmu.engine.workbook.layout import ABOVE, OTHERS, Place
from gangmu.engine.workbook.writing import facts_of
from gangmu.engine.yaml_tree import Mapping, Scalar, Tree
from gangmu.engine.yaml_tree import Sequence as Items
from gangmu.problems import InputRefused, Problem, Problems, Text
from gangmu.sheets.cells import Cell
from gangmu.sheets.reading import Row, Sheet, Workbook, read_workbook


@dataclass(slots=True)
class Cells:
    """The cells a tree was read from: its line n is the n-th of them."""

    file: str
    found: list[tuple[str, str]] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)

    def line(self, cell: Cell) -> int:
        """The line that stands for a cell; a cell that cannot be trusted is a finding."""
        self.found.append((cell.sheet, cell.place))
        if cell.fault is not None:
            self.problems.add(cell.problem(cell.fault.code, cell.fault.message, cell.fault.remedy))
        return len(self.found)

    def placed(self, problem: Problem) -> Problem:
        """A finding of the loader or of `check`, at its cell; lines its words name are cells too."""
        sheet, place = self._at(problem.cell)
        message = Text(*(self._told(text) for text in (problem.message.zh, problem.message.en)))
        return replace(problem, message=message, file=self.file, sheet=sheet, cell=place)

    def _at(self, said: str) -> tuple[str, str]:
        number = int(said.removeprefix("line ") or 0)
        return self.found[number - 1] if 0 < number <= len(self.found) else (layout.BOOK, "A1")

    def _told(self, text: str) -> str:
        return re.sub(
            r"第(\d+)行|(?:on )?line (\d+)", lambda said: "“{}”{}".format(*self._at(said[1] or said[2])), text
        )


def tree(source: Path | bytes, file: str = "") -> tuple[Mapping, Cells]:
    """The tree of a workbook. InputRefused with every cell that says nothing a rule book could."""
    name = file or (str(source) if isinstance(source, Path) else "")
    workbook = read_workbook(source, name)
    cells = Cells(name)
    reader = _Reader(workbook, cells)
    found = reader.book()
    return found, cells


def book(source: Path | bytes, file: str = "") -> tuple[Mapping, RuleBook]:
    """The tree and the rule book of a workbook. InputRefused lists all that is wrong, each at sheet and cell."""
    found, cells = tree(source, file)
    problems = cells.problems
    told = {(problem.sheet, problem.cell) for problem in problems}
    try:
        made = loading.book_of(found, cells.file)
        later: Iterable[Problem] = check(made)
    except InputRefused as refused:
        later = refused.problems
    placed = (cells.placed(problem) for problem in later)
    problems.extend(problem for problem in placed if (problem.sheet, problem.cell) not in told)
    problems.raise_if_any()
    return found, made


class _Reader:
    def __init__(self, workbook: Workbook, cells: Cells) -> None:
        self.workbook = workbook
        self.cells = cells
        self.problems = cells.problems
        self.names: dict[str, str] = {}

    def book(self) -> Mapping:
        front = self.workbook.need(layout.BOOK, self.problems, main=False)
        main = self.workbook.need(layout.INDICATORS, self.problems, main=False)
        if front is None or main is None:
            raise InputRefused((*self.problems, self._not_ours()))
        entries = self._front(front)
        self._put(entries, "groups", self._groups())
        sections = self._sections()
        tops = self._parts(sections, main)
        for name, rows in tops.items():
            self._put(entries, name, self._items(rows))
        for name, title in layout.LISTS.items():
            self._put(entries, name, self._items(self._plain(title, _form_of(name))))
        grades = self._items(self._plain(layout.GRADES, "grade"))
        if grades is not None:
            inner = entries.get("grades")
            said = dict(inner.entries) if isinstance(inner, Mapping) else {}
            said["list"] = grades
            entries["grades"] = _mapping(said, grades.line)
        self._put(entries, "examples", self._items(self._examples()))
        order = [key.name for key in keys.FORMS_OF["book"]]
        return _mapping(_sorted(entries, order), 1)

    def _not_ours(self) -> Problem:
        return Problem(
            "sheet.not_a_rulebook",
            Text("不是考核办法的工作簿", "is no workbook of a rule book"),
            Text("请用 gangmu rulebook xlsx 办法.yaml -o 办法.xlsx 生成后再改", "make one with gangmu rulebook xlsx BOOK.yaml -o BOOK.xlsx"),
            self.cells.file,
        )  # fmt: skip

    def _put(self, entries: dict[str, Tree], name: str, value: Tree | None) -> None:
        if value is not None:
            entries[name] = value

    def _items(self, rows: Sequence[Mapping]) -> Items | None:
        return Items(tuple(rows), rows[0].line) if rows else None

    def _rows(self, title: str, wanted: dict[str, str], required: Iterable[str] = ()) -> Iterator[Row]:
        sheet: Sheet | None = self.workbook.sheet(title)
        if sheet is None or sheet.empty:
            return
        columns = sheet.columns(wanted, required, self.problems)
        if columns is not None:
            yield from sheet.rows(columns)

    def _front(self, sheet: Sheet) -> dict[str, Tree]:
        """The entries of the sheet 考核办法, by the words of its first column."""
        known = {item.label: item for item in layout.items()}
        entries: dict[str, Tree] = {}
        inner: dict[str, dict[str, Tree]] = {}
        for row in self._rows(
            sheet.name, {"item": "项目", "content": "内容", "en": "英文"}, ("item", "content")
        ):
            label, content = row["item"].text, row["content"]
            if content.empty and content.fault is None and row["en"].empty:
                continue
            line = self.cells.line(content)
            item = known.get(label)
            if item is None:
                self._raw(label, row["item"], content, entries, inner)
                continue
            value = self._value(item.key, content, row["en"], line)
            target = entries if item.form == "book" else inner.setdefault(item.form, {})
            target[item.key.name] = value
        for name, said in inner.items():
            entries[name] = _mapping(said, next(iter(said.values())).line)
        return entries

    def _raw(
        self,
        label: str,
        where: Cell,
        content: Cell,
        entries: dict[str, Tree],
        inner: dict[str, dict[str, Tree]],
    ) -> None:
        """A row as `rewards` or `total.name`, whose content is written as in the file."""
        line = self.cells.line(where)
        if not re.fullmatch(r"[a-z_]+(\.\w+)?", label):
            near = nearest(label, [item.label for item in layout.items()], 0.4)
            self.problems.add(
                where.problem(
                    "sheet.unknown_item",
                    Text(f"不认识“{label}”", f'"{label}" is not known'),
                    Text(
                        f"是否就是“{near}”" if near else "请删去这一行",
                        f'is it "{near}"' if near else "remove the row",
                    ),
                )
            )
            return
        form, _, name = label.partition(".")
        value = values.others(f"{name or form}：{content.text}", {}, line).get(name or form, Scalar("", line))
        (inner.setdefault(form, {}) if name else entries)[name or form] = value

    def _value(self, key: Key, cell: Cell, english: Cell | None, line: int) -> Tree:
        if key.type == keys.BOTH and english is not None and not english.empty:
            said: dict[str, Tree] = {"zh": Scalar(cell.text, line)}
            said["en"] = Scalar(english.text, self.cells.line(english))
            return _mapping(said, line)
        self._known_word(key, cell)
        return values.decoded(cell.text, key, line)

    def _known_word(self, key: Key, cell: Cell) -> None:
        """A choice that is none is told in the words of the workbook."""
        words = values.words(key)
        open_ended = key.type in (keys.MISSING, keys.SCORERS)
        if not words or cell.text in words or cell.text in words.values() or not cell.text:
            return
        if key.type == keys.YES and cell.text in ("true", "false"):
            return
        if open_ended and not isinstance(values.decoded(cell.text, key), Scalar):
            return
        listed = "、".join(words.values())
        near = nearest(cell.text, list(words.values()), 0.4)
        self.problems.add(
            cell.problem(
                "sheet.choice",
                Text(f"不能是“{cell.text}”", f'cannot be "{cell.text}"'),
                Text(
                    (f"是否就是“{near}”？" if near else "") + f"可选：{listed}",
                    (f'is it "{near}"? ' if near else "") + f"choices: {listed}",
                ),
            )
        )

    def _entry(
        self, row: Row, found: Sequence[Place], known: Table[str, Key], order: Iterable[str]
    ) -> Mapping:
        """One row as a mapping, in the order of the keys; the column 其他 adds to it."""
        entries: dict[str, Tree] = {}
        for place in found:
            cell = row[_column(place)]
            if place.part == "en" or (cell.empty and cell.fault is None):
                continue
            english = row[f"{place.key.name}.en"] if place.part == "zh" else None
            key = known.get(place.key.name, place.key)
            entries[key.name] = self._value(key, cell, english, self.cells.line(cell))
        others = row["others"]
        if not others.empty:
            entries.update(values.others(others.text, known, self.cells.line(others)))
        return _mapping(_sorted(entries, order), self.cells.line(row.first()))

    def _plain(self, title: str, form: str) -> list[Mapping]:
        found = layout.form_places(form)
        known = {key.name: key for key in keys.FORMS_OF[form]}
        return [self._entry(row, found, known, known) for row in self._rows(title, _wanted(found))]

    def _groups(self) -> Mapping | None:
        wanted = {
            "code": "分组编码",
            "zh": "名称",
            "en": "英文名称",
            "members": "成员单位",
            "named": "也称",
            "others": OTHERS,
        }
        known = {key.name: key for key in keys.FORMS_OF["group"]}
        groups: dict[str, Tree] = {}
        lines: dict[str, int] = {}
        for row in self._rows(layout.GROUPS, wanted, ("code",)):
            line, code = self.cells.line(row["code"]), row["code"].text
            if code in groups:
                self.problems.add(
                    row["code"].problem(
                        "sheet.twice",
                        Text(f"分组“{code}”写了两次", f'group "{code}" stands twice'),
                        Text("请合并或改名", "join or rename them"),
                    )
                )
                continue
            groups[code], lines[code] = self._group(row, known, line), line
        return Mapping(groups, lines, min(lines.values())) if groups else None

    def _group(self, row: Row, known: Table[str, Key], line: int) -> Tree:
        said: dict[str, Tree] = {}
        for name in ("zh", "en", "members", "named"):
            if not row[name].empty or row[name].fault is not None:
                said[name] = values.decoded(row[name].text, known[name], self.cells.line(row[name]))
        others = values.others(row["others"].text, known, self.cells.line(row["others"]))
        if not others and list(said) in (["zh"], []):
            return said.get("zh", Scalar("", line))
        if "zh" in said and "en" not in said.keys() | others.keys():
            said = {"name": said.pop("zh"), **said}
        said.update(others)
        return _mapping(said, line)

    def _sections(self) -> dict[str, tuple[str, Mapping]]:
        """Sections by code with the code they stand under, in the order of the sheet."""
        found = layout.form_places("section")
        known = {key.name: key for key in keys.FORMS_OF["section"]}
        rows = list(self._rows(layout.SECTIONS, {**_wanted(found), "above": "上级内容"}))
        entries = [(row, self._entry(row, found, known, known)) for row in rows]
        self._call((_code(entry), row["name.zh"].text) for row, entry in entries)
        sections: dict[str, tuple[str, Mapping]] = {}
        for row, entry in entries:
            code = _code(entry)
            if code in sections:
                self.problems.add(
                    row["code"].problem(
                        "sheet.twice",
                        Text(f"“{code}”用了两次", f'"{code}" stands twice'),
                        Text("请改其中一个", "change one of them"),
                    )
                )
                continue
            sections[code] = (self._above(row["above"]), entry)
        return {code: (above if above != code else "", entry) for code, (above, entry) in sections.items()}

    def _call(self, named: Iterable[tuple[str, str]]) -> None:
        """What a section may be called: its code, and its name where no other has it."""
        pairs = list(named)
        names = [name for _, name in pairs]
        self.names = {name: code for code, name in pairs if names.count(name) == 1}
        self.names.update({code: code for code, _ in pairs})

    def _above(self, cell: Cell) -> str:
        if cell.empty or cell.text in self.names:
            return self.names.get(cell.text, "")
        near = nearest(cell.text, list(self.names), 0.4)
        self.problems.add(
            cell.problem(
                "sheet.unknown_section",
                Text(f"没有考核内容“{cell.text}”", f'there is no section "{cell.text}"'),
                Text(
                    f"是否就是“{near}”" if near else "请先在“考核内容”中加一行",
                    f'is it "{near}"' if near else "add it to the sheet of sections first",
                ),
            )
        )
        return ""

    def _parts(self, sections: dict[str, tuple[str, Mapping]], main: Sheet) -> dict[str, list[Mapping]]:
        """Indicators and sections put where they belong; what belongs directly to the total."""
        indicators: dict[str, list[Mapping]] = {}
        for title in (main.name, layout.EXTRAS):
            for above, entry in self._indicators(title):
                indicators.setdefault(above, []).append(entry)
        inner: dict[str, list[str]] = {}
        for code, (above, _) in sections.items():
            inner.setdefault(above, []).append(code)
        made = {
            "sections": [self._whole(code, sections, inner, indicators, ()) for code in inner.get("", [])]
        }
        made["indicators"] = indicators.get("", [])
        return made

    def _whole(
        self,
        code: str,
        sections: dict[str, tuple[str, Mapping]],
        inner: dict[str, list[str]],
        indicators: dict[str, list[Mapping]],
        trail: tuple[str, ...],
    ) -> Mapping:
        entry = sections[code][1]
        said = dict(entry.entries)
        below = [
            self._whole(each, sections, inner, indicators, (*trail, code))
            for each in inner.get(code, [])
            if each not in trail
        ]
        self._put(said, "sections", self._items(below))
        self._put(said, "indicators", self._items(indicators.get(code, [])))
        return Mapping(said, {**dict.fromkeys(said, entry.line), **entry.lines}, entry.line)

    def _indicators(self, title: str) -> Iterator[tuple[str, Mapping]]:
        found = layout.every_indicator_place()
        order = [key.name for key in keys.FORMS_OF["indicator"][:5]]
        by_word = {word: code for code, word in values.words(_KIND).items()}
        for row in self._rows(title, {**_wanted(found), "above": ABOVE}, ("name.zh", "kind")):
            said = row["kind"].text
            known = layout.known_of(by_word.get(said, said))
            entry = self._entry(row, found, known, [*order, *known])
            if "code" not in entry.entries and loading.CODE.fullmatch(row["name.zh"].text):
                named = {"code": Scalar(row["name.zh"].text, entry.lines["name"]), **entry.entries}
                entry = Mapping(named, {**entry.lines, "code": entry.lines["name"]}, entry.line)
            yield self._above(row["above"]), entry

    def _examples(self) -> list[Mapping]:
        found = [place for place in layout.form_places("example") if place.key.type != keys.TEXTS]
        known = {key.name: key for key in keys.FORMS_OF["example"]}
        answers = [key for key in known.values() if key.type == keys.TEXTS]
        wanted = {**_wanted(found), "number": "序号", "unit": "单位", "facts": "数据"}
        wanted.update({key.name: key.label.zh for key in answers})
        grouped: dict[str, list[Row]] = {}
        number = ""
        for row in self._rows(layout.EXAMPLES, wanted, ("number",)):
            number = row["number"].text or number
            grouped.setdefault(number, []).append(row)
        return [self._example(rows, found, known, answers) for rows in grouped.values()]

    def _example(
        self, rows: list[Row], found: Sequence[Place], known: Table[str, Key], answers: Sequence[Key]
    ) -> Mapping:
        """The lines of one example: the first says what holds for all of it."""
        entry = self._entry(rows[0], found, known, known)
        entries = dict(entry.entries)
        tables: dict[str, dict[str, Tree]] = {}
        for row in rows:
            unit = row["unit"].text
            if not row["facts"].empty:
                text = row["facts"].text
                line = self.cells.line(row["facts"])
                facts = _mapping({}, line) if text == layout.NO_FACTS else facts_of(text, line)
                tables.setdefault("facts", {})[unit] = facts
            for key in answers:
                if not row[key.name].empty:
                    answer = Scalar(row[key.name].text, self.cells.line(row[key.name]))
                    tables.setdefault(key.name, {})[unit] = answer
        for name, table in tables.items():
            entries[name] = _mapping(table, next(iter(table.values())).line)
        return _mapping(_sorted(entries, known), entry.line)


_KIND = next(key for key in keys.FORMS_OF["indicator"] if key.name == "kind")


def _form_of(name: str) -> str:
    return next(key.of for key in keys.FORMS_OF["book"] if key.name == name)


def _code(entry: Mapping) -> str:
    code = entry.entries.get("code")
    return code.text if isinstance(code, Scalar) else ""


def _column(place: Place) -> str:
    return f"{place.key.name}.{place.part}" if place.part else place.key.name


def _wanted(found: Iterable[Place]) -> dict[str, str]:
    return {**{_column(place): place.header for place in found}, "others": OTHERS}


def _sorted(entries: dict[str, Tree], order: Iterable[str]) -> dict[str, Tree]:
    first = {name: entries[name] for name in order if name in entries}
    return {**first, **entries}


def _mapping(entries: dict[str, Tree], line: int) -> Mapping:
    return Mapping(entries, {name: value.line or line for name, value in entries.items()}, line)
