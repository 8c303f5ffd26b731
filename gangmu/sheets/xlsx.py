"""Opening a stranger's XLSX: what could harm or mislead is refused before anything is unpacked into memory."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from gangmu.problems import InputRefused, Text, refuse
from gangmu.sheets.cells import Content, Fault

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook as OpenpyxlWorkbook

MAX_FILE = 100 * 2**20
MAX_UNPACKED = 300 * 2**20
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_SHEETS = 100

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK"

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CHUNK = 2**20
_OVERLAP = 200

NEVER_COMPUTED = Fault(
    "cell.formula_without_value",
    Text("是公式，但文件里没有计算结果", "is a formula whose result is not in the file"),
    Text(
        "请用 Excel 或 WPS 打开、重新计算并保存，或改成数值",
        "open, recalculate and save it in Excel or WPS, or paste values",
    ),
)
MERGED_NUMBER = Fault(
    "cell.merged_number",
    Text("数值放在跨行合并的单元格里，不知属于哪一行", "is a number in a cell merged over several rows"),
    Text("请取消合并，在每一行分别填写", "unmerge it and fill in each row"),
)


@dataclass(slots=True)
class RawSheet:
    """A sheet as rows that hold anything: (row number from 1, contents from column A)."""

    name: str
    rows: list[tuple[int, tuple[Content, ...]]] = field(default_factory=list)


def read(data: bytes, file: str) -> list[RawSheet]:
    """All visible and hidden sheets of an XLSX file. `InputRefused` with one finding when it must not be opened."""
    parts = _inspect(data, file)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except InputRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise; all of it means: damaged
        raise _damaged(file) from error
    try:
        sheets = book.worksheets
        if len(sheets) > MAX_SHEETS:
            raise _too_large(file, f"{len(sheets)} 张工作表", f"{len(sheets)} sheets")
        uncomputed = _formula_cells(data) if any(part.formulas for part in parts.values()) else {}
        return [_sheet(sheet, parts, uncomputed.get(sheet.title, set()), file) for sheet in sheets]
    except InputRefused:
        raise
    except Exception as error:
        raise _damaged(file) from error
    finally:
        book.close()


@dataclass(slots=True)
class _Part:
    """What a scan of a sheet's XML found, without parsing it."""

    formulas: bool = False
    merges: set[str] = field(default_factory=set)


