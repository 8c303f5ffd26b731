"""The table of checks: each a small function from a rule book under check to findings."""

from gangmu.engine.checks import amounts, bands, examples, grades, groups, names, sums
from gangmu.engine.checks.subject import Check, Subject

CHECKS: tuple[Check, ...] = (
    sums.full_marks,
    sums.weights,
    bands.overlaps_and_gaps,
    bands.unreachable,
    amounts.bounds,
    amounts.caps,
    amounts.deductions,
    amounts.tables,
    amounts.falling_points,
    amounts.targets,
    groups.overlapping,
    groups.unknown,
    groups.misspelt,
    groups.strangers,
    groups.of_one,
    groups.nobody,
    grades.shares,
    grades.places,
    grades.order,
    grades.unreachable,
    grades.twice,
    names.vetoes,
    names.rewards,
    names.lines,
    names.clauses,
    names.figures,
    names.accepted,
    examples.nodes,
    examples.units,
    examples.facts,
    examples.groups,
    examples.grades,
)

__all__ = ["CHECKS", "Check", "Subject"]
