"""`gangmu ledgers` on a district of one's own."""

from __future__ import annotations

import pytest

from tests.factories.commands import gangmu


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    (folder / "gangmu.toml").write_text('name = "云溪区"\n', encoding="utf-8")
    return folder


def test_every_register_is_listed_with_its_figures_and_regulation(district):
    done = gangmu("ledgers", "--dir", district, "--json")

    by_code = {line["ledger"]: line for line in done.lines}
    assert (done.code, sorted(by_code)) == (0, ["grievances", "projects", "supervision"])
    assert by_code["supervision"]["figures"] == ["supervision_items"]
    assert (by_code["projects"]["stages"], by_code["projects"]["entries"]) == (6, 0)
    assert "政府投资条例" in by_code["projects"]["regulation"]


def test_the_fields_of_one_register_name_their_lines(district):
    done = gangmu("ledgers", "projects", "--dir", district, "--json")

    fields = {line["field"]: line for line in done.lines}
    assert fields["investment.amount"]["unit_of_measure"] == "万元"
    assert fields["class"]["choices"] == ["industry", "service", "urban"]
