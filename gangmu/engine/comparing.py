"""What changed between two versions of a rule book, in words; and which units' scores move by it, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from gangmu.engine import keys, numbers
from gangmu.engine.facts import Case, Facts, Row
from gangmu.engine.keys import Key
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import TOTAL, RuleBook
from gangmu.engine.scoring import Results, score
from gangmu.problems import Problems, Text

Content = Any
"""What a rule book says, without where: texts, lists, mappings."""

NODES = ("section", "indicator")


@dataclass(frozen=True, slots=True)
class Change:
    """One change. what: `added`, `removed`, `renamed`, `moved` or `changed`; key: which entry, "" for a whole part."""

    what: str
    part: str
    code: str
    clause: str
    key: str
    old: str
    new: str
    text: Text

    def as_json(self) -> dict[str, str]:
        return {
            "type": "change",
            "what": self.what,
            "part": self.part,
            "code": self.code,
            "clause": self.clause,
            "key": self.key,
            "old": self.old,
            "new": self.new,
            "text_zh": self.text.zh,
            "text_en": self.text.en,
        }


@dataclass(frozen=True, slots=True)
class Move:
    """How a unit fares under both versions. Scores exact; None: no score, rank or grade. nodes: what else moved."""

    unit: str
    period: str
    old_total: Fraction | None
    new_total: Fraction | None
    old_rank: Fraction | None
    new_rank: Fraction | None
    old_grade: str | None
    new_grade: str | None
    nodes: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def difference(self) -> Fraction | None:
        if self.old_total is None or self.new_total is None:
            return None
        return self.new_total - self.old_total

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "unit",
            "unit": self.unit,
            "period": self.period,
            "old_total": _exact(self.old_total),
            "new_total": _exact(self.new_total),
            "difference": _exact(self.difference),
            "old_rank": _exact(self.old_rank),
            "new_rank": _exact(self.new_rank),
            "old_grade": self.old_grade,
            "new_grade": self.new_grade,
            "nodes": {code: _exact(value) for code, value in self.nodes.items()},
        }


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else numbers.exact(value)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a book: what it is, where it stands, what it says apart from its parts."""

    form: str
    code: str
    above: str
    says: Mapping[str, Content]

    @property
    def clause(self) -> str:
        return str(self.says.get("clause", ""))

    def name(self) -> Text:
        said = self.says.get("name", self.says.get("title", ""))
        if isinstance(said, dict):
            return Text(str(said.get("zh", "")), str(said.get("en") or said.get("zh", "")))
        return Text(str(said), str(said))

    def said(self) -> Text:
        """Clause and name, as a sentence begins with."""
        if self.form in ("book", "rank", "grades", "total") and not self.says.get("name"):
            return _NAMES[self.form]
        name = self.name() if self.name().zh else Text(self.code, self.code)
        return Text(f"{self.clause}“{name.zh}”", f'{self.clause} "{name.en}"'.strip())


_NAMES = {
    "book": Text("办法", "the rule book"),
    "section": Text("考核内容", "section"),
    "indicator": Text("考核指标", "indicator"),
    "veto": Text("一票否决", "veto"),
    "group": Text("分组", "group"),
    "grade": Text("等次", "grade"),
    "reward": Text("奖惩", "reward"),
    "example": Text("算例", "example"),
    "hole": Text("漏洞", "hole"),
    "total": Text("总分", "total"),
    "rank": Text("排名", "ranks"),
    "grades": Text("等次", "grades"),
}


def changes(old: RuleBook, new: RuleBook) -> list[Change]:
    """Every change, in the order of the new book, what was removed last; nothing where both mean the same."""
    before, after = _parts(old.content), _parts(new.content)
    renamed = _renamed(before, after)
    found: list[Change] = []
    for key, part in after.items():
        origin = before.get(key) or before.get(renamed.get(key, key))
        if origin is None:
            found.append(_whole("added", part, "新增", "added"))
            continue
        if origin.code != part.code:
            found.append(_code(origin, part))
        if origin.above != part.above:
            found.append(_moved(origin, part, before, after))
        found += _of_part(origin, part)
    kept = after.keys() | renamed.values()
    found += [_whole("removed", part, "删去", "removed") for key, part in before.items() if key not in kept]
    return found


