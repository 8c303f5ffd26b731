"""A district's assessment from its files, as people run it: import, score, explain, change a row, close."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from gangmu.sheets.writing import SheetOut, write_workbook
from tests.factories.assessment import RULE_BOOK
from tests.factories.commands import gangmu

UNITS = [
    ("编码", "名称", "简称", "考核分组", "排序"),
    [
        ("A", "甲局", "甲局", "经济部门", 1),
        ("B", "乙局", "乙局", "经济部门", 2),
        ("C", "丙街道", "丙街道", "街道", 3),
    ],
]
PEOPLE = [("编码", "姓名", "单位", "类别"), [("L1", "王区长", "甲局", "区领导")]]
SERIES = [
    ("指标", "取值方式", "期间", "单位", "数值"),
    [
        *(("一般公共预算收入", None, "2025", unit, value) for unit, value in (("A", 9), ("B", 12))),
        *(("一般公共预算收入", "计划", "2025", unit, 10) for unit in ("A", "B")),
    ],
]
FACTS = [
    ("单位", "期间", "指标", "事项", "字段", "数值", "依据"),
    [
        *(
            (unit, "2025", "tasks", None, None, mark, "评价表")
            for unit, mark in (("A", 36), ("B", 38), ("C", 63))
        ),
        ("A", "2025", "表彰", "先进集体", "level", "市级", "市府〔2025〕3号"),
    ],
]
PROJECTS = (
    *(
        "编号",
        "名称",
        "责任单位",
        "阶段",
        "项目代码",
        "项目类别",
        "建设单位",
        "总投资",
        "属地街道",
        "牵头部门",
    ),
    *("包联区领导", "入库日期", "计划竣工日期", "开工认定依据"),
)


def project(number: str, unit: str, started: str) -> tuple[object, ...]:
    day = datetime.date.fromisoformat
    return (
        *(
            number,
            f"{number}号园",
            unit,
            "开工",
            f"2501-410102-04-01-{number}",
            "工业",
            "某公司",
            20000,
            "C",
            unit,
        ),
        *("L1", day("2024-01-05"), day("2026-12-31"), "施工许可证"),
    )


def write_projects(folder: Path, *projects: tuple[str, str, str]) -> None:
    stages = []
    for number, _, started in projects:
        days = {"谋划": "2024-01-05", "前期": "2024-06-01", "开工": started}
        stages += [(number, stage, datetime.date.fromisoformat(day)) for stage, day in days.items()]
    write_workbook(
        folder / "ledgers" / "projects.xlsx",
        [
            SheetOut("项目库", PROJECTS, [project(*said) for said in projects]),
            SheetOut("阶段记录", ("编号", "阶段", "日期"), stages),
        ],
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district laid out by `init` and imported from its own files."""
    folder = tmp_path_factory.mktemp("district") / "small"
    done = gangmu("init", folder)
    assert done.code == 0, done.err
    (folder / "declared" / "rulebooks" / "example.yaml").unlink()
    (folder / "declared" / "rulebooks" / "small.yaml").write_text(RULE_BOOK, encoding="utf-8")
    for name, sheets in {
        "units.xlsx": [SheetOut("单位", *UNITS), SheetOut("人员", *PEOPLE)],
        "series.xlsx": [SheetOut("数据", *SERIES)],
        "facts.xlsx": [SheetOut("考核数据", *FACTS)],
    }.items():
        write_workbook(folder / name, sheets)
    write_projects(
        folder, ("1001", "A", "2025-05-06"), ("1002", "B", "2025-03-01"), ("1003", "B", "2025-07-01")
    )
    done = gangmu("import", "--dir", folder)
    assert done.code == 0, done.out + done.err
    return folder


def test_a_year_is_scored_explained_changed_by_a_row_and_closed(folder: Path) -> None:
    before = gangmu("score", "2025", "--json", "--dir", folder)
    assert before.code == 0, before.err
    assert [
        {key: line[key] for key in ("unit", "period", "group", "total", "rank", "grade")}
        for line in before.lines
    ] == [
        {"unit": "A", "period": "2025", "group": "bureaus", "total": "79.00", "rank": "2", "grade": "合格"},
        {"unit": "B", "period": "2025", "group": "bureaus", "total": "98.00", "rank": "1", "grade": "优秀"},
        {"unit": "C", "period": "2025", "group": "streets", "total": "63.00", "rank": "1", "grade": "合格"},
    ]

    tree = gangmu("explain", "甲局", "started", "--period", "2025", "--json", "--dir", folder).object
    assert (tree["node"], tree["value"], tree["clause"]) == ("started", "15", "第一条（二）")
    assert tree["inputs"][0]["place"] == "figures projects_started.count@2025、unit:A"
    assert tree["sentence_zh"] and tree["sentence_en"] and tree["next"]

    nodes = gangmu("score", "2025", "--nodes", "--json", "--dir", folder).lines
    write_projects(
        folder,
        *(("1001", "A", "2025-05-06"), ("1002", "B", "2025-03-01"), ("1003", "B", "2025-07-01")),
        ("1004", "A", "2025-11-30"),
    )
    assert gangmu("import", folder / "ledgers" / "projects.xlsx", "--dir", folder).code == 0
    after = gangmu("score", "2025", "--nodes", "--json", "--dir", folder).lines
    changed = {
        (new["unit"], new["node"]): new["value"] for old, new in zip(nodes, after, strict=True) if old != new
    }
    assert changed == {("A", "total"): "94", ("A", "economy"): "57", ("A", "started"): "30"}

    closed = gangmu("cycle", "2025", "close", "--json", "--dir", folder).object
    assert (closed["state"], closed["runs"], closed["rulebook"]) == ("closed", 2, "small/1")
    write_workbook(
        folder / "late.xlsx", [SheetOut("考核数据", FACTS[0], [("A", "2025", "tasks", None, None, 40, None)])]
    )
    late = gangmu("import", folder / "late.xlsx", "--json", "--dir", folder)
    assert (late.code, [(line["cell"], line["code"]) for line in late.lines]) == (1, [("F2", "cycle.frozen")])
    assert gangmu("cycle", "2025", "reopen", "--dir", folder).code == 1
    assert (
        gangmu("cycle", "2025", "reopen", "--reason", "更正", "--json", "--dir", folder).object["state"]
        == "open"
    )
    assert gangmu("log", "verify", "--dir", folder).code == 0


def test_people_read_a_ranking_and_a_tree(folder: Path) -> None:
    ranking = gangmu("score", "2025", "--dir", folder)
    tree = gangmu("explain", "C", "--dir", folder, "--lang", "en")

    assert ranking.code == 0
    assert ranking.out.index("乙局") < ranking.out.index("甲局") < ranking.out.index("丙街道")
    assert tree.code == 0
    assert "Projects started" in tree.out


def test_cycles_are_listed(folder: Path) -> None:
    gangmu("score", "2025", "--dir", folder)
    [line] = gangmu("cycle", "--json", "--dir", folder).lines

    assert (line["period"], line["title"], len(line["results_digest"])) == ("2025", "小区考核办法", 64)


def test_a_period_without_a_rule_book_says_what_to_do(folder: Path) -> None:
    done = gangmu("score", "2023", "--dir", folder)

    assert done.code == 1
    assert "没有2023年的考核办法" in done.err
    assert "declared/rulebooks" in done.err
