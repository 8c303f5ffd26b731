"""Filling, issuing, verifying and reading a report."""

from __future__ import annotations

import datetime
import hashlib
import json

import docx
import pytest
from django.utils import timezone
from docx.oxml.ns import qn

from gangmu.documents import word
from gangmu.documents.model import Kind
from gangmu.problems import InputRefused
from gangmu.records import subjects
from gangmu.records.models import LogEntry
from gangmu.reports.filling import fill
from gangmu.reports.models import IssuedDocument, IssuedNumber
from gangmu.reports.reading import missing, paragraphs
from gangmu.reports.verifying import verify
from tests.factories.figures import observed
from tests.factories.reports import filled, issued, short_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures():
    observed("gdp", "2024", "580.2")
    observed("gdp", "2025", "612.34")
    observed("gdp", "2025", "5.3", measure="yoy")


def test_a_report_prints_what_the_figures_say_and_what_they_lack(figures):
    report = filled()

    assert report.document.text.splitlines()[3:] == [
        "（一）稳增长。地区生产总值612.34亿元，增长5.3%；固定资产投资〔缺：固定资产投资 2025年 增速〕。",
        "上年地区生产总值580.2亿元。",
    ]
    assert [number.asked.label.zh for number in report.missing] == ["固定资产投资 2025年 增速"]


def test_a_report_of_a_past_moment_prints_what_stood_then(figures):
    before = timezone.now()
    observed("gdp", "2025", "615")

    now, then = fill(short_template(), "2025"), fill(short_template(), "2025", as_of=before)

    assert [n.bound.printed for n in now.numbers if n.asked.request.measure == "value"] == [
        "615亿元",
        "580.2",
    ]
    assert [n.bound.printed for n in then.numbers if n.asked.request.measure == "value"] == [
        "612.34亿元",
        "580.2",
    ]


def test_every_unknown_word_of_a_template_is_refused_at_once_with_line_and_nearest_name():
    template = short_template("题\n{{地区生产总直.增速}}\n\n{{gdp.增数}}和{{gdp.value@2025-13}}")

    with pytest.raises(InputRefused) as refused:
        fill(template, "2025")

    found = [(p.file, p.cell, p.code) for p in refused.value.problems]
    assert found == [
        ("年报.txt", "line 2 {{地区生产总直.增速}}", "figure.unknown"),
        ("年报.txt", "line 4 {{gdp.增数}}", "measure.unknown"),
        ("年报.txt", "line 4 {{gdp.value@2025-13}}", "period.unknown"),
    ]
    assert "地区生产总值" in refused.value.problems[0].remedy.zh


