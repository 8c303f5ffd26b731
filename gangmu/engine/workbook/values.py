"""What an entry of a rule book looks like in a cell, and what a cell says.

Nothing is lost: an entry whose cell would not give it back exactly stands in the column 其他 (others), as it is written in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from decimal import Decimal

from gangmu.engine import keys
from gangmu.engine import kind as kind_types
from gangmu.engine.keys import Key
from gangmu.engine.kinds import kinds
from gangmu.engine.yaml_tree import Mapping, Scalar, Sequence, Tree, parse
from gangmu.problems import InputRefused
from gangmu.sheets.cells import shown
from gangmu.sheets.writing import EXACT_DIGITS

TABLES = (
    keys.AMOUNT,
    keys.FACT,
    keys.ROUND,
    keys.SCORERS,
    keys.FIGURE,
    keys.FIGURES,
    keys.TEXTS,
    keys.INPUTS,
    keys.STEPS,
    keys.AVAILABLE,
    kind_types.NUMBER,
    kind_types.BANDS,
    kind_types.LEVELS,
)
"""Entries that may be a table: in a cell a line an entry, `甲镇：5`."""

LISTS = (keys.WORDS, keys.INPUTS, kind_types.NUMBERS)
CHOICES = (keys.CHOICE, keys.YES, keys.MISSING, keys.SCORERS)

_SEPARATOR = re.compile(r"\s*[、，,;；\n]\s*")
_POINTS, _AVERAGE = re.compile(r"得\s*([-+.\d]+)\s*分"), re.compile(r"取\s*(.+?)\s*组平均")


def encoded(tree: Tree, key: Key) -> str | None:
    """The text of a cell that says this; None where no cell would give it back."""
    text = _encoded(tree, key)
    if text is None or text != text.strip() or not text:
        return None
    return text if same(decoded(text, key), tree) else None


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees say the same in the same order."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        pairs = zip(one.entries.items(), other.entries.items(), strict=False)
        return len(one.entries) == len(other.entries) and all(
            a == b and same(value, of) for (a, value), (b, of) in pairs
        )
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.text == other.text


def _encoded(tree: Tree, key: Key) -> str | None:
    if isinstance(tree, Scalar):
        return {**_words_of_amounts(key), **words(key)}.get(tree.text, tree.text)
    if isinstance(tree, Sequence):
        texts = [item.text for item in tree.items if isinstance(item, Scalar)]
        return "、".join(texts) if key.type in LISTS and len(texts) == len(tree.items) else None
    if key.type == keys.MISSING:
        return _rule(tree)
    if key.type in TABLES and all(isinstance(value, Scalar) for value in tree.entries.values()):
        return "\n".join(
            f"{name}：{value.text}" for name, value in tree.entries.items() if isinstance(value, Scalar)
        )
    return None


def _rule(tree: Mapping) -> str | None:
    for name, sentence in (("points", "得{}分"), ("average_of", "取{}组平均")):
        value = tree.entries.get(name)
        if isinstance(value, Scalar):
            return sentence.format(value.text)
    return None


def decoded(text: str, key: Key, line: int = 0) -> Tree:
    """What the text of a cell says for a key."""
    if key.type == keys.MISSING:
        rule = _rule_of(text, line)
        if rule is not None:
            return rule
    if key.type in TABLES and "：" in text.replace(":", "："):
        return _table(text, line)
    if key.type in LISTS:
        return Sequence(tuple(Scalar(part, line) for part in _SEPARATOR.split(text) if part), line)
    by_word = {word: option for option, word in {**_words_of_amounts(key), **words(key)}.items()}
    return Scalar(by_word.get(text, text), line)


def _rule_of(text: str, line: int) -> Mapping | None:
    for name, pattern in (("points", _POINTS), ("average_of", _AVERAGE)):
        said = pattern.fullmatch(text)
        if said:
            return Mapping({name: Scalar(said[1], line)}, {name: line}, line)
    return None


def _table(text: str, line: int) -> Mapping:
    """Lines `name：value`; a line without a colon is a name without value, which the loader then refuses."""
    entries: dict[str, Tree] = {}
    for row in filter(None, map(str.strip, text.splitlines())):
        sign = next((sign for sign in ("：", ": ") if sign in row), ":")
        name, _, value = row.partition(sign)
        entries[name.strip()] = Scalar(value.strip(), line)
    return Mapping(entries, dict.fromkeys(entries, line), line)


def _words_of_amounts(key: Key) -> Table[str, str]:
    """What may stand in place of a number: no bound at all, or the figure it comes from."""
    found = {"none": "不设"} if key.type in (keys.AMOUNT, kind_types.NUMBER) else {}
    return {option: keys.word(option).zh for option in keys.SOURCES} if key.type == keys.FACT else found


def words(key: Key) -> Table[str, str]:
    """Option → the word a person reads, for choices; kinds by their names."""
    if key.name == "kind":
        return {code: kind.name.zh for code, kind in kinds().items()}
    if key.type == keys.YES:
        return {option: keys.word(option).zh for option in ("yes", "no")}
    if key.type not in CHOICES:
        return {}
    found = {option: keys.word(option, key.name).zh for option in key.options}
    return found if len(set(found.values())) == len(found) else {}


def cell(text: str) -> str | Decimal:
    """A number where a spreadsheet keeps it as it is written, else the text."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and len(text.strip("-").replace(".", "")) <= EXACT_DIGITS:
        number = Decimal(text)
        if shown(number) == text:
            return number
    return text


def others(text: str, known: Table[str, Key], line: int) -> dict[str, Tree]:
    """The lines of 其他: key or label, and a value; one that is written as in the file is read so."""
    found: dict[str, Tree] = {}
    labels = {key.label.zh: key for key in known.values()}
    for row in filter(None, map(str.strip, text.splitlines())):
        name, _, value = (row if "：" in row else row.replace(":", "：", 1)).partition("：")
        key = known.get(name.strip()) or labels.get(name.strip())
        said = value.strip()
        try:
            tree = _moved(parse(f"- {said}"), line)
        except InputRefused:
            tree = Scalar(said, line)
        if key is not None and isinstance(tree, Scalar) and not tree.quoted:
            tree = decoded(said, key, line) if said else Scalar("", line)
        found[key.name if key else name.strip()] = tree
    return found


def _moved(tree: Tree, line: int) -> Tree:
    """The only item of a list, at a line of the caller's."""
    item = tree.items[0] if isinstance(tree, Sequence) else tree
    return at_line(item, line)


def at_line(tree: Tree, line: int) -> Tree:
    if isinstance(tree, Scalar):
        return Scalar(tree.text, line, tree.quoted)
    if isinstance(tree, Sequence):
        return Sequence(tuple(at_line(item, line) for item in tree.items), line)
    entries = {key: at_line(value, line) for key, value in tree.entries.items()}
    return Mapping(entries, dict.fromkeys(entries, line), line)
