"""Importing units.xlsx: units, posts, people and who holds which post."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from string import ascii_uppercase

from django.conf import settings

from gangmu.org import roster
from gangmu.org.models import Assignment, Person, Unit
from gangmu.org.roster import ASSIGNMENT, PERSON, POST, UNIT, Content, Writing
from gangmu.problems import Problems
from gangmu.records import clock
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.sheets import parsing
from gangmu.sheets.importing import Counts
from gangmu.sheets.reading import Row, Workbook
from gangmu.sheets.writing import Column, SheetOut

Headers = Mapping[str, Sequence[str]]

UNITS: Headers = {
    "code": ("编码", "code"),
    "name": ("名称", "name"),
    "short_name": ("简称", "short_name"),
    "name_en": ("英文名称", "name_en"),
    "kind": ("类别", "kind"),
    "group": ("考核分组", "group"),
    "protocol_order": ("排序", "order"),
    "parent": ("上级单位", "parent"),
    "valid_from": ("生效日期", "valid_from"),
    "valid_to": ("失效日期", "valid_to"),
    "succeeded_by": ("承继单位", "succeeded_by"),
}
POSTS: Headers = {
    "unit": ("单位", "unit"),
    "name": ("岗位", "post"),
    "name_en": ("英文名称", "name_en"),
    "duty": ("职责", "duty"),
    "protocol_order": ("排序", "order"),
}
PEOPLE: Headers = {
    "code": ("编码", "code"),
    "name": ("姓名", "name"),
    "unit": ("单位", "unit"),
    "title": ("职务", "title"),
    "kind": ("类别", "kind"),
    "post": ("岗位", "post"),
    "part": ("角色", "part"),
    "since": ("任职日期", "since"),
    "protocol_order": ("排序", "order"),
}
SHEETS: Mapping[str, tuple[Sequence[str], Headers, Sequence[str]]] = {
    UNIT: (("单位", "units"), UNITS, ("code", "name")),
    POST: (("岗位", "posts"), POSTS, ("unit", "name")),
    PERSON: (("人员", "people"), PEOPLE, ("code", "name", "unit")),
}
"""Kind of row → names of its sheet, its columns, the columns without which it cannot be read."""

_KINDS_OF_PEOPLE = {str(kind.label): kind.value for kind in Person.Kind} | {
    kind.value: kind.value for kind in Person.Kind
}
_PARTS = {"A角": "A", "B角": "B", "A": "A", "B": "B"}


def takes(workbook: Workbook) -> bool:
    """units.xlsx, or any workbook with a sheet 单位 or 人员 that has 编码 and a name."""
    if workbook.stem == "units":
        return True
    for kind, name in ((UNIT, "名称"), (PERSON, "姓名")):
        sheet = workbook.sheet(SHEETS[kind][0])
        if sheet is not None and {"编码", name} <= set(sheet.headers()):
            return True
    return False


def run(workbook: Workbook, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Apply the rows, units before posts before people; a row with findings is not applied."""
    importing = _Importing(problems, Writing(actor, batch))
    importing.units(list(_rows(workbook, UNIT, problems)))
    importing.posts(list(_rows(workbook, POST, problems)))
    importing.people(list(_rows(workbook, PERSON, problems)))
    importing.writing.finish()
    done = importing.done
    return Counts(done["created"], done["changed"], done["unchanged"])


def templates() -> Mapping[str, Sequence[SheetOut]]:
    """units.xlsx as `init` lays it out."""
    return {"units.xlsx": [_template(kind) for kind in SHEETS]}


def _template(kind: str) -> SheetOut:
    names, headers, needed = SHEETS[kind]
    choices = {"kind": tuple(str(k.label) for k in Person.Kind)} if kind == PERSON else {}
    choices |= {"part": ("A角", "B角")}
    columns = [
        Column(words[0], required=key in needed, choices=choices.get(key, ()))
        for key, words in headers.items()
    ]
    return SheetOut(names[0], columns)


def _rows(workbook: Workbook, kind: str, problems: Problems) -> Iterator[Row]:
    names, headers, needed = SHEETS[kind]
    sheet = workbook.need(names, problems) if kind == UNIT else workbook.sheet(names)
    columns = sheet.columns(headers, needed, problems) if sheet else None
    return sheet.rows(columns) if sheet and columns else iter(())


