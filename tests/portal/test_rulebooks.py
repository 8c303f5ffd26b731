"""A rule book as a document."""

from __future__ import annotations

import pytest

from tests.factories import portal
from tests.factories.assessment import RULE_BOOK, cycle, district, stored

pytestmark = pytest.mark.django_db


def test_a_rule_book_stands_clause_by_clause_with_its_examples() -> None:
    stored()

    page = portal.signed_in(portal.account()).get("/rulebooks/small/")

    sections = page.context["sections"]
    assert [(one.clause, one.name, one.full) for one in sections] == [
        ("第一条", "经济", "部门 60、街道 30"),
        ("第二条", "重点工作", "部门 40、街道 70"),
        ("第三条", "加分", ""),
    ]
    assert [(line.clause, line.rule, line.figure) for line in sections[0].parts] == [
        ("第一条（一）", "按完成率计分", "一般公共预算收入"),
        ("第一条（二）", "按完成率计分", "新开工项目"),
    ]
    assert [(one.name, one.passes) for one in page.context["examples"]] == [("开工一个得一半", True)]
    assert page.context["grades"][0] == ("优秀", "不低于90分，名额不超过50%")


def test_versions_are_kept_and_the_locked_one_says_so() -> None:
    district()
    cycle()
    stored(RULE_BOOK.replace("市级: 1", "市级: 1.5"))
    officer = portal.signed_in(portal.account())

    newest, first = officer.get("/rulebooks/small/"), officer.get("/rulebooks/small/?version=1")

    assert (newest.context["stored"].version, newest.context["stored"].locked_at) == (2, None)
    assert first.context["stored"].locked_at is not None
    assert "已锁定" in first.content.decode()
    assert officer.get("/rulebooks/small/?version=9").status_code == 404


def test_rule_books_are_listed() -> None:
    stored()

    [shown] = portal.signed_in(portal.account()).get("/rulebooks/").context["table"].shown()

    assert (shown.row.cells["title"].text, shown.row.cells["year"]) == ("小区考核办法", "2025")
