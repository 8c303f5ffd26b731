"""YAML as a plain tree that knows its lines, safe against hostile files.

Scalars stay the text that stands in the file: what is a number, a yes or a date is decided by who reads the tree,
so `on:` is a word and `1.10` keeps its zero. Aliases, tags and several documents are refused: a rule book needs none,
and each is a way to make a small file large or to make it do something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from gangmu.problems import InputRefused, Problem, Text, refuse

MAX_SIZE = 4_000_000
MAX_DEPTH = 40
MAX_NODES = 400_000

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with its line (counted from 1). `quoted`: it stood in quotes."""

    text: str
    line: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Tree, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the order of the file; `lines` is the line of each key."""

    entries: dict[str, Tree]
    lines: dict[str, int]
    line: int


Tree = Scalar | Sequence | Mapping


def parse(text: str, file: str = "") -> Tree:
    """The tree of a YAML text. `InputRefused` with the line where it is not YAML, or not harmless."""
    if len(text) > MAX_SIZE:
        raise refuse(
            "rulebook.too_large",
            f"文件有{len(text)}个字符，最多{MAX_SIZE}个",
            f"the file has {len(text)} characters, at most {MAX_SIZE} are read",
            "请拆分考核办法",
            "split the rule book",
            file=file,
        )
    try:
        return _Builder(iter(yaml.parse(text, Loader=_Loader)), file).document()
    except yaml.YAMLError as error:
        raise _unreadable(error, text, file) from error


def _unreadable(error: yaml.YAMLError, text: str, file: str) -> InputRefused:
    """What YAML says of a text, with the line. Control characters are found again: libyaml tells no line of them."""
    stray = next((at for at, char in enumerate(text) if yaml.reader.Reader.NON_PRINTABLE.match(char)), None)
    if stray is not None:
        line = text.count("\n", 0, stray) + 1
        return refuse(
            "rulebook.control",
            f"有不可见的控制字符（U+{ord(text[stray]):04X}）",
            f"there is a control character (U+{ord(text[stray]):04X})",
            "请删去；如文件不是文本，请另存为 UTF-8 文本",
            "remove it; if the file is no text, save it as UTF-8 text",
            file=file,
            cell=f"line {line}",
        )
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or error)
    return refuse(
        "rulebook.syntax",
        f"文件读不懂：{said}",
        f"the file cannot be read: {said}",
        "请检查缩进、冒号后的空格和引号；花括号内含逗号的公式要加引号",
        "check indentation, the space after a colon, and quotes: within braces a formula with commas needs them",
        file=file,
        cell=f"line {mark.line + 1}" if mark else "",
    )


def plain(tree: Tree) -> object:
    """The tree as lists, dicts with sorted keys, and texts: what it says, without where."""
    if isinstance(tree, Scalar):
        return tree.text
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key: plain(tree.entries[key]) for key in sorted(tree.entries)}


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


class _Builder:
    """Builds the tree event by event, counting as it goes: nothing is built before it is known to be small."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self.events = events
        self.file = file
        self.nodes = 0

    def document(self) -> Tree:
        tree: Tree = Mapping({}, {}, 1)
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(event, "several", "有多份文档", "holds several documents")
            elif isinstance(event, yaml.NodeEvent):
                tree = self._node(event, 0)
        return tree

    def _node(self, event: yaml.Event, depth: int) -> Tree:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise self._refused(event, "too_large", "层次或条目过多", "is nested or filled too much")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "alias", "用了锚点或别名（& *）", "uses an anchor or alias (& *)")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise self._refused(event, "tag", f"用了标签 {tag}", f"uses the tag {tag}")
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, bool(event.style))  # plain: None, and "" of libyaml
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), line)
        return self._mapping(line, depth)

    def _items(self, depth: int) -> Iterator[Tree]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> Mapping:
        entries: dict[str, Tree] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._refused(event, "key", "键必须是文字", "has a key that is not a text")
            if key.text in entries:
                raise self._refused(
                    event,
                    "twice",
                    f"“{key.text}”写了两次（第{lines[key.text]}行已有）",
                    f'says "{key.text}" twice (first on line {lines[key.text]})',
                )
            entries[key.text] = self._node(next(self.events), depth + 1)
            lines[key.text] = key.line
        return Mapping(entries, lines, line)

    def _refused(self, event: yaml.Event, code: str, zh: str, en: str) -> InputRefused:
        place = f"line {_line(event)}"
        return InputRefused(
            (
                Problem(
                    f"rulebook.{code}",
                    Text(zh, f"the file {en}"),
                    Text("请直接写出内容", "write the content out plainly"),
                    self.file,
                    "",
                    place,
                ),
            )
        )
