"""From a rule book's tree to the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from gangmu.engine import keys, yaml_text
from gangmu.engine.keys import Key
from gangmu.engine.workbook import layout, values
from gangmu.engine.workbook.layout import ABOVE, OTHERS, Place
from gangmu.engine.yaml_tree import Mapping, Scalar, Tree, plain
from gangmu.engine.yaml_tree import Sequence as Items
from gangmu.sheets.writing import Column, SheetOut

Cell = str | Decimal | None

_OTHERS = Column(OTHERS, note="没有专门一列的规定，每行一条：名称：内容", width=30)


def sheets(tree: Mapping) -> list[SheetOut]:
    """The sheets of a book. `reading` gives the same content back."""
    sections = list(_sections(tree, "", False))
    names = {section.code: section.name for section in sections}
    found = [_book(tree)]
    if "groups" in tree.entries:
        found.append(_groups(tree.entries["groups"]))
    found.append(_sections_sheet(sections, names))
    rows = [(section, row) for section in sections for row in _rows(section.entry, "indicators")]
    top = [(_TOP, row) for row in _rows(tree, "indicators")]
    plain_rows = top + [(section, row) for section, row in rows if not section.extra]
    found.append(_indicators(layout.INDICATORS, plain_rows, names))
    found.append(
        _indicators(layout.EXTRAS, [(section, row) for section, row in rows if section.extra], names)
    )
    for name, title in layout.LISTS.items():
        form = next(key.of for key in keys.FORMS_OF["book"] if key.name == name)
        found.append(_list(title, form, _rows(tree, name)))
    grades = tree.entries.get("grades")
    found.insert(
        -1, _list(layout.GRADES, "grade", _rows(grades, "list") if isinstance(grades, Mapping) else [])
    )
    found.append(_examples(_rows(tree, "examples")))
    return found


class _Section:
    """A section with the code it stands under, and whether it is outside the full mark."""

    def __init__(self, entry: Mapping, above: str, extra: bool) -> None:
        self.entry = entry
        self.above = above
        self.extra = extra or _text(entry, "extra") in ("yes", "true", "是")
        self.code = _text(entry, "code")
        self.name = _name(entry)


def _text(entry: Mapping, key: str) -> str:
    value = entry.entries.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _name(entry: Mapping) -> str:
    name = entry.entries.get("name")
    return _text(name, "zh") if isinstance(name, Mapping) else _text(entry, "name")


_TOP = _Section(Mapping({}, {}, 0), "", False)


def _sections(tree: Mapping, above: str, extra: bool) -> Iterator[_Section]:
    for entry in _rows(tree, "sections"):
        section = _Section(entry, above, extra)
        yield section
        yield from _sections(entry, section.code, section.extra)


def _rows(tree: Tree, key: str) -> list[Mapping]:
    """The entries of a list, where all of them are mappings; other lists are written as they stand."""
    value = tree.entries.get(key) if isinstance(tree, Mapping) else None
    return [item for item in value.items if isinstance(item, Mapping)] if isinstance(value, Items) else []


def _has_rows(value: Tree) -> bool:
    return (
        isinstance(value, Items)
        and bool(value.items)
        and all(isinstance(item, Mapping) for item in value.items)
    )


def _cells(
    entry: Mapping, places: Sequence[Place], known: dict[str, Key], own: Iterable[str] = ()
) -> list[Cell]:
    """A row of an entry: a cell a column, and the column 其他. own: keys that stand elsewhere."""
    found: dict[tuple[str, str], Cell] = {}
    others = []
    columns = {place.key.name for place in places}
    for name, tree in entry.entries.items():
        if name in own:
            continue
        key = known.get(name)
        cells = _of_key(tree, key) if key is not None and name in columns else None
        if cells is None:
            others.append(_other(name, tree, key))
        else:
            found.update({(name, part): cell for part, cell in cells.items()})
    return [*(found.get((place.key.name, place.part)) for place in places), "\n".join(others) or None]


def _of_key(tree: Tree, key: Key) -> dict[str, Cell] | None:
    if key.type == keys.BOTH:
        return _both(tree)
    text = values.encoded(tree, key)
    return None if text is None else {"": values.cell(text)}


def _both(tree: Tree) -> dict[str, Cell] | None:
    """Chinese, or Chinese and English."""
    said = {"zh": tree} if isinstance(tree, Scalar) else tree.entries if isinstance(tree, Mapping) else {}
    if list(said) not in (["zh"], ["zh", "en"]) or (isinstance(tree, Mapping) and len(said) < 2):
        return None
    texts = {part: each.text for part, each in said.items() if isinstance(each, Scalar)}
    if len(texts) < len(said) or any(text != text.strip() or not text for text in texts.values()):
        return None
    return {part: values.cell(text) for part, text in texts.items()}


def _other(name: str, tree: Tree, key: Key | None) -> str:
    """A line of 其他: in words where they say the same, else as it stands in the file."""
    text = values.encoded(tree, key) if key is not None and key.type != keys.BOTH else None
    if key is not None and text is not None and "\n" not in text:
        line = f"{key.label.zh}：{text}"
        read = values.others(line, {key.name: key}, 0)
        if list(read) == [name] and values.same(read[name], tree):
            return line
    if isinstance(tree, Scalar) and (tree.text or tree.quoted):
        return f"{name}：{yaml_text.quoted(tree.text)}"
    return f"{name}：{yaml_text.flow(tree)}"


def _book(tree: Mapping) -> SheetOut:
    rows: list[list[Cell]] = []
    offers: dict[str, Sequence[str]] = {}
    told: set[tuple[str, str]] = set()
    for item in layout.items():
        of = tree if item.form == "book" else tree.entries.get(item.form)
        value = of.entries.get(item.key.name) if isinstance(of, Mapping) else None
        cells = None if value is None else _of_key(value, item.key)
        if cells is not None:
            told.add((item.form, item.key.name))
        rows.append([item.label, *_content(cells), _explained(item.key)])
        words = list(values.words(item.key).values())
        if words:
            offers[f"B{len(rows) + 1}"] = words
    for name, said in _untold(tree, told):
        rows.append([name, yaml_text.flow(said), None, "没有专门一行的规定，照原样写"])
    columns = [
        Column("项目", width=28),
        Column("内容", width=52),
        Column("英文", width=44),
        Column("说明", width=46),
    ]
    return SheetOut(layout.BOOK, columns, rows, wrap=True, offers=offers)


def _content(cells: dict[str, Cell] | None) -> list[Cell]:
    said = cells or {}
    return [said.get("zh", said.get("")), said.get("en")]


def _explained(key: Key) -> Cell:
    words = values.words(key)
    said = [f"可选：{'、'.join(words.values())}"] if words else []
    if key.default:
        said.append(f"不填即为：{words.get(key.default, key.default)}")
    return "；".join(said) or None


def _untold(tree: Mapping, told: set[tuple[str, str]]) -> Iterator[tuple[str, Tree]]:
    """Entries of the book that no row and no sheet of the workbook holds."""
    forms = {key.name for key in keys.FORMS_OF["book"] if key.type == keys.FORM}
    for name, value in tree.entries.items():
        if name in forms and isinstance(value, Mapping) and value.entries:
            for inner, said in value.entries.items():
                held = name == "grades" and inner == "list" and _has_rows(said)
                if (name, inner) not in told and not held:
                    yield f"{name}.{inner}", said
        elif not _has_sheet(name, value) and ("book", name) not in told:
            yield name, value


def _has_sheet(name: str, value: Tree) -> bool:
    if name == "groups":
        return isinstance(value, Mapping) and bool(value.entries)
    return name in ("sections", "indicators", "examples", *layout.LISTS) and _has_rows(value)


def _groups(tree: Tree) -> SheetOut:
    columns = [Column("分组编码", required=True, width=16), Column("名称", width=24), Column("英文名称", width=24),
               Column("成员单位", note="几个之间用顿号隔开", width=60), Column("也称", width=24), _OTHERS]  # fmt: skip
    entries = tree.entries if isinstance(tree, Mapping) else {}
    return SheetOut(
        layout.GROUPS, columns, [_group(code, value) for code, value in entries.items()], wrap=True
    )


def _group(code: str, value: Tree) -> list[Cell]:
    """A group is a name alone; a name and members; or a name in both languages and the rest."""
    if not isinstance(value, Mapping):
        text = value.text if isinstance(value, Scalar) else ""
        return [code, text or None, None, None, None, None]
    names = {"zh": None, "en": None} if "en" in value.entries else {"name": None}
    known = {key.name: key for key in keys.FORMS_OF["group"]}
    text_key = Key("name", keys.TEXT, known["name"].label)
    places = [Place("", text_key if name == "name" else known[name]) for name in names]
    rest = [Place("", known["members"]), Place("", known["named"])]
    cells = _cells(value, [*places, *rest], {**known, "name": text_key})
    named = cells[: len(places)]
    return [code, *named, *([None] if len(named) == 1 else []), *cells[len(places) :]]


def _sections_sheet(sections: list[_Section], names: dict[str, str]) -> SheetOut:
    used = {name for section in sections for name in section.entry.entries}
    places = layout.section_places(used)
    known = {key.name: key for key in keys.FORMS_OF["section"]}
    columns = [*(layout.column(place) for place in places), _above_column(names, "上级内容"), _OTHERS]
    rows = []
    for section in sections:
        own = [
            key for key in ("sections", "indicators") if _has_rows(section.entry.entries.get(key, _TOP.entry))
        ]
        cells = _cells(section.entry, places, known, own)
        rows.append([*cells[:-1], _called(section.above, names), cells[-1]])
    return SheetOut(layout.SECTIONS, columns, rows, wrap=True)


def _called(code: str, names: dict[str, str]) -> Cell:
    """A section by its name where no other has it, else by its code."""
    name = names.get(code, "")
    alone = list(names.values()).count(name) == 1 and name not in names
    return (name if name and alone else code) or None


def _above_column(names: dict[str, str], header: str = ABOVE) -> Column:
    called = tuple(str(_called(code, names)) for code in names)
    return Column(header, note="考核内容的名称（重名的写编码）；不填即直接属于总分", choices=called, width=20)


def _indicators(title: str, rows: list[tuple[_Section, Mapping]], names: dict[str, str]) -> SheetOut:
    used = {name for _, row in rows for name in row.entries}
    places = layout.indicator_places(used)
    columns = [_above_column(names), *(layout.column(place) for place in places), _OTHERS]
    cells = [
        [_called(section.code, names), *_cells(row, places, layout.known_of(_text(row, "kind")))]
        for section, row in rows
    ]
    return SheetOut(title, columns, cells, wrap=True)


def _list(title: str, form: str, rows: list[Mapping]) -> SheetOut:
    places = layout.form_places(form)
    known = {key.name: key for key in keys.FORMS_OF[form]}
    columns = [*(layout.column(place) for place in places), _OTHERS]
    return SheetOut(title, columns, [_cells(row, places, known) for row in rows], wrap=True)


def _examples(rows: list[Mapping]) -> SheetOut:
    known = {key.name: key for key in keys.FORMS_OF["example"]}
    answers = [key for key in known.values() if key.type == keys.TEXTS]
    whole = [place for place in layout.form_places("example") if place.key.type != keys.TEXTS]
    columns = [
        Column("序号", required=True, width=7),
        *(layout.column(place) for place in whole),
        Column("单位", width=14),
        Column("数据", note="每行一个：指标：值，或 指标.字段：值；事项写成 {level: 省级}", width=40),
        *(Column(key.label.zh, width=30 if key.name == "arithmetic" else 10) for key in answers),
        _OTHERS,
    ]
    cells = [
        line for number, row in enumerate(rows, 1) for line in _example(number, row, whole, known, answers)
    ]
    return SheetOut(layout.EXAMPLES, columns, cells, wrap=True)


def _example(
    number: int, row: Mapping, whole: Sequence[Place], known: dict[str, Key], answers: list[Key]
) -> Iterator[list[Cell]]:
    """A line a unit; what holds for the whole example stands in its first."""
    facts = row.entries.get("facts")
    by_unit = facts.entries if isinstance(facts, Mapping) else {}
    tables = {key.name: _answers(row.entries.get(key.name)) for key in answers}
    units = list(dict.fromkeys([*by_unit, *(unit for table in tables.values() for unit in table)]))
    own = [name for name, table in tables.items() if table]
    said = {unit: facts_text(value) for unit, value in by_unit.items()}
    if units and by_unit and None not in said.values() and all(map(_named, units)):
        own.append("facts")
    elif not by_unit or not all(map(_named, units)):
        said, tables, own = {}, {}, []
        units = [""]
    cells = _cells(row, whole, known, own)
    for index, unit in enumerate(units or [""]):
        first = index == 0
        yield [
            Decimal(number),
            *(cells[:-1] if first else [None] * len(whole)),
            unit or None,
            said.get(unit) if "facts" in own else None,
            *(_answer(tables, key, unit) for key in answers),
            cells[-1] if first else None,
        ]


def _answer(tables: dict[str, dict[str, str]], key: Key, unit: str) -> Cell:
    text = tables.get(key.name, {}).get(unit)
    return None if text is None else values.cell(text)


def _named(unit: str) -> bool:
    return bool(unit) and unit == unit.strip()


def _answers(tree: Tree | None) -> dict[str, str]:
    """Unit → answer, where each can stand in a cell; else nothing, and the table is written as it stands."""
    if not isinstance(tree, Mapping):
        return {}
    texts = {unit: value.text for unit, value in tree.entries.items() if isinstance(value, Scalar)}
    right = len(texts) == len(tree.entries) and all(text and text == text.strip() for text in texts.values())
    return texts if right else {}


def facts_text(tree: Tree) -> str | None:
    """The facts of a unit in a cell; None where the cell would not give them back."""
    if not isinstance(tree, Mapping):
        return None
    if not tree.entries:
        return layout.NO_FACTS
    lines = []
    for name, value in tree.entries.items():
        events = value.items if isinstance(value, Items) else (value,)
        lines += [
            f"{name}：{each.text if isinstance(each, Scalar) else yaml_text.flow(each)}" for each in events
        ]
    text = "\n".join(lines)
    return text if plain(facts_of(text, 0)) == plain(tree) and text == text.strip() else None


def facts_of(text: str, line: int) -> Mapping:
    """The facts a cell states: lines `指标：值`; `指标：{…}` is an event."""
    entries: dict[str, Tree] = {}
    for row in filter(None, map(str.strip, text.splitlines())):
        name, _, value = (row if "：" in row else row.replace(":", "：", 1)).partition("：")
        said = value.strip()
        if not said.startswith("{"):
            entries[name.strip()] = Scalar(said, line)
            continue
        event = values.others(f"event：{said}", {}, line)["event"]
        before = entries.get(name.strip())
        events = before.items if isinstance(before, Items) else ()
        entries[name.strip()] = Items((*events, event), line)
    return Mapping(entries, dict.fromkeys(entries, line), line)
