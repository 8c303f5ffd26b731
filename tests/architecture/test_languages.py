"""The English catalogue is complete: every Chinese string a screen can show has its English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parents[2] / "gangmu"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
IN_TEMPLATE = re.compile(r"""{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b[^%]*%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.S)


def in_python() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in CALLS
                and node.args
            ):
                text = node.args[-1] if node.func.id == "pgettext" else node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def in_templates() -> Iterator[str]:
    for path in PACKAGE.rglob("templates/**/*.*"):
        source = path.read_text(encoding="utf-8")
        for double, single in IN_TEMPLATE.findall(source):
            yield double or single
        for block in BLOCK.findall(source):
            first = block.split("{% plural %}")[0]
            yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", first)


def english() -> dict[str, str]:
    """Chinese → English; of a plural, the form for many."""
    return {
        entry.msgid: entry.msgstr_plural.get(1, "") if entry.msgid_plural else entry.msgstr
        for entry in polib.pofile(str(CATALOGUE / "django.po"))
        if not entry.obsolete
    }


def test_every_string_has_its_english() -> None:
    said = english()
    wanted = {*in_python(), *in_templates()}

    assert sorted(text for text in wanted if not said.get(text)) == []


def test_no_english_text_is_still_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    allowed = {"中文"}

    left = {text: said for text, said in english().items() if chinese.search(said) and said not in allowed}

    assert left == {}


def test_the_compiled_catalogue_is_the_one_that_is_read() -> None:
    source = {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE / "django.po")).translated_entries()
    }
    compiled = {entry.msgid: entry.msgstr for entry in polib.mofile(str(CATALOGUE / "django.mo"))}

    assert compiled == source
