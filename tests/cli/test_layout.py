"""The folder of a new district."""

from __future__ import annotations

from pathlib import Path

import pytest

from gangmu.cli import layout
from gangmu.config import district
from gangmu.problems import InputRefused
from gangmu.sheets.reading import read_workbook
from gangmu.sheets.writing import SheetOut


def test_a_new_folder_has_its_places_and_settings_that_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "云溪"

    written = layout.lay_out(folder, '云溪"区"')

    assert sorted(path.relative_to(folder).as_posix() for path in written) == [
        "declared/rulebooks/example.yaml",
        "gangmu.toml",
        "templates/年度工作报告.txt",
    ]
    assert (folder / "keys").stat().st_mode & 0o777 == 0o700
    assert district.load(folder).name == '云溪"区"'


def test_the_sibling_districts_are_declared_in_the_settings(tmp_path: Path) -> None:
    layout.lay_out(tmp_path)
    settings = tmp_path / "gangmu.toml"
    text = settings.read_text(encoding="utf-8")
    assert district.load(tmp_path).areas == ()

    settings.write_text(
        text.replace('# "东山区"', '"东山区"').replace('# "南浦区"', '"南浦区"'), encoding="utf-8"
    )

    assert district.load(tmp_path).areas == (("东山区", "Dongshan District"), ("南浦区", "Nanpu District"))


def test_a_sibling_district_without_its_english_name_in_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gangmu.toml").write_text('[areas]\n"东山区" = 3\n', encoding="utf-8")

    with pytest.raises(InputRefused) as refused:
        district.load(tmp_path)

    assert [problem.code for problem in refused.value.problems] == ["settings.areas"]


def test_laying_out_again_touches_nothing(tmp_path: Path) -> None:
    layout.lay_out(tmp_path)
    (tmp_path / "gangmu.toml").write_text('name = "甲区"', encoding="utf-8")
    (tmp_path / "declared/rulebooks/example.yaml").unlink()

    assert layout.lay_out(tmp_path) == []
    assert (tmp_path / "gangmu.toml").read_text(encoding="utf-8") == 'name = "甲区"'


def test_a_folder_that_holds_something_else_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "工资.xlsx").write_bytes(b"x")

    with pytest.raises(InputRefused) as refused:
        layout.lay_out(tmp_path)

    assert [problem.code for problem in refused.value.problems] == ["folder.taken"]
    assert [path.name for path in tmp_path.iterdir()] == ["工资.xlsx"]


def test_templates_never_replace_what_people_filled_in(tmp_path: Path) -> None:
    (tmp_path / "units.xlsx").write_bytes(b"mine")

    written = layout.write_templates(
        tmp_path,
        [
            {
                "units.xlsx": [SheetOut("单位", ["编码"])],
                "ledgers/projects.xlsx": [SheetOut("项目库", ["编号"])],
            }
        ],
    )

    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["ledgers/projects.xlsx"]
    assert read_workbook(written[0]).sheets[0].headers() == ["编号"]
    assert (tmp_path / "units.xlsx").read_bytes() == b"mine"
