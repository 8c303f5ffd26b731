"""The demo's annual report: issued anew when a number has moved, kept while every number still holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gangmu.cli.demo.files import REPORT
from gangmu.problems import InputRefused
from gangmu.records.log import Actor
from gangmu.reports import filling, issuing
from gangmu.reports.verifying import State, Verified, verify


@dataclass(frozen=True, slots=True)
class Report:
    """The report as it lies in the folder. kept: it was there already and every number still holds.

    set_aside: where a copy that somebody had edited was moved.
    """

    path: Path
    numbers: tuple[Verified, ...]
    kept: bool
    set_aside: Path | None = None

    @property
    def missing(self) -> int:
        return sum(number.printed.startswith("〔缺") for number in self.numbers)


def up_to_date(folder: Path, year: int, actor: Actor) -> Report:
    """The report of a year with today's numbers."""
    path = folder / f"{REPORT}.docx"
    numbers = _standing(path)
    if numbers and all(number.state is State.SAME for number in numbers):
        return Report(path, numbers, True)
    edited = any(number.state in (State.CHANGED_BY_HAND, State.GONE) for number in numbers)
    set_aside = _moved(path) if edited else None
    issuing.issue(filling.fill(folder / "templates" / f"{REPORT}.txt", f"{year}"), path, actor)
    return Report(path, tuple(verify(path)), False, set_aside)


def _standing(path: Path) -> tuple[Verified, ...]:
    """The numbers of the file that is there; none where there is none, or one that was not issued here."""
    if not path.is_file():
        return ()
    try:
        return tuple(verify(path))
    except InputRefused:
        return ()


def _moved(path: Path) -> Path:
    """What a person has edited is not written over."""
    places = (path.with_name(f"{path.stem}（手改{number}）{path.suffix}") for number in range(1, 1000))
    target = next(place for place in places if not place.exists())
    return path.rename(target)
