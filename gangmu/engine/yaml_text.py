"""A tree as YAML text that a person would have written: blocks above, one line for what is small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gangmu.engine.yaml_tree import Mapping, Scalar, Sequence, Tree

WIDTH = 150

_PLAIN = re.compile(r"-?\d[\d.]*%?|[\w（“％℃·—./+<=(][^\n\r\t\"#{}\[\],&*!|]*")
_NEVER_PLAIN = re.compile(r":(\s|$)|\s#|^\s|\s$|^(~|null|Null|NULL)$")


def written(tree: Mapping) -> str:
    """The text of a whole file. `yaml_tree.parse` gives the same tree back."""
    return "".join(f"{line}\n" for line in _block(tree))


def flow(tree: Tree) -> str:
    """A tree in one line."""
    if isinstance(tree, Scalar):
        return scalar(tree)
    if isinstance(tree, Sequence):
        return "[" + ", ".join(flow(item) for item in tree.items) + "]"
    return "{" + ", ".join(f"{_text(key)}: {flow(value)}" for key, value in tree.entries.items()) + "}"


def scalar(tree: Scalar) -> str:
    return "" if not tree.text and not tree.quoted else _text(tree.text, tree.quoted)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def quoted(text: str) -> str:
    """A text in double quotes, in one line whatever it holds."""
    return '"' + "".join(_ESCAPES.get(char) or _printable(char) for char in text) + '"'


def _printable(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _text(text: str, in_quotes: bool = False) -> str:
    if _PLAIN.fullmatch(text) and not _NEVER_PLAIN.search(text) and text.isprintable():
        return text
    if text in ("~", "null", "Null", "NULL") and not in_quotes:
        return text
    return quoted(text)


def _block(tree: Mapping) -> Iterator[str]:
    for key, value in tree.entries.items():
        inline = flow(value)
        if isinstance(value, Scalar) or not _spread(key, value, inline):
            yield f"{_text(key)}: {inline}".rstrip()
        else:
            yield f"{_text(key)}:"
            yield from (f"  {line}" for line in _inside(value))


def _inside(value: Mapping | Sequence) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _block(value)
    else:
        for item in value.items:
            inline = flow(item)
            if (
                isinstance(item, Mapping)
                and item.entries
                and (len(inline) > WIDTH or _LISTS & item.entries.keys())
            ):
                first, *rest = _block(item)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
            else:
                yield f"- {inline}"


_LISTS = {"sections", "indicators", "facts"}


def _spread(key: str, value: Tree, inline: str) -> bool:
    """Whether an entry is worth lines of its own: lists of mappings, and whatever is long."""
    if isinstance(value, Sequence):
        return any(isinstance(item, Mapping) for item in value.items) or len(inline) > WIDTH
    return isinstance(value, Mapping) and bool(value.entries) and len(inline) > WIDTH