def _inspect(data: bytes, file: str) -> dict[str, _Part]:
    if data.startswith(OLE_MAGIC):
        raise refuse(
            "file.old_or_locked",
            "是旧版 .xls 文件，或者加了密码",
            "is an old .xls file, or protected by a password",
            "请在 Excel 或 WPS 中去掉密码，另存为 .xlsx",
            "remove the password and save it as .xlsx",
            file=file,
        )
    if not data.startswith(ZIP_MAGIC):
        raise refuse(
            "file.not_a_workbook",
            "不是 Excel 工作簿（内容与扩展名不符）",
            "is no Excel workbook (its content does not match its name)",
            "请在 Excel 或 WPS 中另存为 .xlsx，或导出为 .csv",
            "save it as .xlsx, or export it as .csv",
            file=file,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inspect_parts(archive, file)
    except InputRefused:
        raise
    except (
        Exception
    ) as error:  # zipfile: BadZipFile, struct.error, NotImplementedError, RuntimeError, zlib.error
        raise _damaged(file) from error


def _inspect_parts(archive: zipfile.ZipFile, file: str) -> dict[str, _Part]:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        size = unpacked // 2**20
        raise _too_large(
            file, f"解开后 {size} MB、{len(parts)} 个部件", f"{size} MB in {len(parts)} parts unpacked"
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refuse(
            "file.macros",
            "含有宏，不予打开",
            "contains macros and is not opened",
            "请另存为不含宏的 .xlsx",
            "save it as .xlsx without macros",
            file=file,
        )
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise refuse(
            "file.not_a_workbook",
            "是压缩文件，但不是 Excel 工作簿",
            "is an archive, but no Excel workbook",
            "请在 Excel 或 WPS 中另存为 .xlsx",
            "save it as .xlsx",
            file=file,
        )
    return {name: _scan(archive, name, file) for name in sorted(names) if name.endswith((".xml", ".rels"))}


def _scan(archive: zipfile.ZipFile, name: str, file: str) -> _Part:
    part = _Part()
    tail = b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            if _DOCTYPE.search(window):
                raise refuse(
                    "file.entities",
                    "含有 XML 实体声明，不予打开",
                    "declares XML entities and is not opened",
                    "请在 Excel 或 WPS 中另存为新的 .xlsx",
                    "save it as a new .xlsx",
                    file=file,
                )
            if name.startswith("xl/worksheets/"):
                part.formulas = part.formulas or _FORMULA.search(window) is not None
                part.merges.update(found.decode() for found in _MERGE.findall(window))
            tail = window[-_OVERLAP:]
    return part


def _formula_cells(data: bytes) -> dict[str, set[tuple[int, int]]]:
    """Sheet name → (row, column) of every formula. A second reading, made only where formulas were seen."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    try:
        return {
            sheet.title: {
                (cell.row, cell.column)
                for cells in _rows_of(sheet)
                for cell in cells
                if cell.data_type == "f"
            }
            for sheet in book.worksheets
        }
    finally:
        book.close()


def _rows_of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # the dimension a file claims can be a lie of a million rows
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows()
    return rows


def _sheet(sheet: Any, parts: dict[str, _Part], formulas: set[tuple[int, int]], file: str) -> RawSheet:
    raw = RawSheet(sheet.title)
    for number, cells in enumerate(_rows_of(sheet), start=1):
        if all(cell.value is None for cell in cells[MAX_COLUMNS:]):
            cells = cells[:MAX_COLUMNS]  # whole rows are often coloured to the last column
        contents = [_content(cell, formulas) for cell in cells]
        while contents and contents[-1] is None:
            contents.pop()
        if not contents:
            continue
        if len(contents) > MAX_COLUMNS:
            raise _too_large(
                file, f"“{sheet.title}”超过 {MAX_COLUMNS} 列", f'"{sheet.title}": over {MAX_COLUMNS} columns'
            )
        raw.rows.append((number, tuple(contents)))
        if len(raw.rows) > MAX_ROWS:
            raise _too_large(
                file, f"“{sheet.title}”超过 {MAX_ROWS} 行", f'"{sheet.title}": over {MAX_ROWS} rows'
            )
    part = parts.get(sheet._worksheet_path)
    if part is not None and part.merges:
        _unmerge(raw, part.merges)
    return raw


def _content(cell: Any, formulas: set[tuple[int, int]]) -> Content:
    value = cell.value
    if value is None:
        # A computed empty text is typed `str`; a formula without any stored result is not.
        if (
            formulas
            and cell.data_type == "n"
            and getattr(cell, "row", None)
            and (cell.row, cell.column) in formulas
        ):
            return NEVER_COMPUTED
        return None
    if cell.data_type == "e":
        return _error_value(str(value))
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time.min
        return value.date() if midnight else value
    if isinstance(value, str | datetime.date | datetime.time):
        return value
    return str(value)


def _number(value: float, number_format: str) -> Content:
    number = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
    if "%" in number_format:
        return f"{(number * 100).normalize():f}%"
    return number


def _error_value(shown: str) -> Fault:
    return Fault(
        "cell.error_value",
        Text(f"是错误值 {shown}", f"is the error value {shown}"),
        Text("请改正公式，或改成数值", "mend the formula, or paste the value"),
    )


def _unmerge(raw: RawSheet, merges: set[str]) -> None:
    """A text or day merged over several rows belongs to each of them; a number so merged belongs to none."""
    rows = {number: list(contents) for number, contents in raw.rows}
    last = max(rows, default=0)
    for merged in sorted(merges):
        left, top, _right, bottom = range_boundaries(merged)
        if left is None or top is None or bottom is None or bottom == top or top not in rows:
            continue
        anchor = rows[top]
        if left > len(anchor) or anchor[left - 1] is None:
            continue
        content = anchor[left - 1]
        if isinstance(content, Decimal):
            content = anchor[left - 1] = MERGED_NUMBER
        for number in range(top + 1, min(bottom, last) + 1):
            if number in rows:  # a row that has nothing but merged cells stays empty
                row = rows[number]
                row.extend([None] * (left - len(row)))
                row[left - 1] = content
    raw.rows[:] = [(number, tuple(contents)) for number, contents in sorted(rows.items())]


def place(row: int, column: int) -> str:
    """`C12` of row 12 and column index 2 (from 0)."""
    return f"{get_column_letter(column + 1)}{row}"


def _damaged(file: str) -> InputRefused:
    return refuse(
        "file.damaged",
        "文件已损坏，无法读取",
        "is damaged and cannot be read",
        "请在 Excel 或 WPS 中打开修复后另存，或重新导出",
        "open and repair it in Excel or WPS, or export it again",
        file=file,
    )


def _too_large(file: str, zh: str, en: str) -> InputRefused:
    return refuse(
        "file.too_large",
        f"文件过大：{zh}",
        f"is too large: {en}",
        "请删去空白的行列和无关的工作表，或分成几个文件",
        "delete empty rows, columns and sheets that do not matter, or split it",
        file=file,
    )


def too_large(file: str, size: int) -> InputRefused:
    """The finding about a file that is too large to be looked at."""
    return _too_large(file, f"{size // 2**20} MB", f"{size // 2**20} MB")


def open_for_marking(data: bytes) -> OpenpyxlWorkbook:
    """The whole workbook with its formats, to be given back to its owner."""
    return openpyxl.load_workbook(io.BytesIO(data))