def test_issuing_keeps_every_number_with_its_question_and_logs_the_digest_of_the_file(figures, tmp_path):
    path = tmp_path / "年报.docx"

    document = issued(path)

    kept = list(
        document.numbers.values_list("position", "figure", "measure", "period", "printed", "value", "status")
    )
    assert kept == [
        (1, "gdp", "value", "2025", "612.34亿元", "612.340000", "ok"),
        (2, "gdp", "yoy", "2025", "增长5.3%", "5.300000", "ok"),
        (3, "fixed_asset_investment", "yoy", "2025", "〔缺：固定资产投资 2025年 增速〕", "", "missing"),
        (4, "gdp", "value", "2024", "580.2", "580.200000", "ok"),
    ]
    assert word.identity_of(path.read_bytes()) == document.identity
    entry = LogEntry.objects.get(subject_kind="issued_document", subject_key=document.identity)
    assert (entry.action, entry.actor_name) == ("report.issued", "测试员")
    assert json.loads(entry.detail)["file_digest"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_number_altered_in_the_database_is_told_by_its_documents_digest(figures, tmp_path):
    document = issued(tmp_path / "年报.docx")
    logged = LogEntry.objects.get(subject_key=document.identity).subject_digest
    assert dict(subjects.current("issued_document")) == {document.identity: logged}

    IssuedNumber.objects.filter(position=1).update(value="999")

    assert dict(subjects.current("issued_document")) != {document.identity: logged}


def test_when_the_file_cannot_be_written_nothing_is_issued(figures, tmp_path):
    with pytest.raises(OSError):
        issued(tmp_path / "no such folder" / "年报.docx")

    assert (IssuedDocument.objects.count(), LogEntry.objects.filter(action="report.issued").count()) == (0, 0)


def test_a_kind_of_file_that_cannot_be_written_is_refused(figures, tmp_path):
    with pytest.raises(InputRefused) as refused:
        issued(tmp_path / "年报.odt")

    assert [problem.code for problem in refused.value.problems] == ["report.kind"]


def test_a_text_report_is_the_filled_text(figures, tmp_path):
    path = tmp_path / "年报.txt"

    issued(path)

    assert path.read_text(encoding="utf-8").splitlines()[0] == "云溪区工作报告"
    assert "增长5.3%" in path.read_text(encoding="utf-8")


def states(path):
    return [(v.printed, v.number.printed, v.current, str(v.state)) for v in verify(path)]


LACK = "〔缺：固定资产投资 2025年 增速〕"


def test_an_untouched_report_verifies_number_by_number(figures, tmp_path):
    issued(tmp_path / "年报.docx")

    assert states(tmp_path / "年报.docx") == [
        ("612.34亿元", "612.34亿元", "612.34亿元", "same"),
        ("增长5.3%", "增长5.3%", "增长5.3%", "same"),
        (LACK, LACK, LACK, "same"),
        ("580.2", "580.2", "580.2", "same"),
    ]


def test_verifying_tells_changed_by_hand_no_longer_current_and_gone_apart(figures, tmp_path):
    path = tmp_path / "年报.docx"
    issued(path)
    edited(path, {1: "700亿元"}, drop=4)
    observed("gdp", "2025", "5.5", measure="yoy")
    observed("fixed_asset_investment", "2025", "-2", measure="yoy")

    assert states(path) == [
        ("700亿元", "612.34亿元", "612.34亿元", "changed_by_hand"),
        ("增长5.3%", "增长5.3%", "增长5.5%", "no_longer_current"),
        (LACK, LACK, "下降2%", "no_longer_current"),
        ("", "580.2", "580.2", "gone"),
    ]


def edited(path, changes, drop):
    """What a person does in Word: types over some numbers, deletes another with its bookmark."""
    file = docx.Document(str(path))
    body = file.element.body
    for start in list(body.iter(qn("w:bookmarkStart"))):
        number = int(start.get(qn("w:name")).rpartition("_")[2])
        control = start.getnext()
        if number in changes:
            next(control.iter(qn("w:t"))).text = changes[number]
        if number == drop:
            for element in (control, control.getnext(), start):
                element.getparent().remove(element)
    file.save(str(path))


def test_a_file_that_was_not_issued_here_is_refused(tmp_path):
    path = tmp_path / "别处.docx"
    docx.Document().save(str(path))

    with pytest.raises(InputRefused) as refused:
        verify(path)

    assert [problem.code for problem in refused.value.problems] == ["report.not_issued"]


def test_a_page_has_the_paragraphs_with_their_numbers_in_place(figures, tmp_path, django_assert_num_queries):
    document = issued(tmp_path / "年报.docx")

    with django_assert_num_queries(1):
        page = paragraphs(document)

    assert [(p.kind, [run if isinstance(run, str) else run.printed for run in p.runs]) for p in page[3:]] == [
        (
            Kind.HEADING_2,
            ["（一）稳增长。地区生产总值", "612.34亿元", "，", "增长5.3%", "；固定资产投资", LACK, "。"],
        ),
        (Kind.BODY, ["上年地区生产总值", "580.2", "亿元。"]),
    ]
    assert [number.printed for number in missing(document)] == [LACK]


def test_filling_asks_as_many_queries_for_thirty_numbers_as_for_three(figures, django_assert_max_num_queries):
    with django_assert_max_num_queries(4) as few:
        filled("题\n" + "{{gdp.value}}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        filled("题\n" + "{{gdp.value}}{{gdp.yoy}}{{gdp.value@2023}}" * 30)


def test_an_issued_document_is_never_deleted(figures, tmp_path):
    document = issued(tmp_path / "年报.docx")

    with pytest.raises(TypeError):
        document.delete()


def test_a_half_year_report_looks_back_on_the_half_year_before():
    observed("gdp", "2024-S1", "250")
    observed("gdp", "2025-S1", "260")

    report = fill(short_template("题\n{{gdp.value}}，上年{{gdp.value@prev}}，{{gdp.yoy|增长|0}}"), "2025-S1")

    assert report.document.text == "题\n260亿元，上年250亿元，增长4%"


def test_a_moment_is_kept_with_the_document(figures, tmp_path):
    from gangmu.reports.issuing import issue
    from tests.factories.figures import CLERK

    moment = timezone.now() - datetime.timedelta(days=1)
    document = issue(fill(short_template(), "2025", as_of=moment), tmp_path / "a.docx", CLERK)

    assert (document.as_of, len(missing(document))) == (moment, 4)
