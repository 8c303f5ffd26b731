"""Opening a stranger's XLSX: what could harm or mislead is refused before anything is unpacked into memory."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.parsers import expat

from gangmu.problems import InputRefused, Text, refuse
from gangmu.sheets import ooxml
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

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,  # bz2
    struct.error,
    EOFError,
    NotImplementedError,  # a compression or an encryption that zipfile does not know
    RuntimeError,
    expat.ExpatError,
    ValueError,
    ArithmeticError,
    LookupError,
    StopIteration,
    RecursionError,
)
"""What a damaged or malicious file makes its readers raise."""

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
    """All sheets of an XLSX file, hidden ones too. `InputRefused` with one finding when it must not be opened."""
    _check_kind(data, file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, file)
            book = ooxml.open_book(archive)
            if not book.pages:
                raise _damaged(file)
            if len(book.pages) > MAX_SHEETS:
                raise _too_large(file, f"{len(book.pages)} 张工作表", f"{len(book.pages)} sheets")
            return [_sheet(book, name, file) for name in book.pages]
    except InputRefused:
        raise
    except ooxml.EntitiesError as error:
        raise refuse(
            "file.entities",
            "含有 XML 实体声明，不予打开",
            "declares XML entities and is not opened",
            "请在 Excel 或 WPS 中另存为新的 .xlsx",
            "save it as a new .xlsx",
            file=file,
        ) from error
    except _DAMAGE as error:
        raise _damaged(file) from error


def _check_kind(data: bytes, file: str) -> None:
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


def _check_parts(archive: zipfile.ZipFile, file: str) -> None:
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


def _sheet(book: ooxml.Book, name: str, file: str) -> RawSheet:
    try:
        page = ooxml.read_page(book, book.pages[name], MAX_ROWS, MAX_COLUMNS)
    except ooxml.TooLargeError as error:
        raise _too_large(
            file,
            f"“{name}”超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列",
            f'"{name}" has over {MAX_ROWS} rows or {MAX_COLUMNS} columns',
        ) from error
    raw = RawSheet(name, page.rows)
    if page.merged:
        _unmerge(raw, page.merged)
    return raw


def _unmerge(raw: RawSheet, merges: Iterable[str]) -> None:
    """A text or day merged over several rows belongs to each of them; a number so merged belongs to none."""
    from openpyxl.utils import range_boundaries

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
    from openpyxl.utils import get_column_letter

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
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(data))
