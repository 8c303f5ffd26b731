"""The catalogue: each figure declared once, as YAML, and checked whole.

`catalogue/*.yaml` ships; a district adds to it or overrides single keys in `declared/figures/*.yaml`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from gangmu.figures.declaring import finding, read_figure
from gangmu.figures.figure import Figure
from gangmu.problems import Problem, Problems, lined_yaml, refuse
from gangmu.problems.lined_yaml import Lined

SHIPPED = Path(__file__).parent / "catalogue"


def catalogue() -> Mapping[str, Figure]:
    """All figures by code, in declared order: shipped ones first, then the district's own.

    Raises InputRefused with every finding of every file where a declaration is wrong.
    """
    return load(settings.DISTRICT.declared / "figures")


@cache
def load(declared: Path | None = None) -> Mapping[str, Figure]:
    """The shipped catalogue with what a folder of declarations adds or overrides. Read once per process."""
    problems = Problems()
    entries: dict[str, Lined] = {}
    origin: dict[str, str] = {}
    for path, shown in _files(declared):
        for entry in _entries(path, shown, problems):
            code = str(entry.get("code", ""))
            if code in entries and origin[code] == "shipped" and shown.startswith("declared"):
                entries[code] = _overridden(entries[code], entry)
            elif code in entries:
                problems.add(_repeated(code, shown, entry))
            else:
                entries[code] = entry
                origin[code] = "declared" if shown.startswith("declared") else "shipped"
    figures = [figure for entry in entries.values() if (figure := read_figure(entry, problems))]
    problems.extend(_shared_names(figures))
    problems.raise_if_any()
    return MappingProxyType({figure.code: figure for figure in figures})


def shipped_codes() -> frozenset[str]:
    """The codes of the figures that ship: what a rule book may name where there is no district to ask."""
    problems = Problems()
    entries = [entry for path, shown in _files(None) for entry in _entries(path, shown, problems)]
    problems.raise_if_any()
    return frozenset(str(entry.get("code", "")) for entry in entries)


def forget() -> None:
    """Read the declarations anew at the next question (they changed on disk)."""
    load.cache_clear()
    _by_word.cache_clear()


def get(code: str) -> Figure:
    """The figure of a code, name or alias; InputRefused with the nearest names where there is none."""
    figure = find(code)
    if figure is None:
        near = "、".join(f"{catalogue()[c].name_zh}（{c}）" for c in nearest(code))
        raise refuse(
            "figure.unknown",
            f"没有名为“{code}”的指标",
            f"there is no figure “{code}”",
            f"最接近的是：{near}" if near else "可用 gangmu figures 查看全部指标",
            f"nearest: {near}" if near else "gangmu figures lists all of them",
        )
    return figure


def find(words: str) -> Figure | None:
    """The figure of a code, a name in either language, or an alias (old words included)."""
    code = _words().get(_plain(words))
    return catalogue()[code] if code else None


def nearest(words: str, most: int = 3) -> list[str]:
    """Codes of the figures whose names come closest to some words, best first."""
    names = _words()
    plain = _plain(words)
    found = difflib.get_close_matches(plain, names, n=most * 3, cutoff=0.5)
    found += [name for name in names if len(plain) > 1 and (plain in name or name in plain)]
    return list(dict.fromkeys(names[name] for name in found))[:most]


def _words() -> Mapping[str, str]:
    return _by_word(settings.DISTRICT.declared / "figures")


@cache
def _by_word(declared: Path | None) -> Mapping[str, str]:
    """Every word a figure goes by, with its code; codes and names go before aliases."""
    figures = load(declared).values()
    words = {_plain(word): f.code for f in figures for word in f.aliases}
    return words | {_plain(word): f.code for f in figures for word in (f.name_en, f.name_zh, f.code)}


def _plain(words: str) -> str:
    return "".join(words.split()).casefold()


def _files(declared: Path | None) -> Iterator[tuple[Path, str]]:
    for path in sorted(SHIPPED.glob("*.yaml")):
        yield path, f"figures/catalogue/{path.name}"
    if declared is not None and declared.is_dir():
        for path in sorted(declared.glob("*.yaml")):
            yield path, f"declared/figures/{path.name}"


def _entries(path: Path, shown: str, problems: Problems) -> Iterator[Lined]:
    content = lined_yaml.read_file(path, shown, problems)
    if content is None:
        return
    if not isinstance(content, list):
        problems.add(
            finding("figure.not_a_list", "文件应是指标的列表", "the file must be a list of figures", shown, 1)
        )
        return
    for entry in content:
        if isinstance(entry, Lined) and entry.get("code"):
            entry["__file__"] = shown
            yield entry
        else:
            line = entry.line if isinstance(entry, Lined) else 1
            problems.add(finding("figure.no_code", "指标缺少 code", "a figure has no code", shown, line))


def _overridden(shipped: Lined, own: Lined) -> Lined:
    merged = Lined({**shipped, **own})
    merged.line, merged.lines = own.line, {**dict.fromkeys(shipped.lines, own.line), **own.lines}
    return merged


def _shared_names(figures: list[Figure]) -> Iterator[Problem]:
    """A word that means two figures would bind documents wrongly."""
    owner: dict[str, Figure] = {}
    for figure in figures:
        for word in dict.fromkeys((figure.code, figure.name_zh, figure.name_en, *figure.aliases)):
            other = owner.setdefault(_plain(word), figure)
            if other is not figure:
                yield finding(
                    "figure.shared_name",
                    f"指标 {figure.code} 与 {other.code} 都叫“{word}”",
                    f"figures {figure.code} and {other.code} are both called “{word}”",
                    figure.file,
                    figure.line,
                    ("请改名或删去其中一个别名", "rename one, or drop an alias"),
                )


def _repeated(code: str, shown: str, entry: Lined) -> Problem:
    return finding(
        "figure.repeated",
        f"指标 {code} 声明了两次",
        f"figure {code} is declared twice",
        shown,
        entry.line,
        ("请删去其中一处", "drop one of them"),
    )
