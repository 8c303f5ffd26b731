"""What a state must satisfy before it is written: every finding at once, with the field it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gangmu.ledgers import values
from gangmu.ledgers.clocks import holds
from gangmu.ledgers.references import References
from gangmu.ledgers.register import STAGE, Field, LineKind, Register, Stage
from gangmu.ledgers.states import State
from gangmu.ledgers.values import Value
from gangmu.problems import InputRefused, Problem, Problems, Text

Finding = tuple[str, str, Text, Text]
"""(field code, problem code, message, remedy)."""


def read_values(
    fields: Mapping[str, Field], said: Mapping[str, object], references: References, problems: Problems
) -> dict[str, Value]:
    """Values by code, each read by its field's kind; an unknown code is a finding."""
    found: dict[str, Value] = {}
    for code, value in said.items():
        field = fields.get(code)
        if field is None:
            listed = "、".join(fields)
            problems.add(
                Problem(
                    "field.unknown",
                    Text(f"没有字段“{code}”", f"there is no field “{code}”"),
                    Text(f"可用：{listed}", f"known: {listed}"),
                    cell=code,
                )
            )
            continue
        before = len(problems)
        found[code] = values.given(field, value, references, problems)
        _name_field(problems, before, code)
    return found


def findings(register: Register, state: State) -> Iterator[Finding]:
    """What is wrong with a state as a whole: what is required and missing, stages that are not for it."""
    for code, field in register.by_code.items():
        if state.values.get(code) is None and is_required(register, field, state):
            since = register.stage_by_code.get(field.required_from)
            zh = f"到“{since.name_zh}”阶段起" if since else ""
            en = f" from stage {since.name_en} on" if since else ""
            yield (
                code,
                "field.missing",
                Text(f"{zh}必须填写“{field.name_zh}”", f"“{field.name_en}” must be filled in{en}"),
                Text(f"请填写{field.name_zh}", f"fill in {field.name_en}"),
            )
    for reached in state.stages:
        stage = register.stage_by_code[reached.stage]
        if not holds(stage.when, state.values):
            yield (
                STAGE,
                "stage.not_for_it",
                Text(f"“{stage.name_zh}”阶段不适用于此类{register.noun_zh}", f"stage {stage.name_en} is not for this kind of {register.noun_en}"),
                Text("请核对类别和阶段", "check its kind and its stages"),
            )  # fmt: skip


def is_required(register: Register, field: Field, state: State) -> bool:
    """Whether a field must be filled in: always, or since a stage that was reached or lies behind.

    A stage that ends an entry without its being done (终止、不予受理) lies behind nothing but what was reached.
    """
    if field.required or not field.required_from:
        return field.required
    if state.has_reached(field.required_from):
        return True
    stage, order = register.stage_by_code[state.stage], register.stage_order
    given_up = stage.ends and not stage.done
    return not given_up and order[stage.code] > order[field.required_from]


def check(register: Register, state: State) -> None:
    """Raise InputRefused with every finding about a state."""
    problems = Problems()
    for code, problem, message, remedy in findings(register, state):
        problems.add(Problem(problem, message, remedy, cell=code))
    problems.raise_if_any()


def check_line(kind: LineKind, said: Mapping[str, Value], problems: Problems) -> None:
    """A line has what it must have."""
    for field in kind.fields:
        if field.required and said.get(field.code) is None:
            problems.add(
                Problem(
                    "field.missing",
                    Text(
                        f"{kind.name_zh}必须填写“{field.name_zh}”",
                        f"{kind.name_en} must have “{field.name_en}”",
                    ),
                    Text(f"请填写{field.name_zh}", f"fill in {field.name_en}"),
                    cell=field.code,
                )
            )


def allowed_next(register: Register, state: State) -> list[Stage]:
    """The stages an entry may be moved to from where it stands, in declared order."""
    here = register.stage_by_code[state.stage]
    return [one for one in register.stages if one.code in here.next and holds(one.when, state.values)]


def refuse_move(register: Register, state: State, to: Stage) -> InputRefused:
    """An entry cannot be moved there from where it stands; the finding says where it can be moved."""
    here = register.stage_by_code[state.stage]
    onward = allowed_next(register, state)
    zh = "、".join(one.name_zh for one in onward) or "（无）"
    en = ", ".join(one.name_en for one in onward) or "(none)"
    return InputRefused(
        (
            Problem(
                "stage.not_allowed",
                Text(f"不能从“{here.name_zh}”转到“{to.name_zh}”", f"it cannot be moved from {here.name_en} to {to.name_en}"),
                Text(f"可转到：{zh}", f"it can be moved to: {en}"),
                cell=STAGE,
            ),
        )
    )  # fmt: skip


def _name_field(problems: Problems, before: int, code: str) -> None:
    """Findings about a given value name its field as their place: a form shows them there."""
    for place in range(before, len(problems.found)):
        found = problems.found[place]
        problems.found[place] = Problem(found.code, found.message, found.remedy, cell=code)
