"""The components of a page as template tags (`{% load components %}`)."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from gangmu.records.lamps import Colour, Lamp
from gangmu.web import cells
from gangmu.web.charts import Bars, LineChart, Sparkline
from gangmu.web.forms import Field
from gangmu.web.frame import State
from gangmu.web.ranges import RangeChart
from gangmu.web.tables import Table

register = template.Library()


@register.simple_tag
def cell(value: Any) -> SafeString:
    """Any value as a table would show it: decimals, days, links, lamps, missing."""
    return cells.html(value)


@register.simple_tag
def lamp(value: Lamp | Colour | str | None) -> SafeString:
    if value is None or isinstance(value, Lamp):
        return cells.LampCell.of(value).html()
    return cells.LampCell(Colour(value)).html()


@register.filter
def said(text: Any) -> str:
    """A bilingual text of the ground floor in the reader's language."""
    return cells.said(text) if text else ""


@register.filter
def named(text: Any) -> SafeString | str:
    """A name in the reader's language; what has none in English yet is marked as Chinese."""
    return cells.named(text) if text else ""


@register.filter
def recorded(text: Any) -> SafeString | str:
    """Words as somebody recorded them; in an English page Chinese ones are marked as Chinese."""
    return cells.recorded(str(text)) if text else ""


@register.filter
def day(value: datetime.date | None) -> str:
    return cells.day(value)


@register.filter
def moment(value: datetime.datetime | datetime.date | None) -> str:
    return cells.moment(value) if isinstance(value, datetime.datetime) else cells.day(value)


@register.inclusion_tag("web/table.html", takes_context=True)
def table(
    context: template.Context, table: Table, *, stack: bool = True, tools: bool = True
) -> dict[str, Any]:
    """A table with sortable heads, its files and its pages. `stack`: rows become cards on a phone."""
    return {"table": table, "stack": stack, "tools": tools, "request": context.get("request")}


@register.inclusion_tag("web/pagination.html", takes_context=True)
def pagination(context: template.Context, table: Table) -> dict[str, Any]:
    return {"table": table, "page": table.page, "request": context.get("request")}


@register.inclusion_tag("web/form/field.html")
def field(field: Field) -> dict[str, Any]:
    return {"field": field}


@register.inclusion_tag("web/form/errors.html")
def error_summary(fields: list[Field] | None = None, general: list[str] | None = None) -> dict[str, Any]:
    """What is wrong, on top, each with a link to its field; it takes the focus when the page opens."""
    wrong = [one for one in fields or [] if one.problems]
    return {"fields": wrong, "general": general or [], "count": len(wrong) + len(general or [])}


@register.inclusion_tag("web/line_chart.html")
def line_chart(chart: LineChart) -> dict[str, Any]:
    return {"chart": chart}


@register.inclusion_tag("web/sparkline.html")
def sparkline(spark: Sparkline) -> dict[str, Any]:
    return {"spark": spark}


@register.inclusion_tag("web/range_chart.html")
def range_chart(chart: RangeChart) -> dict[str, Any]:
    return {"chart": chart}


@register.inclusion_tag("web/bars.html")
def bars(chart: Bars) -> dict[str, Any]:
    return {"chart": chart}


@register.inclusion_tag("web/state_block.html")
def state(state: State) -> dict[str, Any]:
    """An empty, refused or broken part of a page."""
    return {"state": state}