@dataclass(slots=True)
class _Importing:
    """One file being applied: its findings, its writes, and by which words units are known so far."""

    problems: Problems
    writing: Writing
    done: Counter[str] = field(default_factory=Counter)
    by_word: dict[str, set[str]] = field(default_factory=dict)

    def units(self, rows: list[Row]) -> None:
        """All units of the file are known before parents and successors are: a row may name one below it."""
        for unit in Unit.objects.all():
            self._know(unit.code, unit.name, unit.short_name)
        read = [(row, content) for row in rows if (content := self._unit(row)) is not None]
        self._refuse_repeated(read, "code")
        self._refuse_repeated(read, "name")
        self._refuse_taken_names(read)
        for _, content in read:
            self._know(content["code"], content["name"], content["short_name"])
        for row, content in read:
            content["parent"] = self._unit_named(row, "parent")
            content["succeeded_by"] = self._unit_named(row, "succeeded_by")
        faulty = {(p.sheet, p.cell.lstrip(ascii_uppercase)) for p in self.problems}
        sound = [(row, content) for row, content in read if (row.sheet, str(row.number)) not in faulty]
        self._put_in_order({content["code"]: (row, content) for row, content in sound})

    def posts(self, rows: list[Row]) -> None:
        read = []
        for row in rows:
            before = len(self.problems)
            content: Content = {
                "unit": self._unit_named(row, "unit", required=True),
                "name": parsing.text(row["name"], self.problems, required=True, limit=60),
                "name_en": parsing.text(row["name_en"], self.problems, limit=120) or "",
                "duty": parsing.text(row["duty"], self.problems, limit=300) or "",
                "protocol_order": self._order(row),
                "closed_on": None,
            }
            if len(self.problems) == before:
                read.append((row, content))
        self._refuse_repeated(read, "unit", "name")
        for _, content in read:
            self._put(POST, content)

    def people(self, rows: list[Row]) -> None:
        """A person has a row for each post held; name, unit, title and kind agree in all of them."""
        first: dict[str, tuple[Row, Content]] = {}
        for row in rows:
            before = len(self.problems)
            content = self._person(row)
            if len(self.problems) > before:
                continue
            first_row, first_content = first.setdefault(content["code"], (row, content))
            if first_row is row:
                self._put(PERSON, content)
            elif content != {**first_content, "protocol_order": content["protocol_order"]}:
                self._refuse_two_people(row, first_row)
                continue
            self._assign(row, content)

    def _unit(self, row: Row) -> Content | None:
        before = len(self.problems)
        name = parsing.text(row["name"], self.problems, required=True, limit=80)
        short = parsing.text(row["short_name"], self.problems, limit=40)
        since = parsing.day(row["valid_from"], self.problems)
        until = parsing.day(row["valid_to"], self.problems)
        content: Content = {
            "code": parsing.text(row["code"], self.problems, required=True, limit=20),
            "name": name,
            "name_en": parsing.text(row["name_en"], self.problems, limit=120) or "",
            "short_name": short or (name or "")[:40],
            "kind": parsing.text(row["kind"], self.problems, limit=20) or "",
            "group": parsing.text(row["group"], self.problems, limit=40) or "",
            "protocol_order": self._order(row),
            "is_office": settings.DISTRICT.office_name in (name, short),
            "parent": None,
            "valid_from": since and since.isoformat(),
            "valid_to": until and until.isoformat(),
            "succeeded_by": None,
        }
        if since and until and until < since:
            parsing.refuse(
                row["valid_to"],
                self.problems,
                "unit.ends_before_it_begins",
                f"{until} 早于生效日期 {since}",
                f"{until} is before the day it begins, {since}",
                "请核对两个日期",
                "check both days",
            )
        return content if len(self.problems) == before else None

    def _person(self, row: Row) -> Content:
        return {
            "code": parsing.text(row["code"], self.problems, required=True, limit=20),
            "name": parsing.text(row["name"], self.problems, required=True, limit=40),
            "unit": self._unit_named(row, "unit", required=True),
            "title": parsing.text(row["title"], self.problems, limit=60) or "",
            "kind": parsing.choice(row["kind"], self.problems, _KINDS_OF_PEOPLE) or Person.Kind.STAFF.value,
            "protocol_order": self._order(row),
            "left_on": None,
        }

    def _assign(self, row: Row, person: Content) -> None:
        """Seat the person; a seat held since an earlier day stands, whatever day a repeated file gives."""
        before = len(self.problems)
        name = parsing.text(row["post"], self.problems)
        part = parsing.choice(row["part"], self.problems, _PARTS) or Assignment.Part.A.value
        since = parsing.day(row["since"], self.problems)
        if name is None or len(self.problems) > before:
            return
        post = f"{person['unit']}/{name}"
        if self.writing.find(POST, post) is None:
            self._refuse_unknown_post(row, person["unit"], name)
            return
        held = Assignment.objects.filter(
            post__unit__code=person["unit"],
            post__name=name,
            person__code=person["code"],
            part=part,
            until=None,
        ).first()
        day = since or (held.since if held else clock.today())
        content = {
            "post": post,
            "person": person["code"],
            "part": part,
            "since": day.isoformat(),
            "until": None,
        }
        if held and held.since != day:
            self.writing.remove(ASSIGNMENT, roster.KINDS[ASSIGNMENT].key(roster.content_of(ASSIGNMENT, held)))
        self._put(ASSIGNMENT, content)

    def _put(self, kind: str, content: Content) -> None:
        try:
            self.done[self.writing.put(kind, content)] += 1
        except LookupError:
            if not len(self.problems):
                raise
            # What it refers to was not applied and has its own finding: one finding for one fault.

    def _put_in_order(self, read: Mapping[str, tuple[Row, Content]]) -> None:
        """Parents and successors before those that name them; a circle is a finding."""
        named = {
            code: {content[name] for name in ("parent", "succeeded_by")} & read.keys()
            for code, (_, content) in read.items()
        }
        try:
            order = list(TopologicalSorter(named).static_order())
        except CycleError as error:
            circle = " → ".join(error.args[1])
            row = read[error.args[1][0]][0]
            parsing.refuse(
                row["code"],
                self.problems,
                "unit.circle",
                f"上级单位、承继单位成环：{circle}",
                f"parents and successors go round in a circle: {circle}",
                "请改正其中一个",
                "mend one of them",
            )
            return
        for code in order:
            self._put(UNIT, read[code][1])

    def _order(self, row: Row) -> int:
        """The official order; where none is given, the order of the file."""
        said = parsing.whole(row["protocol_order"], self.problems, minimum=0)
        return row.number if said is None else said

    def _know(self, code: str, *words: str) -> None:
        for word in (code, *words):
            self.by_word.setdefault(word, set()).add(code)

    def _unit_named(self, row: Row, column: str, required: bool = False) -> str | None:
        """The code of the unit that a cell names by code, name or short name."""
        said = parsing.text(row[column], self.problems, required=required)
        if said is None:
            return None
        codes = {said} if said in self.by_word.get(said, ()) else self.by_word.get(said, set())
        if len(codes) == 1:
            return next(iter(codes))
        if codes:
            several = "、".join(sorted(codes))
            zh, en = f"“{said}”不止一个单位：{several}", f'"{said}" names several units: {several}'
            remedy = ("请写编码", "give the code")
        else:
            near = get_close_matches(said, self.by_word, n=1, cutoff=0.5)
            zh, en = f"没有单位“{said}”", f'there is no unit "{said}"'
            remedy = (
                f"是否应为“{near[0]}”？" if near else "请先在“单位”表中登记",
                f'is it "{near[0]}"?' if near else "enter it in the sheet 单位 first",
            )
        parsing.refuse(row[column], self.problems, "unit.unknown", zh, en, *remedy)
        return None

    def _refuse_repeated(self, read: list[tuple[Row, Content]], *names: str) -> None:
        first: dict[tuple[str, ...], int] = {}
        for row, content in read:
            key = tuple(content[name] for name in names)
            earlier = first.setdefault(key, row.number)
            if earlier != row.number:
                said = "/".join(key)
                parsing.refuse(
                    row[names[-1]],
                    self.problems,
                    "row.repeated",
                    f"“{said}”与第{earlier}行重复",
                    f'"{said}" repeats row {earlier}',
                    "请删去其中一行",
                    "drop one of the rows",
                )

    def _refuse_taken_names(self, read: list[tuple[Row, Content]]) -> None:
        """A full name belongs to one unit for good: rows of past years go by it."""
        taken = dict(Unit.objects.values_list("name", "code"))
        for row, content in read:
            other = taken.get(content["name"], content["code"])
            if other != content["code"]:
                parsing.refuse(
                    row["name"],
                    self.problems,
                    "unit.name_taken",
                    f"“{content['name']}”已是单位 {other} 的名称",
                    f'"{content["name"]}" is the name of unit {other}',
                    "请核对编码；撤并的单位请保留原名，并填失效日期、承继单位",
                    "check the code; a merged unit keeps its name and gets a last day and a successor",
                )

    def _refuse_two_people(self, row: Row, first: Row) -> None:
        parsing.refuse(
            row["code"],
            self.problems,
            "person.two_people",
            f"“{row['code'].text}”与第{first.number}行编码相同，姓名、单位、职务或类别却不同",
            f'"{row["code"].text}" has the code of row {first.number} but another name, unit, title or kind',
            "一人多岗请各行一致；不是同一人请用不同编码",
            "repeat the same particulars for each post; give different people different codes",
        )

    def _refuse_unknown_post(self, row: Row, unit: str, name: str) -> None:
        prefix = f"{unit}/"
        known = [key.removeprefix(prefix) for key in self.writing.keys(POST) if key.startswith(prefix)]
        near = get_close_matches(name, known, n=1, cutoff=0.4)
        parsing.refuse(
            row["post"],
            self.problems,
            "post.unknown",
            f"单位 {unit} 没有岗位“{name}”",
            f'unit {unit} has no post "{name}"',
            f"是否应为“{near[0]}”？" if near else "请先在“岗位”表中登记",
            f'is it "{near[0]}"?' if near else "enter it in the sheet 岗位 first",
        )
