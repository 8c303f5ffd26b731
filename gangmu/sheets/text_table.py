"""CSV as people save it: UTF-8 with or without mark, GB 18030 from Chinese Excel, commas, tabs or semicolons."""

from __future__ import annotations

import csv
import io
import itertools

from gangmu.problems import InputRefused, refuse
from gangmu.sheets.xlsx import MAX_COLUMNS, MAX_ROWS, RawSheet

_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",\t;"


def read(data: bytes, file: str, sheet: str) -> RawSheet:
    """The one sheet of a CSV file; every cell is text. `InputRefused` when it is no text or not a table."""
    text = decoded(data, file)
    raw = RawSheet(sheet)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), start=1):
            if not any(cell.strip() for cell in row):
                continue
            if len(raw.rows) >= MAX_ROWS or len(row) > MAX_COLUMNS:
                raise _not_a_table(
                    file,
                    f"超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列",
                    f"over {MAX_ROWS} rows or {MAX_COLUMNS} columns",
                )
            raw.rows.append((number, tuple(_unescaped(cell) or None for cell in row)))
    except csv.Error as error:
        raise _not_a_table(file, f"不是规范的 CSV（{error}）", f"is no proper CSV ({error})") from error
    return raw


def decoded(data: bytes, file: str) -> str:
    """Text of the bytes: by its mark, else UTF-8, else GB 18030."""
    for mark, encoding in _MARKED.items():
        if data.startswith(mark):
            return _decode(data, (encoding,), file)
    if b"\x00" in data[:4096]:
        raise _not_text(file)
    return _decode(data, ("utf-8", "gb18030"), file)


def _decode(data: bytes, encodings: tuple[str, ...], file: str) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_text(file)


def _delimiter(text: str) -> str:
    """The delimiter that the first line uses most; a comma where it uses none."""
    first = next(itertools.dropwhile(lambda line: not line.strip(), io.StringIO(text)), "")
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), -_DELIMITERS.index(mark)))


def _unescaped(cell: str) -> str:
    """Takes back the apostrophe that `writing` puts before a text that a spreadsheet would run as a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@\t" else cell


def _not_text(file: str) -> InputRefused:
    return refuse(
        "file.not_text",
        "不是文本文件，或编码不是 UTF-8、GB 18030",
        "is no text, or encoded neither in UTF-8 nor in GB 18030",
        "请在 Excel 或 WPS 中另存为“CSV UTF-8”或 .xlsx",
        'save it as "CSV UTF-8" or .xlsx',
        file=file,
    )


def _not_a_table(file: str, zh: str, en: str) -> InputRefused:
    return refuse(
        "file.not_a_table", zh, en, "请另存为 .xlsx 再导入", "save it as .xlsx and import that", file=file
    )
