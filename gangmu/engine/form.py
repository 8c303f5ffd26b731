"""A mapping of a rule book as a form that is filled in: typed entries, every wrong one a finding with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from fractions import Fraction

from gangmu.engine import numbers
from gangmu.engine.nearest import nearest
from gangmu.engine.yaml_tree import Mapping, Scalar, Tree
from gangmu.engine.yaml_tree import Sequence as Items
from gangmu.problems import Problem, Problems, Text

YES, NO = {"yes", "true", "是"}, {"no", "false", "否"}


class Form:
    """A mapping being read. `close` reports the keys nobody asked for."""

    def __init__(self, tree: Tree, problems: Problems, file: str, where: str = "") -> None:
        self.problems = problems
        self.file = file
        self.where = where
        self.asked: list[str] = []
        self.inherited: Set[str] = frozenset()
        self.entries: dict[str, Tree] = {}
        self.lines: dict[str, int] = {}
        self.line = tree.line
        if isinstance(tree, Mapping):
            self.entries, self.lines = tree.entries, tree.lines
        elif not (isinstance(tree, Scalar) and not tree.text):
            self.refuse("shape", "应写成“键: 值”的形式", "is written as `key: value`", line=tree.line)

    def refuse(
        self, code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "", line: int = 0
    ) -> None:
        """A finding, with the place of this form in front."""
        place = f"{self.where}：" if self.where else ""
        place_en = f"{self.where}: " if self.where else ""
        self.problems.add(
            Problem(
                f"rulebook.{code}",
                Text(place + zh, place_en + en),
                Text(hint_zh, hint_en),
                self.file,
                "",
                f"line {line or self.line}",
            )
        )

    def has(self, key: str) -> bool:
        self.asked.append(key)
        return key in self.entries and not _empty(self.entries[key])

    def inherit(self, whole: Mapping) -> None:
        """Takes the entries of `whole` that it lacks; of those it does not know none is a finding here."""
        self.inherited = whole.entries.keys() - self.entries.keys()
        self.entries, self.lines = whole.entries, whole.lines

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def tree(self, key: str) -> Tree | None:
        return self.entries[key] if self.has(key) else None

    def text(self, key: str, default: str | None = "") -> str:
        """A text; default None: it must be given."""
        tree = self.tree(key)
        if tree is None:
            if default is None:
                self.refuse(
                    "required", f"缺少“{key}”", f'"{key}" is missing', f"请写 {key}:", f"write {key}:"
                )
            return default or ""
        if isinstance(tree, Scalar):
            return tree.text.strip()
        self.refuse("shape", f"“{key}”应是文字", f'"{key}" is a text', line=self.line_of(key))
        return default or ""

    def both(self, key: str, default: str | None = "") -> Text:
        """A text in both languages: `{zh: …, en: …}`, or one text for both."""
        tree = self.tree(key)
        if isinstance(tree, Mapping):
            inner = Form(tree, self.problems, self.file, self.where)
            zh, en = inner.text("zh", None), inner.text("en")
            inner.close()
            return Text(zh, en or zh)
        said = self.text(key, default)
        return Text(said, said)

    def number(self, key: str) -> Fraction | None:
        tree = self.tree(key)
        return None if tree is None else self.as_number(key, tree)

    def as_number(self, key: str, tree: Tree) -> Fraction | None:
        found = numbers.read(tree.text) if isinstance(tree, Scalar) else None
        if found is None:
            said = tree.text if isinstance(tree, Scalar) else "…"
            self.refuse(
                "number",
                f"“{key}”应是数，写的是“{said}”",
                f'"{key}" is a number, not "{said}"',
                "例如 5、0.5、20%",
                "such as 5, 0.5, 20%",
                tree.line,
            )
        return found

    def whole(self, key: str, least: int = -6, most: int = 60) -> int | None:
        found = self.number(key)
        if found is None:
            return None
        if found.denominator != 1 or not least <= found <= most:
            self.refuse(
                "whole",
                f"“{key}”应是{least}到{most}之间的整数",
                f'"{key}" is a whole number from {least} to {most}',
                line=self.line_of(key),
            )
            return None
        return int(found)

    def yes(self, key: str, default: bool = False) -> bool:
        said = self.text(key).lower()
        if said and said not in YES | NO:
            self.refuse("yes", f"“{key}”应是 yes 或 no", f'"{key}" is yes or no', line=self.line_of(key))
        return said in YES if said else default

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        said = self.text(key) or default
        if said in options:
            return said
        near = nearest(said, options)
        self.refuse(
            "choice",
            f"“{key}”不能是“{said}”，可选：{'、'.join(options)}",
            f'"{key}" is one of {", ".join(options)}, not "{said}"',
            f"是否就是“{near}”" if near else "",
            f'is it "{near}"' if near else "",
            self.line_of(key),
        )
        return default

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts, or a single one."""
        tree = self.tree(key)
        if isinstance(tree, Scalar):
            return (tree.text.strip(),)
        found = []
        for item in self.items(key):
            if isinstance(item, Scalar):
                found.append(item.text.strip())
            else:
                self.refuse("shape", f"“{key}”应是一列文字", f'"{key}" is a list of texts', line=item.line)
        return tuple(found)

    def items(self, key: str) -> tuple[Tree, ...]:
        tree = self.tree(key)
        if tree is None:
            return ()
        if isinstance(tree, Items):
            return tree.items
        self.refuse(
            "shape", f"“{key}”应是列表（每项以 - 开头）", f'"{key}" is a list', line=self.line_of(key)
        )
        return ()

    def forms(self, key: str, where: str = "") -> Iterator[Form]:
        for item in self.items(key):
            yield Form(item, self.problems, self.file, where or self.where)

    def form(self, key: str) -> Form | None:
        tree = self.tree(key)
        return None if tree is None else Form(tree, self.problems, self.file, self.where)

    def pairs(self, key: str) -> list[tuple[str, Tree, int]]:
        """The entries of a mapping with their lines."""
        tree = self.tree(key)
        if tree is None:
            return []
        if isinstance(tree, Mapping):
            return [(name, value, tree.lines[name]) for name, value in tree.entries.items()]
        self.refuse("shape", f"“{key}”应写成“键: 值”的形式", f'"{key}" is a mapping', line=self.line_of(key))
        return []

    def close(self) -> None:
        for key in self.entries:
            if key not in self.asked and key not in self.inherited:
                self.refuse(
                    "unknown_key",
                    f"不认识“{key}”",
                    f'"{key}" is not known here',
                    *self._instead_of(key),
                    self.lines[key],
                )

    def _instead_of(self, key: str) -> tuple[str, str]:
        if key.endswith(")"):
            return (
                "花括号内含逗号的公式要加引号",
                "within braces a formula with commas stands in quotes",
            )
        near = nearest(key, self.asked)
        if near:
            return f"是否就是“{near}”", f'is it "{near}"'
        known = list(dict.fromkeys(self.asked))
        return f"请删去，或改用：{'、'.join(known)}", f"remove it, or use one of: {', '.join(known)}"


def _empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and not tree.quoted and tree.text.strip() in ("", "~", "null")
