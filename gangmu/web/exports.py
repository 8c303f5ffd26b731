"""Every list is also a file: CSV, XLSX and JSON at the same address, from the same cells, filters and order."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from gangmu.sheets.writing import SheetOut, csv_lines, workbook_bytes
from gangmu.web.cells import Plain, plain
from gangmu.web.tables import Table

UTF8_MARK = "\ufeff"  # without it Excel reads Chinese CSV as GBK


def as_file(table: Table, file_format: str) -> HttpResponseBase | None:
    """The whole list in a format, or None for a format nobody knows: the page is shown then."""
    make = FORMATS.get(file_format)
    return make(table) if make else None


def _csv(table: Table) -> HttpResponseBase:
    def lines() -> Iterator[str]:
        yield UTF8_MARK
        yield from csv_lines(_sheet(table))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    return _named(response, f"{table.name}.csv")


def _xlsx(table: Table) -> HttpResponseBase:
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(
        HttpResponse(workbook_bytes([_sheet(table)]), content_type=media_type), f"{table.name}.xlsx"
    )


def _json(table: Table) -> HttpResponseBase:
    rows = [
        {column.key: _json_value(plain(row.cells.get(column.key))) for column in table.columns}
        for row in table.every()
    ]
    columns = [{"key": column.key, "label": column.label, "unit": column.unit} for column in table.columns]
    text = json.dumps({"name": table.name, "columns": columns, "rows": rows}, ensure_ascii=False)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


FORMATS: dict[str, Callable[[Table], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def _sheet(table: Table) -> SheetOut:
    rows = ([plain(row.cells.get(column.key)) for column in table.columns] for row in table.every())
    return SheetOut(table.name, [column.heading for column in table.columns], rows)


def _json_value(value: Plain) -> str | int | None:
    """Decimals as strings, days and moments as ISO 8601."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)


def _named(response: HttpResponse | StreamingHttpResponse, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
