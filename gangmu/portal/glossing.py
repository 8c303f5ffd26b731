"""Chinese words inside an English sentence: what a rule book states in Chinese alone, said in English where we can.

A rule book names its grades, units of measure and clauses in its own language, and the sentences of a score sheet quote
them. Units and the usual grades have English; any other word stays, marked as the Chinese it is.
"""

from __future__ import annotations

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_noop

from gangmu.figures.units_of_measure import after_number, name_of
from gangmu.web import cells

GRADES = (
    gettext_noop("优秀"),
    gettext_noop("优良"),
    gettext_noop("良好"),
    gettext_noop("较好"),
    gettext_noop("合格"),
    gettext_noop("基本合格"),
    gettext_noop("一般"),
    gettext_noop("较差"),
    gettext_noop("不合格"),
    gettext_noop("先进"),
    gettext_noop("达标"),
    gettext_noop("未达标"),
)
"""Grades as rule books name them; one of another name stays in Chinese."""

_WORD = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff\u3001-\u303f\uff00-\uffef·]*")
_SPACES = re.compile(r"  +")


def glossed(text: str) -> SafeString:
    """A sentence as it stands; in English the Chinese words in it are translated or marked."""
    if not (get_language() or "").startswith("en"):
        return conditional_escape(text)
    parts, end = [], 0
    for word in _WORD.finditer(text):
        parts += [conditional_escape(text[end : word.start()]), _english(word[0])]
        end = word.end()
    parts.append(conditional_escape(text[end:]))
    return mark_safe(_SPACES.sub(" ", "".join(parts)))  # noqa: S308 - every part is escaped


def grade(name: str | None) -> str:
    """A grade's name in the reader's language, as far as it is one of the usual ones."""
    return gettext(name) if name else ""


def _english(word: str) -> SafeString:
    if name_of(word).en != word:
        return conditional_escape(after_number(word).en)
    return cells.recorded(gettext(word) if word in GRADES else word)
