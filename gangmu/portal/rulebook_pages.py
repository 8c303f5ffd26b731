"""A rule book as its page: clause by clause, with rule and full mark, and every worked example passing or failing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gangmu.engine import examples
from gangmu.engine.examples import Outcome
from gangmu.engine.expressions import Const, Expression, Lookup
from gangmu.engine.kinds import kinds
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Grade, Indicator, RuleBook, Section
from gangmu.figures import catalogue
from gangmu.web.cells import said


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A section or an indicator: its clause, name, full marks, rule in words, parameters, and where its data come from."""

    code: str
    name: str
    clause: str
    full: str
    for_whom: str
    rule: str
    about: str
    parameters: tuple[tuple[str, str], ...]
    figure: str
    figure_code: str
    responsible: str
    parts: tuple[ShownPart, ...]


@dataclass(frozen=True, slots=True)
class ShownExample:
    """A worked example of the document, with what came out."""

    name: str
    clause: str
    source: str
    outcomes: tuple[Outcome, ...]

    @property
    def passes(self) -> bool:
        return all(outcome.ok for outcome in self.outcomes)


def sections(book: RuleBook, content: Mapping[str, object]) -> list[ShownPart]:
    """The book from top to bottom. `content`: what its text says, for what a person wrote as marks and parameters."""
    written = dict(_written(content))
    names = {group.code: said(group.name) for group in book.groups}
    return [_part(part, written, names) for part in book.total.parts]


def worked_examples(book: RuleBook) -> list[ShownExample]:
    found: dict[str, list[Outcome]] = {}
    for outcome in examples.run(book):
        found.setdefault(outcome.example, []).append(outcome)
    return [
        ShownExample(example.name, example.clause, example.source, tuple(found.get(example.name, ())))
        for example in book.examples
    ]


def grade_words(grade: Grade) -> str:
    """The conditions of a grade in words."""
    found = []
    if grade.at_least is not None:
        found.append(_("不低于%(n)s分") % {"n": shown(grade.at_least)})
    if grade.above is not None:
        found.append(_("高于%(n)s分") % {"n": shown(grade.above)})
    if grade.at_most is not None:
        found.append(_("不高于%(n)s分") % {"n": shown(grade.at_most)})
    if grade.below is not None:
        found.append(_("低于%(n)s分") % {"n": shown(grade.below)})
    if grade.share is not None:
        found.extend(_("名额不超过%(n)s%%") % {"n": share} for share in _shares(grade.share))
    if grade.rank_to is not None:
        found.append(_("前%(n)s名") % {"n": grade.rank_to})
    return "，".join(found)


def _shares(share: Expression) -> Iterator[str]:
    """The share in per cent, or one for each group that has its own."""
    entries = share.table if isinstance(share, Lookup) else (("", share),)
    for group, amount in entries:
        if isinstance(amount, Const):
            yield f"{group} {shown(amount.value * 100)}".strip()


def _part(
    part: Section | Indicator, written: Mapping[str, Mapping[str, object]], names: Mapping[str, str]
) -> ShownPart:
    content = written.get(part.code, {})
    reach = "、".join(names.get(code, code) for code in part.reach.groups)
    common = {
        "code": part.code,
        "name": said(part.name),
        "clause": part.clause,
        "full": _marks(content.get("full", content.get("weight")), names),
        "for_whom": reach,
    }
    if isinstance(part, Section):
        parts = tuple(_part(one, written, names) for one in part.parts)
        return ShownPart(
            **common, rule="", about="", parameters=(), figure="", figure_code="", responsible="", parts=parts
        )
    kind = kinds()[part.kind]
    known = [(kind.parameter(key), content[key]) for key in content if kind.parameter(key)]
    figure = catalogue.find(part.figures[0].code) if part.figures else None
    return ShownPart(
        **common,
        rule=said(kind.name),
        about=said(kind.about),
        parameters=tuple((said(one.label), _marks(value, names)) for one, value in known if one is not None),
        figure=said(figure.name) if figure else "",
        figure_code=figure.code if figure else "",
        responsible=part.responsible,
        parts=(),
    )


def _marks(value: object, names: Mapping[str, str]) -> str:
    """A number as written, or one a group: 经济部门 20、街道 8."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "、".join(f"{names.get(str(key), str(key))} {each}" for key, each in value.items())
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)


def _written(content: object) -> list[tuple[str, Mapping[str, object]]]:
    """(code, what was written) of every section and indicator."""
    found: list[tuple[str, Mapping[str, object]]] = []
    if isinstance(content, Mapping):
        if "code" in content:
            found.append((str(content["code"]), content))
        for value in content.values():
            found += _written(value)
    elif isinstance(content, list):
        for value in content:
            found += _written(value)
    return found
