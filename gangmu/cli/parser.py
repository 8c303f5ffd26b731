"""Argument parsing that speaks both languages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from typing import Any, NoReturn

USAGE_ERROR = 2


class Bilingual(str):
    """A Chinese text that carries its English: fits wherever argparse wants a str."""

    en: str

    def __new__(cls, zh: str, en: str) -> Bilingual:
        text = super().__new__(cls, zh)
        text.en = en
        return text

    def say(self, language: str) -> str:
        return self.en if language.startswith("en") else str(self)


def both(zh: str, en: str) -> Bilingual:
    """A help text in both languages."""
    return Bilingual(zh, en)


def say(text: object, language: str) -> str:
    """Any text in a language; one that has a single language stays as it is."""
    speak = getattr(text, "say", None)
    return speak(language) if callable(speak) else str(text)


_SENTENCES: Mapping[str, str] = {
    r"the following arguments are required: (.+)": r"缺少参数：\1",
    r"unrecognized arguments: (.+)": r"不认识的参数：\1",
    r"argument (.+): invalid choice: (.+) \(choose from (.+)\)": r"参数 \1 不能是 \2，可选：\3",
    r"argument (.+): expected one argument": r"参数 \1 后面缺少值",
    r"argument (.+): expected at least one argument": r"参数 \1 后面至少要有一个值",
    r"argument (.+): invalid (\w+) value: (.+)": r"参数 \1 的值 \3 无效",
    r"argument (.+): not allowed with argument (.+)": r"参数 \1 与 \2 不能同时使用",
    r"one of the arguments (.+) is required": r"以下参数必须给出一个：\1",
}
"""What argparse says of wrong usage, in Chinese."""

_FRAME: Mapping[str, str] = {
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示本说明",
}


class Parser(argparse.ArgumentParser):
    """An ArgumentParser of one language; subcommands inherit it with the class."""

    language = "zh-hans"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def _get_formatter(self) -> argparse.HelpFormatter:
        formatter = _Formatter(prog=self.prog, max_help_position=32)
        formatter.language = self.language
        return formatter

    def format_help(self) -> str:
        self.description = say(self.description, self.language) if self.description else None
        self.epilog = say(self.epilog, self.language) if self.epilog else None
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        usage = self.format_usage().strip()
        wrong = "Wrong usage: " if self.language.startswith("en") else "用法有误："
        self.exit(USAGE_ERROR, f"{wrong}{_translated(message, self.language)}\n{usage}\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    language = "zh-hans"

    def start_section(self, heading: str | None) -> None:
        super().start_section(self._framed(heading) if heading else heading)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        if prefix is None:  # a subcommand's program name is made with an empty one
            prefix = "usage: " if self._english else "用法："
        super().add_usage(usage, actions, groups, prefix)

    def _expand_help(self, action: argparse.Action) -> str:
        if isinstance(action.help, Bilingual):
            action.help = action.help.say(self.language)
        elif action.help:
            action.help = self._framed(action.help)
        return super()._expand_help(action)

    @property
    def _english(self) -> bool:
        return self.language.startswith("en")

    def _framed(self, text: str) -> str:
        return text if self._english else _FRAME.get(text, text)


def parser_for(language: str) -> type[Parser]:
    """The parser class of a language."""
    return type("Parser", (Parser,), {"language": language})


def _translated(message: str, language: str) -> str:
    if language.startswith("en"):
        return message
    for english, chinese in _SENTENCES.items():
        if re.fullmatch(english, message):
            return re.sub(english, chinese, message)
    return message
