"""The entry: what every command has in common, tried without a district."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gangmu.cli.district import language_of
from gangmu.cli.main import COMMANDS, main


def test_without_a_command_the_overview_is_shown_and_it_counts_as_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("用法：gangmu 命令 …")


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["help"]])
def test_help_lists_every_command_in_the_language_asked_for(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*argv, "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("usage: gangmu COMMAND")
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  ")] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages_without_a_district(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    assert main([name, "--help", "--lang", "en"]) == 0

    chinese, english = capsys.readouterr().out.split("usage: ")
    assert chinese.startswith(f"用法：gangmu {name}")
    assert english.startswith(f"gangmu {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    module = importlib.import_module(COMMANDS[name])

    assert callable(module.add_arguments)
    assert callable(module.run)


def test_an_unknown_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["improt"]) == 2
    assert capsys.readouterr().err.startswith("没有命令“improt”。是否要用 import？\n")


def test_wrong_usage_is_told_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup"]) == 2
    assert capsys.readouterr().err.startswith("用法有误：缺少参数：FILE\n用法：gangmu backup")


def test_wrong_usage_is_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "x", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("Wrong usage: argument --port: invalid int value: 'x'\n")


def test_a_folder_that_is_no_district_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--dir", str(tmp_path), "--json"]) == 1

    shown = capsys.readouterr()
    assert [json.loads(line) for line in shown.out.splitlines()] == [
        {
            "file": str(tmp_path),
            "sheet": "",
            "cell": "",
            "code": "district.none",
            "message": "这里没有单位（区、县）的数据文件夹：找不到 gangmu.toml",
            "remedy": f"请用 --dir 指明文件夹，或用 gangmu init {tmp_path} 新建",
        }
    ]
    assert shown.err == ""


def test_settings_that_cannot_be_read_are_a_finding_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "gangmu.toml").write_text('language = "fr"\n', encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "gangmu", "doctor", "--dir", str(tmp_path)], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path / 'gangmu.toml'}：语言 'fr' 不支持。请写 zh-hans 或 en\n"


def test_an_error_of_the_program_is_one_line_that_says_where_the_rest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gangmu.toml").touch()
    (tmp_path / "broken_command.py").write_text(
        "NEEDS_DISTRICT = False\ndef add_arguments(parser): pass\ndef run(args, out): return 1 // 0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "doctor", "broken_command")
    monkeypatch.delenv("GANGMU_DEBUG", raising=False)

    assert main(["doctor", "--dir", str(tmp_path)]) == 1

    (written,) = (tmp_path / "errors").iterdir()
    assert capsys.readouterr().err == (
        "程序出错（ZeroDivisionError：integer division or modulo by zero）。"
        f"详细记录：{written}；GANGMU_DEBUG=1 可直接显示\n"
    )
    assert "broken_command.py" in written.read_text(encoding="utf-8")

    monkeypatch.setenv("GANGMU_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["doctor", "--dir", str(tmp_path)])


def test_help_is_light() -> None:
    """No Django behind an answer that needs none: completion and scripts ask for it often."""
    code = "import sys; from gangmu.cli.main import main; main(['--help']); sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("toml", "locale", "wanted", "language"),
    [
        ("", "", None, "zh-hans"),
        ("", "C", None, "zh-hans"),
        ("", "en_GB.UTF-8", None, "en"),
        ('language = "zh-hans"', "en_GB.UTF-8", None, "zh-hans"),
        ('language = "en"', "", None, "en"),
        ('language = "en"', "", "zh", "zh-hans"),
        ("# language = 'en'", "", None, "zh-hans"),
        ("", "", "en", "en"),
    ],
)
def test_the_language_is_asked_for_or_set_or_the_readers(
    toml: str, locale: str, wanted: str | None, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gangmu.toml").write_text(toml, encoding="utf-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LC_MESSAGES", locale)

    assert language_of(tmp_path, wanted) == language
