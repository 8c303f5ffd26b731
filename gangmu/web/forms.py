"""Form fields as values: what to ask, what was said, and what is wrong with it beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gangmu.problems import Problem
from gangmu.web.cells import said

Kind = Literal["text", "long", "number", "day", "choice", "yes", "file", "password", "search", "hidden"]

WIDTHS = {"number": "short", "day": "short", "long": "wide"}


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `value` is what the person said, kept as said, so that nothing has to be typed again.

    `unit` stands behind the control (亿元). `problems` are sentences with finding and remedy. `form` names the form
    where a page has several. `empty`: what a choice is called that is none of them.
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
    form: str = ""
    empty: str = ""

    @property
    def id(self) -> str:
        """Unique on a page: two forms may ask for the same name."""
        return "-".join(filter(None, ("f", self.form, self.name.replace(".", "-"))))

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


@dataclass(frozen=True, slots=True)
class Form:
    """A form that stands folded on a page beside others: what it does, where it goes, what it asks.

    `open` after a refusal, so that its findings are seen. `hidden`: what it carries along.
    """

    key: str
    title: str
    action: str
    fields: Sequence[Field]
    hidden: Sequence[tuple[str, str]] = ()
    general: Sequence[str] = ()
    help: str = ""
    open: bool = False
    files: bool = False

    def asking(self) -> Form:
        """The same form, its fields named after it."""
        return replace(self, fields=[replace(one, form=self.key) for one in self.fields])

    def refused(self, said_so: Mapping[str, str], problems: Iterable[Problem]) -> Form:
        """The same form, open, with what was said and what is wrong with it."""
        fields, general = answered(self.fields, said_so, problems)
        return replace(self, fields=fields, general=general, open=True)


def answered(
    fields: Iterable[Field], said_so: Mapping[str, str], problems: Iterable[Problem]
) -> tuple[list[Field], list[str]]:
    """The fields with what a person said, each problem beside its field, the rest as general."""
    return with_problems([replace(one, value=said_so.get(one.name, "")) for one in fields], problems)


def with_problems(fields: Iterable[Field], problems: Iterable[Problem]) -> tuple[list[Field], list[str]]:
    """Each problem beside its field (`Problem.cell` is the field's name or label); the rest come back as general."""
    asked = list(fields)
    by_field: dict[str, list[str]] = {}
    general: list[str] = []
    for problem in problems:
        owner = next((one for one in asked if problem.cell and problem.cell in (one.name, one.label)), None)
        sentence = f"{said(problem.message)} {said(problem.remedy)}".strip()
        if owner is None:
            general.append(f"{problem.cell} {sentence}".strip())
        else:
            by_field.setdefault(owner.name, []).append(sentence)
    return [replace(one, problems=tuple(by_field.get(one.name, ()))) for one in asked], general
