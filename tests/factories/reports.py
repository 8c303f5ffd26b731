"""Reports for tests: a short template over two figures of the catalogue, filled and issued."""

from __future__ import annotations

from pathlib import Path

from gangmu.documents import template
from gangmu.documents.template import Template
from gangmu.reports.filling import Filled, fill
from gangmu.reports.issuing import issue
from gangmu.reports.models import IssuedDocument
from tests.factories.figures import CLERK

TEXT = """\
云溪区工作报告

一、2025年工作回顾
（一）稳增长。地区生产总值{{gdp.value}}，{{gdp.yoy|增长}}；固定资产投资{{固定资产投资.增速|增长}}。
上年地区生产总值{{gdp.value@prev}}亿元。
"""


def short_template(text: str = TEXT) -> Template:
    return template.parse(text, "年报.txt")


def filled(text: str = TEXT, period: str = "2025") -> Filled:
    return fill(short_template(text), period)


def issued(path: Path, text: str = TEXT) -> IssuedDocument:
    """The short report, issued to a path."""
    return issue(filled(text), path, CLERK)
