"""Lists: sorted and paged by the address, and the same rows as CSV, XLSX and JSON."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory

from gangmu.org.models import Unit
from gangmu.web import exports
from gangmu.web.cells import Link, Number
from gangmu.web.tables import Column, Row, Table
from tests.factories import portal


def table() -> Table:
    items = [("=cmd()", Decimal("-1.5")), ("区住建局", None)]
    columns = [Column("name", "单位"), Column("done", "完成投资", "number", "亿元")]
    return Table(
        "项目库",
        columns,
        items,
        lambda batch: [Row({"name": Link(name, "/x/"), "done": Number(done, 1)}) for name, done in batch],
    )


def content(response: HttpResponseBase | None) -> bytes:
    assert response is not None
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined,call-overload]


def test_a_csv_opens_in_excel_and_runs_nothing() -> None:
    text = content(exports.as_file(table(), "csv")).decode()

    assert text == "\ufeff单位,完成投资（亿元）\r\n'=cmd(),-1.5\r\n区住建局,\r\n"


def test_an_xlsx_keeps_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(exports.as_file(table(), "xlsx"))))

    rows = [[cell.value for cell in row] for row in book["项目库"].iter_rows()]
    assert rows == [["单位", "完成投资（亿元）"], ["=cmd()", -1.5], ["区住建局", None]]
    assert book["项目库"]["A2"].data_type == "s"


def test_json_gives_columns_with_units_and_decimals_as_text() -> None:
    assert json.loads(content(exports.as_file(table(), "json"))) == {
        "name": "项目库",
        "columns": [
            {"key": "name", "label": "单位", "unit": ""},
            {"key": "done", "label": "完成投资", "unit": "亿元"},
        ],
        "rows": [{"name": "=cmd()", "done": "-1.5"}, {"name": "区住建局", "done": None}],
    }


def test_an_unknown_format_is_a_page() -> None:
    assert exports.as_file(table(), "exe") is None


@pytest.mark.django_db
def test_the_address_sorts_pages_and_a_file_holds_every_page() -> None:
    for i in range(7):
        portal.unit(f"u{i}", f"单位{i}", f"单{i}")
    units = Table(
        "单位",
        [Column("code", "编码", order=("code",)), Column("name", "名称")],
        Unit.objects.all(),
        lambda batch: [Row({"code": unit.code, "name": unit.name}) for unit in batch],
        per_page=3,
    ).asked(RequestFactory().get("/", {"sort": "-code", "page": "2"}))

    assert [shown.row.cells["code"] for shown in units.shown()] == ["u3", "u2", "u1"]
    assert [(head.sorted, head.href) for head in units.heads] == [("descending", "?sort=code"), ("", "")]
    assert [row.cells["code"] for row in units.every(batch=2)] == ["u6", "u5", "u4", "u3", "u2", "u1", "u0"]


@pytest.mark.django_db
def test_a_column_nobody_offers_for_sorting_is_ignored() -> None:
    portal.unit("b", "乙", "乙")
    asked = Table(
        "单位",
        [Column("code", "编码")],
        Unit.objects.all(),
        lambda batch: [Row({"code": u.code}) for u in batch],
    ).asked(RequestFactory().get("/", {"sort": "password", "page": "99"}))

    assert [shown.row.cells["code"] for shown in asked.shown()] == ["b"]
