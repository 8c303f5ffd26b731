"""docs/command-line.md: nothing undocumented, and its examples run."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from pathlib import Path

import pytest

from gangmu.cli.main import COMMANDS
from gangmu.cli.parser import Parser
from tests.factories.commands import gangmu

PAGE = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"
MINE = ("init", "import", "serve", "doctor", "backup", "restore")


def sections() -> dict[str, str]:
    """Command → its part of the page."""
    parts = re.split(r"^### `gangmu (\w+)", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_its_section() -> None:
    assert sorted(sections()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", MINE)
def test_every_option_is_mentioned(name: str) -> None:
    parser = Parser(prog=name)
    importlib.import_module(COMMANDS[name]).add_arguments(parser)
    options = [
        option
        for action in parser._actions
        for option in action.option_strings
        if not isinstance(action, argparse._HelpAction)
    ]

    assert [option for option in options if option not in sections()[name]] == []


def test_the_examples_run_one_after_the_other(tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]

    failed = {}
    for program, *argv in commands:
        assert program == "gangmu"
        done = gangmu(*argv, cwd=tmp_path)
        if done.code != 0:
            failed[" ".join(argv)] = done.out + done.err

    assert len(commands) > 10
    assert failed == {}
