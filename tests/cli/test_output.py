"""For people in their language; with --json nothing but JSON on stdout."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest

from gangmu.cli.output import Output
from gangmu.cli.parser import both
from gangmu.problems import Problem, Text

ROWS: list[dict[str, Any]] = [
    {
        "figure": "gdp",
        "value": Decimal("1288.60"),
        "on": datetime.date(2025, 12, 31),
        "text": Text("亿元", "100m"),
    },
    {"figure": "[b]", "value": None, "on": None, "text": ""},
]
FOUND = [
    Problem("a.b", Text("不对", "wrong"), Text("请改", "mend it"), "a.xlsx", "单位", "C2"),
    Problem("a.c", Text("缺少", "missing")),
]


def output(language: str = "zh-hans", as_json: bool = False) -> tuple[Output, io.StringIO, io.StringIO]:
    stdout, stderr = io.StringIO(), io.StringIO()
    return Output(language, as_json, stdout, stderr), stdout, stderr


def test_json_lines_keep_decimals_as_strings_and_order() -> None:
    out, stdout, stderr = output(as_json=True)

    out.lines(ROWS)
    out.object({"ok": True, "n": 3})
    out.say("完成")

    assert stdout.getvalue().splitlines() == [
        '{"figure": "gdp", "value": "1288.60", "on": "2025-12-31", "text": "亿元"}',
        '{"figure": "[b]", "value": null, "on": null, "text": ""}',
        '{"ok": true, "n": 3}',
    ]
    assert stderr.getvalue() == "完成\n"


def test_people_get_a_table_with_nothing_taken_for_markup() -> None:
    out, stdout, _ = output("en")

    out.lines(ROWS)

    lines = [line.split() for line in stdout.getvalue().splitlines() if line.strip()]
    assert lines[0] == ["figure", "value", "on", "text"]
    assert lines[2:] == [["gdp", "1288.60", "2025-12-31", "100m"], ["[b]"]]


def test_findings_go_to_stderr_for_people_with_their_number() -> None:
    out, stdout, stderr = output()

    out.problems(FOUND)

    assert stdout.getvalue() == ""
    assert stderr.getvalue() == "a.xlsx 单位 C2：不对。请改\n缺少\n共 2 处问题\n"


def test_findings_are_json_lines_for_programs() -> None:
    out, stdout, stderr = output("en", as_json=True)

    out.problems(FOUND[:1])

    assert stdout.getvalue() == (
        '{"file": "a.xlsx", "sheet": "单位", "cell": "C2", "code": "a.b", "message": "wrong", "remedy": "mend it"}\n'
    )
    assert stderr.getvalue() == ""


def test_progress_is_one_line_where_nobody_watches() -> None:
    out, stdout, stderr = output("en")

    with out.progress(both("正在导入", "importing"), 3) as step:
        for _ in range(3):
            step()

    assert (stdout.getvalue(), stderr.getvalue()) == ("", "importing (3)\n")


def test_a_set_is_never_written() -> None:
    out, _, _ = output(as_json=True)

    with pytest.raises(TypeError):
        out.object({"units": {"b", "a"}})
