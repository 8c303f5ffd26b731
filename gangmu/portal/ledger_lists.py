"""A register as a list: the columns its declaration names, filters over its choices, a lamp where it has deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gangmu.figures.units_of_measure import name_of
from gangmu.ledgers import values
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.register import (
    DUE_ON,
    NUMBER,
    NUMBER_FIELD,
    STAGE,
    TITLE,
    UNIT,
    Field,
    Register,
)
from gangmu.ledgers.slots import layout
from gangmu.org.models import Person, Unit, User
from gangmu.portal import addresses
from gangmu.records import clock
from gangmu.records.appended import standing
from gangmu.records.lamps import Lamp, lamp
from gangmu.web import forms
from gangmu.web.cells import LampCell, Link, Number, Tag, said
from gangmu.web.tables import Column, Row, Table

LAMP = "lamp"


def versions(register: Register, user: User) -> QuerySet[EntryVersion]:
    """The standing versions of a register's entries that a reader may see."""
    visible = Entry.objects.of(register.code).visible_to(user)
    return EntryVersion.objects.filter(standing(), ledger=register.code, entry__in=visible).select_related(
        "unit"
    )


def table_of(register: Register, user: User, request: HttpRequest) -> Table:
    """The list as the address asks for it."""
    return Table(
        said(register.name),
        [*(_column(register, code) for code in register.list_columns), *_lamp_column(register)],
        _filtered(register, versions(register, user), request).order_by("number"),
        lambda batch: rows(register, batch),
        empty=_("没有符合条件的%(noun)s。新建或从 Excel 导入后会列在这里。") % {"noun": said(register.noun)},
        sort="-number",
    )


def rows(register: Register, batch: Sequence[EntryVersion]) -> Iterable[Row]:
    """Rows of a list; the names of units and people it mentions are read once for the whole batch."""
    language = get_language() or "zh-hans"
    columns = layout(register).entry.by_code
    fields = [one for code in register.list_columns if (one := _own_field(register, code))]
    names = _names(fields, batch, columns)
    for version in batch:
        href = addresses.entry(register.code, version.number)
        cells: dict[str, object] = {
            NUMBER_FIELD: Link(version.number, href),
            TITLE: version.title,
            UNIT: said(version.unit.short),
            STAGE: Tag(said(register.stage_by_code[version.stage].name)),
            DUE_ON: version.due_on,
            LAMP: LampCell.of(shown) if (shown := lamp_of(register, version)) else None,
        }
        for one in fields:
            value = values.from_row(one, getattr(version, columns[one.code]))
            cells[one.code] = (
                Number(value, one.decimals)  # type: ignore[arg-type]
                if one.storage == NUMBER
                else values.shown(one, value, language, names)
            )
        yield Row(cells, href=href)


def lamp_of(register: Register, version: EntryVersion) -> Lamp | None:
    """The lamp of an entry by its deadline; None where it has none and is not done."""
    if version.due_on is None and version.done_on is None:
        return None
    return lamp(
        version.done_on, version.due_on, clock.today(), register.amber_days, clock=register.amber_clock
    )


def filter_fields(register: Register, user: User, request: HttpRequest) -> list[forms.Field]:
    """Search, stage, unit where one sees several, and the register's listed choices."""
    asked = request.GET
    language = get_language() or "zh-hans"
    found = [
        forms.Field("q", _("搜索编号和名称"), "search", asked.get("q", "")),
        forms.Field(
            STAGE,
            _("阶段"),
            "choice",
            asked.get(STAGE, ""),
            empty=_("全部"),
            choices=[(one.code, said(one.name)) for one in register.stages],
        ),
    ]
    units = (
        Unit.objects.filter(entry_versions__in=versions(register, user)).distinct().order_by("protocol_order")
    )
    choices = [(unit.code, said(unit.short)) for unit in units]
    if len(choices) > 1:
        found.append(
            forms.Field(
                UNIT,
                said(register.unit.name),
                "choice",
                asked.get(UNIT, ""),
                choices=choices,
                empty=_("全部"),
            )
        )
    found += [
        forms.Field(
            one.code,
            said(one.name),
            "choice",
            asked.get(one.code, ""),
            empty=_("全部"),
            choices=[(choice.code, choice.name.say(language)) for choice in one.choices],
        )
        for one in _listed_choices(register)
    ]
    return found


def _filtered(
    register: Register, entries: QuerySet[EntryVersion], request: HttpRequest
) -> QuerySet[EntryVersion]:
    asked, columns = request.GET, layout(register).entry.by_code
    wanted = asked.get("q", "").strip()
    if wanted:
        entries = entries.filter(Q(number__icontains=wanted) | Q(title__icontains=wanted))
    if asked.get(STAGE):
        entries = entries.filter(stage=asked[STAGE])
    if asked.get(UNIT):
        entries = entries.filter(unit__code=asked[UNIT])
    for one in _listed_choices(register):
        if asked.get(one.code):
            entries = entries.filter(**{columns[one.code]: asked[one.code]})
    if asked.get("open"):
        entries = entries.filter(done_on=None).exclude(stage__in=register.ending_stages)
    if asked.get("late"):
        entries = entries.filter(done_on=None, due_on__lt=clock.today())
    return entries


def _column(register: Register, code: str) -> Column:
    columns = layout(register).entry.by_code
    if code == NUMBER_FIELD:
        return Column(code, _("编号"), "code", order=("number",))
    if code == STAGE:
        return Column(code, _("阶段"), order=("stage",))
    if code == UNIT:
        return Column(code, said(register.unit.name), order=("unit__protocol_order",))
    field = register.by_code[code]
    kind = "number" if field.storage == NUMBER else "text"
    return Column(
        code,
        said(field.name),
        kind,  # type: ignore[arg-type]
        said(name_of(field.unit_of_measure)),
        order=(columns[code],),
        minor=code not in (TITLE, DUE_ON),
    )


def _lamp_column(register: Register) -> list[Column]:
    return [Column(LAMP, _("红黄绿灯"), "lamp")] if DUE_ON in register.by_code else []


def _own_field(register: Register, code: str) -> Field | None:
    """The field of a column that is not one of the common ones."""
    return None if code in (NUMBER_FIELD, TITLE, UNIT, STAGE, DUE_ON) else register.by_code[code]


def _listed_choices(register: Register) -> list[Field]:
    return [one for one in register.fields if one.kind == "choice" and one.code in register.list_columns]


def _names(
    fields: Sequence[Field], batch: Sequence[EntryVersion], columns: Mapping[str, str]
) -> dict[str, str]:
    """Code → what the units and people of a batch are called."""
    asked: dict[str, set[str]] = {"unit": set(), "person": set()}
    for one in fields:
        if one.kind in ("unit", "units", "person"):
            for version in batch:
                value = values.from_row(one, getattr(version, columns[one.code]))
                found = value if isinstance(value, tuple) else (value,)
                asked["person" if one.kind == "person" else "unit"] |= {str(code) for code in found if code}
    names: dict[str, str] = {}
    if asked["unit"]:
        names |= {unit.code: said(unit.short) for unit in Unit.objects.filter(code__in=asked["unit"])}
    if asked["person"]:
        names |= dict(Person.objects.filter(code__in=asked["person"]).values_list("code", "name"))
    return names
