"""YAML that remembers its lines, so that a finding about a declaration can name its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from gangmu.problems import Problem, Problems, Text


class Lined(dict[str, Any]):
    """A mapping of a YAML file. `line` is its first line, `lines` that of each key."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


if TYPE_CHECKING:
    _SafeLoader = yaml.SafeLoader
else:  # libyaml, where PyYAML was built with it, parses the catalogue ten times as fast
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):
    """SafeLoader whose mappings are `Lined`, and whose numbers with a point stay exact texts."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Lined:
    content = loader.construct_mapping(node, deep=True)
    found = Lined({str(key): value for key, value in content.items()})
    found.line = node.start_mark.line + 1
    found.lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    return found


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _as_written)


def read(text: str, shown: str, problems: Problems) -> Any:
    """The content of a YAML text; None, with a problem added, where it is not YAML. `shown`: the file in findings."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(
            Problem(
                "declaration.syntax",
                Text(f"文件读不懂：{error}", f"the file cannot be read: {error}"),
                Text(
                    "请检查缩进、冒号后的空格和引号", "check indentation, the space after a colon, and quotes"
                ),
                file=shown,
                cell=f"line {mark.line + 1}" if mark else "",
            )
        )
        return None


def read_file(path: Path, shown: str, problems: Problems) -> Any:
    """`read` of a file in UTF-8; a file that is not text is a finding too."""
    try:
        return read(path.read_text(encoding="utf-8"), shown, problems)
    except UnicodeDecodeError:
        problems.add(
            Problem(
                "declaration.encoding",
                Text("文件不是 UTF-8 文本", "the file is no UTF-8 text"),
                Text("请另存为 UTF-8", "save it as UTF-8"),
                file=shown,
            )
        )
        return None