def _parts(content: Content) -> dict[tuple[str, str], _Part]:
    """Every part of a book by form and code, from the top down."""
    found: dict[tuple[str, str], _Part] = {}
    for part in _walk(content):
        found.setdefault((part.form, part.code), part)
    return found


def _walk(content: Mapping[str, Content]) -> Iterator[_Part]:
    held = (
        "groups",
        "total",
        "sections",
        "indicators",
        "vetoes",
        "rank",
        "grades",
        "rewards",
        "examples",
        "holes",
    )
    yield _Part("book", "", "", {key: value for key, value in content.items() if key not in held})
    yield _Part("total", TOTAL, "", _mapping(content.get("total")))
    for code, group in _mapping(content.get("groups")).items():
        yield _Part("group", code, "", _group(group))
    yield from _nodes(content, TOTAL)
    for veto in _list(content.get("vetoes")):
        says = {key: value for key, value in veto.items() if key != "code"}
        yield _Part("veto", str(veto.get("code")), "", says)
    yield _Part("rank", "", "", _mapping(content.get("rank")))
    grades = _mapping(content.get("grades"))
    yield _Part("grades", "", "", {key: value for key, value in grades.items() if key != "list"})
    for grade in _list(grades.get("list")):
        yield _Part("grade", str(grade.get("grade")), "", {"name": grade.get("grade"), **grade})
    for reward in _list(content.get("rewards")):
        said = [str(reward.get(key, "")) for key in ("name", "grade", "rank_to")]
        yield _Part("reward", " ".join(said).strip(), "", reward)
    for example in _list(content.get("examples")):
        yield _Part("example", str(example.get("name")), "", example)
    for hole in _list(content.get("holes")):
        yield _Part(
            "hole", f"{hole.get('clause', '')} {hole.get('zh', '')}".strip(), "", {"name": hole, **hole}
        )


def _group(group: Content) -> Mapping[str, Content]:
    """A group's name stands under `zh` and `en`, under `name`, or alone."""
    if not isinstance(group, dict):
        return {"name": group}
    name = {key: group[key] for key in ("zh", "en") if key in group}
    rest = {key: value for key, value in group.items() if key not in name}
    return {"name": name, **rest} if name else rest


def _nodes(content: Mapping[str, Content], above: str) -> Iterator[_Part]:
    for key in ("sections", "indicators"):
        for node in _list(content.get(key)):
            code = str(node.get("code"))
            says = {
                name: value for name, value in node.items() if name not in ("sections", "indicators", "code")
            }
            yield _Part(key.removesuffix("s"), code, above, says)
            yield from _nodes(node, code)


def _mapping(value: Content) -> Mapping[str, Content]:
    return value if isinstance(value, dict) else {}


