"""docs/registers.md: made from the declarations, never stale, and no must-have without a place."""

from __future__ import annotations

from pathlib import Path

from gangmu.cli import registers_page
from gangmu.ledgers import declarations
from tests.factories.commands import gangmu

PAGE = Path(__file__).resolve().parents[2] / "docs" / "registers.md"
NEEDING = {
    *(
        "projects",
        "approvals",
        "investment_leads",
        "grievances",
        "safety_inspections",
        "hazards",
        "acquisitions",
    ),
    *(
        "renewal",
        "livelihood",
        "proposals",
        "service_items",
        "premises",
        "offers",
        "rectifications",
        "estates",
    ),
    *("activities", "appointments", "supervision"),
}
"""The registers of which the design paper on practice says what officers miss at once."""


def test_every_must_have_names_a_field_stage_line_clock_or_figure_that_is_declared() -> None:
    assert {one.register for one in registers_page.must_haves()} == NEEDING
    assert registers_page.gaps() == []


def test_the_page_is_what_the_command_prints(tmp_path: Path) -> None:
    (tmp_path / "gangmu.toml").write_text('name = "云溪区"\n', encoding="utf-8")

    done = gangmu("ledgers", "--page", "--dir", tmp_path)

    assert (done.code, done.out) == (0, PAGE.read_text(encoding="utf-8"))


def test_the_page_has_a_section_for_each_register_and_marks_what_was_not_read() -> None:
    text = PAGE.read_text(encoding="utf-8")
    unread = [
        one for register in declarations.load().values() for one in register.regulation if not one.checked
    ]

    assert [code for code in declarations.load() if f'<a id="{code}"></a>' not in text] == []
    assert text.count("（待核）：") == len(unread)
