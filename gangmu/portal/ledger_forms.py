"""Forms made from a register's declaration: what is asked, and how what is known is shown in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gangmu.figures.units_of_measure import name_of
from gangmu.ledgers.references import References
from gangmu.ledgers.register import Field, LineKind, Register, Stage
from gangmu.ledgers.values import Value
from gangmu.portal.printing import listed
from gangmu.records import clock
from gangmu.web import forms
from gangmu.web.cells import said

KINDS: Mapping[str, forms.Kind] = {
    "text": "text",
    "long_text": "long",
    "place": "text",
    "choice": "choice",
    "yes_no": "choice",
    "unit": "choice",
    "units": "text",
    "person": "text",
    "entry": "text",
    "decimal": "number",
    "day": "day",
    "month": "text",
    "year": "text",
}
"""Kind of a declared field → how it is asked. Yes and no are a choice: an answer not given is neither."""

HINTS = {
    "units": gettext_lazy("多个单位用顿号分开"),
    "month": gettext_lazy("如 2026-03"),
    "year": gettext_lazy("如 2026"),
    "person": gettext_lazy("姓名或人员编码"),
}


def move_form(
    stage: Stage, asks: Iterable[Field], references: References, here: str, version: int
) -> forms.Form:
    """Moving to a stage: the day, the fields that the stage needs and that are still empty, a note."""
    fields = [
        forms.Field("on", _("日期"), "day", clock.today().isoformat(), True),
        *(replace(_asked(one, references, None), required=True) for one in asks),
        forms.Field("note", _("说明"), "long", required=stage.needs_note),
    ]
    return forms.Form(
        f"move-{stage.code}",
        _("转到“%(stage)s”") % {"stage": said(stage.name)},
        f"{here}move/",
        fields,
        (("stage", stage.code), ("version", str(version))),
        help=said(stage.help),
    ).asking()


def line_form(kind: LineKind, references: References, here: str) -> forms.Form:
    """Adding a line of a kind, dated today unless said otherwise."""
    known: dict[str, Value] = {kind.dated: clock.today()}
    return forms.Form(
        f"line-{kind.code}",
        _("添加%(kind)s") % {"kind": said(kind.name)},
        f"{here}lines/{kind.code}/",
        [_asked(one, references, known.get(one.code)) for one in kind.fields],
        help=said(kind.help),
    ).asking()


def look_form(code: str, name: str, here: str) -> forms.Form:
    """Asking to see a masked value: the reason is logged."""
    hint = _("查看会记入操作日志，须写明用途。")
    return forms.Form(
        f"look-{code}",
        _("查看%(name)s") % {"name": name},
        f"{here}look/",
        [forms.Field("reason", _("查看理由"), required=True, hint=hint)],
        (("field", code),),
    ).asking()


def evidence_form(here: str) -> forms.Form:
    hint = _("照片、扫描件或文档；涉密和工作秘密不上传。")
    fields = [forms.Field("file", _("文件"), "file", required=True, hint=hint)]
    return forms.Form("evidence", _("上传佐证材料"), f"{here}evidence/", fields, files=True).asking()


def entry_fields(
    register: Register, references: References, known: Mapping[str, Value] | None = None
) -> list[forms.Field]:
    """The questions of an entry, in declared order; `known` fills them in. Sensitive ones are never filled in."""
    return [_asked(one, references, (known or {}).get(one.code)) for one in register.by_code.values()]


def given(declared: Mapping[str, Field], post: Mapping[str, str]) -> dict[str, object]:
    """What was said, by field code. An empty answer is None; an empty sensitive one is left out: it stays as it is."""
    found: dict[str, object] = {}
    for code, one in declared.items():
        if code not in post:
            continue
        word = post[code].strip()
        if one.sensitive and not word:
            continue
        found[code] = word or None
    return found


def as_typed(field: Field, value: Value, references: References) -> str:
    """A value as a person would type it."""
    if value is None or field.sensitive:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        names = references.names_in(get_language() or "zh-hans")
        return listed(names.get(code, code) for code in value)
    if isinstance(value, Decimal):
        return format(value, "f") if field.decimals is None else f"{value:.{field.decimals}f}"
    if isinstance(value, datetime.date):
        return {"month": f"{value:%Y-%m}", "year": f"{value:%Y}"}.get(field.kind, value.isoformat())
    if field.kind == "person":
        return value
    return str(value)


def _asked(field: Field, references: References, value: Value) -> forms.Field:
    hint = said(field.help) if field.help.zh else str(HINTS.get(field.kind, ""))
    if field.sensitive:
        masked = _("敏感信息：保存后只显示遮蔽内容；留空则不改动。")
        hint = f"{hint} {masked}".strip()
    return forms.Field(
        field.code,
        said(field.name),
        KINDS[field.kind],
        as_typed(field, value, references),
        required=field.required,
        hint=hint,
        unit=said(name_of(field.unit_of_measure)),
        choices=_choices(field, references),
    )


def _choices(field: Field, references: References) -> list[tuple[str, str]]:
    if field.kind == "yes_no":
        return [("1", _("是")), ("0", _("否"))]
    if field.kind == "unit":
        return [(unit.code, said(unit.short)) for unit in references.units]
    language = get_language() or "zh-hans"
    return [(choice.code, choice.name.say(language)) for choice in field.choices]