def _list(value: Content) -> Sequence[Mapping[str, Content]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


Parts = Mapping[tuple[str, str], _Part]


def _renamed(before: Parts, after: Parts) -> dict[tuple[str, str], tuple[str, str]]:
    """New key → old key of parts that say the same, or carry the same name, under another code."""
    gone = {key: part for key, part in before.items() if key not in after}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for key, part in after.items():
        if key in before:
            continue
        alike = next(
            (old for old, origin in gone.items() if old[0] == key[0] and _same_part(origin, part)), None
        )
        if alike is not None:
            found[key] = alike
            del gone[alike]
    return found


def _same_part(origin: _Part, part: _Part) -> bool:
    if origin.form in NODES:
        return origin.says == part.says or (
            origin.name() == part.name() and origin.says.get("kind") == part.says.get("kind")
        )
    return origin.form in ("veto", "group") and bool(part.name().zh) and origin.name() == part.name()


def _whole(what: str, part: _Part, zh: str, en: str) -> Change:
    kind = _NAMES[part.form]
    said = part.said()
    more = _worth(part)
    return Change(
        what,
        part.form,
        part.code,
        part.clause,
        "",
        "",
        "",
        Text(f"{zh}{kind.zh}{said.zh}{more.zh}", f"{en} {kind.en} {said.en}{more.en}"),
    )


def _worth(part: _Part) -> Text:
    """The kind and full mark of an indicator, beside its name."""
    if part.form != "indicator":
        return Text("", "")
    kind = kinds().get(str(part.says.get("kind")))
    name = kind.name if kind else Text("", "")
    full = part.says.get("full")
    if full is None:
        return Text(f"（{name.zh}）", f" ({name.en})")
    said = _said(full)
    return Text(f"（{name.zh}，{said.zh}分）", f" ({name.en}, {said.en} points)")


def _code(origin: _Part, part: _Part) -> Change:
    said = part.said()
    return Change(
        "renamed",
        part.form,
        part.code,
        part.clause,
        "code",
        origin.code,
        part.code,
        Text(
            f"{said.zh}：编码由 {origin.code} 改为 {part.code}",
            f"{said.en}: code {origin.code} → {part.code}",
        ),
    )


def _moved(origin: _Part, part: _Part, before: Parts, after: Parts) -> Change:
    said = part.said()
    old, new = (_place(each.above, parts) for each, parts in ((origin, before), (part, after)))
    return Change(
        "moved",
        part.form,
        part.code,
        part.clause,
        "",
        origin.above,
        part.above,
        Text(f"{said.zh}：由{old.zh}移到{new.zh}", f"{said.en}: moved from {old.en} to {new.en}"),
    )


def _place(code: str, parts: Parts) -> Text:
    section = parts.get(("section", code))
    return section.said() if section else _NAMES["total"]


def _of_part(origin: _Part, part: _Part) -> Iterator[Change]:
    """Changed entries of a part: keys in the order of the table, those it does not know after them."""
    known = _known(part)
    for key in dict.fromkeys([*(each.name for each in known.values()), *origin.says, *part.says]):
        each = known.get(key, Key(key, keys.TEXT, Text(key, key)))
        old, new = origin.says.get(key), part.says.get(key)
        if not _same(_stated(old, each), _stated(new, each)):
            yield _entry(part, each, old, new)


def _known(part: _Part) -> dict[str, Key]:
    listed = keys.FORMS_OF.get(part.form, ())
    kind = kinds().get(str(part.says.get("kind"))) if part.form == "indicator" else None
    own = keys.of_kind(kind) if kind else ()
    return {each.name: each for each in (*listed, *own)}


def _stated(value: Content, key: Key) -> Content:
    """What is meant where nothing is said: the default."""
    return (key.default or None) if value is None or value == "" else value


def _same(old: Content, new: Content) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return _plain(old) == _plain(new)
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _plain(said: str) -> object:
    """A number by its value, a yes by its meaning, anything else as it is written."""
    number = numbers.read(said)
    if number is not None:
        return number
    return {"true": "yes", "是": "yes", "false": "no", "否": "no"}.get(said.strip().lower(), said.strip())


def _entry(part: _Part, key: Key, old: Content, new: Content) -> Change:
    place = part.said()
    if isinstance(old, dict) and isinstance(new, dict) and not {"zh", "en"} & (old.keys() | new.keys()):
        zh, en = (_entries(old, new, language) for language in ("zh", "en"))
    else:
        before, after = _said(_shown(old, key), key), _said(_shown(new, key), key)
        if before.zh == after.zh and before.en != after.en:  # only the English of a text
            before, after = (Text(f"英文{each.en}", each.en) for each in (before, after))
        zh = f"由{before.zh}改为{after.zh}" if before != after else "改了写法"
        en = f"{before.en} → {after.en}" if before != after else "is worded otherwise"
    label = key.label
    return Change(
        "changed",
        part.form,
        part.code,
        part.clause,
        key.name,
        _said(old).zh,
        _said(new).zh,
        Text(f"{place.zh}：{label.zh}{zh}", f"{place.en}: {label.en} {en}"),
    )


def _shown(value: Content, key: Key) -> Content:
    return key.default if value is None and key.default else value


def _entries(old: Mapping[str, Content], new: Mapping[str, Content], language: str) -> str:
    """Only the entries of a table that differ."""
    english = language == "en"
    said = []
    for name in dict.fromkeys([*old, *new]):
        before, after = (_said(each.get(name)).say(language) for each in (old, new))
        if name not in old:
            said.append(f"{name} {after} added" if english else f"新增{name} {after}")
        elif name not in new:
            said.append(f"{name} {before} removed" if english else f"删去{name} {before}")
        elif not _same(old[name], new[name]):
            said.append(f"{name} {before} → {after}" if english else f"{name}由{before}改为{after}")
    return "; ".join(said) if english else "：" + "，".join(said)


def _said(value: Content, key: Key | None = None) -> Text:
    """A value in words of both languages."""
    if value is None or value == "":
        return Text("无", "none")
    if isinstance(value, str):
        if key is not None and key.name == "kind" and value in kinds():
            return kinds()[value].name
        if key is not None and key.type in (keys.CHOICE, keys.YES, keys.MISSING):
            return keys.word(
                "yes" if _plain(value) == "yes" else "no" if _plain(value) == "no" else value, key.name
            )
        return Text(value, value)
    if isinstance(value, list):
        parts = [_said(item) for item in value]
        return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    if value.keys() and value.keys() <= {"zh", "en"}:
        zh = str(value.get("zh", ""))
        return Text(f"“{zh}”", f'"{value.get("en") or zh}"')
    parts = [Text(f"{name} {_said(each).zh}", f"{name} {_said(each).en}") for name, each in value.items()]
    return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def moves(old: RuleBook, new: RuleBook, facts: Facts) -> list[Move]:
    """Every unit whose total, rank, grade or any node moves, in the order of the facts.

    Facts that only one of the versions knows are left out for the other; a renamed indicator keeps its facts.
    InputRefused lists what is wrong with them for either.
    """
    renamed = {
        key[1]: origin[1] for key, origin in _renamed(_parts(old.content), _parts(new.content)).items()
    }
    known_before, known_after = _codes(old), _codes(new)
    forwards = {before: after for after, before in renamed.items()}
    before = score(old, _facts_for(facts, known_before, known_after - known_before, {}))
    after = score(new, _facts_for(facts, known_after, known_before - known_after, forwards))
    cases = dict.fromkeys([*before.cases, *after.cases])
    found = [_move(case, before, after, renamed) for case in cases]
    return [move for move in found if _moves(move)]


def _codes(book: RuleBook) -> frozenset[str]:
    return frozenset([*(node.code for node in book.nodes()), *(veto.code for veto in book.vetoes)])


def _facts_for(
    facts: Facts, known: frozenset[str], strange: frozenset[str], renamed: Mapping[str, str]
) -> Facts:
    problems = Problems()
    rows: list[Row] = []
    for row in facts.rows():
        code = renamed.get(row.indicator, row.indicator) if row.indicator not in known else row.indicator
        if code in known or code not in strange:
            rows.append(_with_code(row, code))
    found = Facts.of(rows, problems, facts.file)
    for case in facts.order:
        found.order.setdefault(case)
    problems.raise_if_any()
    return found


def _with_code(row: Row, code: str) -> Row:
    if code == row.indicator:
        return row
    return Row(
        row.unit,
        row.period,
        code,
        row.event,
        row.scorer,
        row.field,
        row.value,
        row.file,
        row.sheet,
        row.cell,
        row.loose,
    )


def _move(case: Case, before: Results, after: Results, renamed: Mapping[str, str]) -> Move:
    old, new = _total(before, case), _total(after, case)
    return Move(
        case.unit,
        case.period,
        old,
        new,
        before.rank(TOTAL, case) if case in before.groups else None,
        after.rank(TOTAL, case) if case in after.groups else None,
        before.grades.get(case),
        after.grades.get(case),
        dict(_node_moves(case, before, after, renamed)),
    )


def _total(results: Results, case: Case) -> Fraction | None:
    value = results.columns[TOTAL].get(case)
    return value if isinstance(value, Fraction) else None


def _node_moves(
    case: Case, before: Results, after: Results, renamed: Mapping[str, str]
) -> Iterator[tuple[str, Fraction]]:
    for node in after.book.indicators():
        old = before.columns.get(renamed.get(node.code, node.code), {}).get(case)
        new = after.columns[node.code].get(case)
        if isinstance(old, Fraction) and isinstance(new, Fraction) and old != new:
            yield node.code, new - old


def _moves(move: Move) -> bool:
    return bool(
        move.nodes
        or move.old_total != move.new_total
        or move.old_rank != move.new_rank
        or move.old_grade != move.new_grade
    )
