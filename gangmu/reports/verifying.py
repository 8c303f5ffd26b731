"""Verifying a file that was issued: each number as it stands in the file, as issued, and as of now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gangmu.documents import word
from gangmu.documents.numbers import Style
from gangmu.documents.template import printed_as
from gangmu.figures import requests, values
from gangmu.figures.values import Value
from gangmu.problems import refuse
from gangmu.reports.filling import answer_of
from gangmu.reports.models import IssuedDocument, IssuedNumber


class State(StrEnum):
    """What became of a number. A number changed by hand is that first, whatever the figures say now."""

    SAME = "same"
    CHANGED_BY_HAND = "changed_by_hand"
    NO_LONGER_CURRENT = "no_longer_current"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verified:
    """printed: what stands in the file (empty when gone); issued, current: what was and would be printed."""

    number: IssuedNumber
    printed: str
    current: str
    state: State

    def as_json(self) -> dict[str, str]:
        return {
            "id": self.number.name,
            "figure": self.number.figure,
            "measure": self.number.measure,
            "period": self.number.period,
            "printed": self.printed,
            "issued": self.number.printed,
            "current": self.current,
            "state": str(self.state),
        }


def verify(path: Path) -> list[Verified]:
    """Every number of the document that a file was issued as, in the order of the document.

    Raises InputRefused when the file was not issued here.
    """
    content = path.read_bytes()
    issued = document_of(content, path.name)
    standing = dict(word.bound_in(content, path.name))
    numbers = list(issued.numbers.all())
    return [
        Verified(number, standing.get(number.name, ""), current, _state(number, standing, current))
        for number, current in zip(numbers, current_prints(numbers), strict=True)
    ]


def document_of(content: bytes, name: str = "") -> IssuedDocument:
    identity = word.identity_of(content, name)
    issued = IssuedDocument.objects.filter(identity=identity).first() if identity else None
    if issued is None:
        raise refuse(
            "report.not_issued",
            "这个文件不是由本系统出具的，或编号已被删除",
            "this file was not issued here, or its identity was removed",
            "请使用 gangmu report 生成的文件（或由它编辑而来的文件）",
            "use a file that gangmu report wrote, or one edited from it",
            file=name,
        )
    return issued


def _state(number: IssuedNumber, standing: dict[str, str], current: str) -> State:
    if number.name not in standing:
        return State.GONE
    if standing[number.name] != number.printed:
        return State.CHANGED_BY_HAND
    return State.SAME if current == number.printed else State.NO_LONGER_CURRENT


def current_prints(numbers: Sequence[IssuedNumber]) -> list[str]:
    """What each number would be printed as today, asked and formatted the same way."""
    now = values.many([request_of(number) for number in numbers])
    return [_printed(number, value) for number, value in zip(numbers, now, strict=True)]


def request_of(number: IssuedNumber) -> requests.Request:
    """The request a number was issued for, about what stands now."""
    filters = tuple((field, op, value) for field, op, value in json.loads(number.filters))
    return requests.Request(
        number.figure, number.period, number.measure, number.unit or None, number.area, None, filters
    )


def _printed(number: IssuedNumber, value: Value) -> str:
    answer = answer_of(number.label, value)
    return printed_as(answer, Style(**json.loads(number.style)), number.before, number.after)
