"""What contradicts itself in a rule book: all of it at once, each finding with clause and line."""

from __future__ import annotations

from collections.abc import Collection

from gangmu.engine import planning
from gangmu.engine.checks import CHECKS, Subject
from gangmu.engine.rulebook import RuleBook
from gangmu.problems import Problem, Problems


def check(book: RuleBook, figures: Collection[str] | None = None) -> Problems:
    """Every contradiction, in the order of the lines. figures: codes of the catalogue; None: they are not checked."""
    problems = Problems()
    subject = Subject(book, planning.compiled(book, problems), figures)
    for look in CHECKS:
        problems.extend(look(subject))
    return Problems(sorted(problems, key=_line))


def _line(problem: Problem) -> int:
    return int(problem.cell.removeprefix("line ") or 0)
