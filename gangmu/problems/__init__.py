"""What is wrong, where, and what to do: the one shape of every finding about input.

Everything a person or a file gives to Gangmu is checked whole. The findings are collected,
never raised one at a time, so that one round of mending is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; Chinese is the first.

    >>> Text("缺少单位", "unit is missing").say("en")
    'unit is missing'
    """

    zh: str
    en: str

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding with its place and its remedy.

    file, sheet: as the user names them; empty where there is none. cell: `C12`, or `line 48` / `第十二条`
    for a text. code: stable, dotted, for programs (`number.not_a_number`).
    """

    code: str
    message: Text
    remedy: Text = Text("", "")
    file: str = ""
    sheet: str = ""
    cell: str = ""

    def as_json(self, language: str) -> dict[str, str]:
        return {
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "code": self.code,
            "message": self.message.say(language),
            "remedy": self.remedy.say(language),
        }

    def line(self, language: str) -> str:
        """One line for a terminal: place, finding, remedy."""
        place = " ".join(part for part in (self.file, self.sheet, self.cell) if part)
        english = language.startswith("en")
        said = [self.message.say(language), self.remedy.say(language)]
        finding = ("; " if english else "。").join(part for part in said if part)
        separator = ": " if english else "："
        return f"{place}{separator}{finding}" if place else finding


@dataclass(slots=True)
class Problems:
    """A growing list of findings; `raise_if_any` ends a check that must be whole."""

    found: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        self.found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        self.found.extend(problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def raise_if_any(self) -> None:
        if self.found:
            raise InputRefused(tuple(self.found))


class InputRefused(Exception):  # noqa: N818 (a refusal of input is not an error of the program)
    """The input has findings; nothing of it was taken."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.line("zh-hans") for p in problems))


def refuse(
    code: str, zh: str, en: str, remedy_zh: str = "", remedy_en: str = "", **place: str
) -> InputRefused:
    """An `InputRefused` of a single finding, for checks that cannot go on."""
    return InputRefused((Problem(code, Text(zh, en), Text(remedy_zh, remedy_en), **place),))
