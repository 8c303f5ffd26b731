"""Form fields as values: what to ask, what was said, and what is wrong with it beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gangmu.problems import Problem
from gangmu.web.cells import said

Kind = Literal["text", "long", "number", "day", "choice", "yes", "file", "password", "search", "hidden"]

WIDTHS = {"number": "short", "day": "short", "long": "wide"}


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `value` is what the person said, kept as said, so that nothing has to be typed again.

    `unit` stands behind the control (亿元). `problems` are sentences with finding and remedy.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: str = ""
    required: bool = False
    hint: str = ""
    unit: str = ""
    choices: Sequence[tuple[str, str]] = ()
    problems: tuple[str, ...] = ()
    autocomplete: str = ""
    secret: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name.replace('.', '-')}"

    @property
    def width(self) -> str:
        return WIDTHS.get(self.kind, "")

    @property
    def described_by(self) -> str:
        """The ids of hint and problem, for a reader that cannot see where they stand."""
        parts = [f"{self.id}-hint"] if self.hint else []
        if self.problems:
            parts.append(f"{self.id}-problem")
        return " ".join(parts)


def with_problems(fields: Iterable[Field], problems: Iterable[Problem]) -> tuple[list[Field], list[str]]:
    """Each problem beside its field (`Problem.cell` is the field's name or label); the rest come back as general."""
    asked = list(fields)
    by_field: dict[str, list[str]] = {}
    general: list[str] = []
    for problem in problems:
        owner = next((one for one in asked if problem.cell in (one.name, one.label)), None)
        sentence = f"{said(problem.message)} {said(problem.remedy)}".strip()
        if owner is None:
            general.append(f"{problem.cell} {sentence}".strip())
        else:
            by_field.setdefault(owner.name, []).append(sentence)
    return [replace(one, problems=tuple(by_field.get(one.name, ()))) for one in asked], general
