"""A register's declaration changes, and nothing that was entered is lost or taken for something else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gangmu.config.district import District
from gangmu.ledgers import declarations, entries, queries
from gangmu.ledgers.queries import Selection
from gangmu.problems import InputRefused
from gangmu.records import sealing, verifying
from tests.factories import org
from tests.factories.ledgers import CLERK
from tests.ledgers.test_declarations import HAZARDS

pytestmark = pytest.mark.django_db

PLACE = "  - {code: place, name_zh: 地点, name_en: Place, kind: text}\n"
COST = (
    "  - {code: cost, name_zh: 整改费用, name_en: Cost, kind: decimal, decimals: 2, unit_of_measure: 万元}\n"
)


@pytest.fixture
def declare(settings, tmp_path: Path):
    """Declare the register of hazards with some more fields before its own; called again, it changes."""
    folder = tmp_path / "declared" / "registers"
    folder.mkdir(parents=True)
    settings.DISTRICT = District(folder=tmp_path)

    def declared(*fields: str, text: str = HAZARDS):
        said = text.replace("fields:\n", "fields:\n" + "".join(fields), 1)
        (folder / "hazards.yaml").write_text(said, encoding="utf-8")
        declarations.forget()
        return declarations.get("hazards")

    yield declared
    declarations.forget()


def hazard(register, **values):
    return entries.create(register, {"title": "堵塞消防通道", "unit": org.unit(), "found_on": "2026-03-01", **values}, CLERK)  # fmt: skip


def test_a_field_declared_before_others_takes_nothing_from_them(declare):
    entry = hazard(declare(PLACE), place="桂花路", grade="major")

    register = declare(COST, "  - {code: law, name_zh: 依据, name_en: Law, kind: text}\n", PLACE)
    entries.change(entry, {"law": "安全生产法", "cost": Decimal("1.25")}, CLERK)

    values = entries.standing(entry).state.values
    assert {code: values[code] for code in ("place", "grade", "law", "cost")} == {
        "place": "桂花路",
        "grade": "major",
        "law": "安全生产法",
        "cost": Decimal("1.25"),
    }
    assert queries.total(Selection(register.code), "cost") == Decimal("1.25")


def test_a_field_no_longer_declared_is_carried_along_and_comes_back(declare):
    entry = hazard(declare(PLACE), place="桂花路")
    declare()
    entries.change(entry, {"grade": "major"}, CLERK)

    declare(PLACE)

    assert entries.standing(entry).state.values["place"] == "桂花路"


def test_a_retired_field_cannot_be_asked_for(declare):
    hazard(declare(PLACE), place="桂花路")
    declare()

    with pytest.raises(InputRefused):
        queries.distinct(Selection("hazards"), "place")


def test_a_field_that_becomes_a_number_does_not_read_its_old_words(declare):
    entry = hazard(
        declare(COST.replace("decimal, decimals: 2, unit_of_measure: 万元", "text")), cost="约两万"
    )

    declare(COST)

    assert entries.standing(entry).state.values["cost"] is None


def test_the_log_still_answers_for_every_version_after_a_change_of_the_declaration(declare):
    entry = hazard(declare(PLACE), place="桂花路")
    declare(COST)
    entries.change(entry, {"cost": Decimal(3)}, CLERK)
    sealing.seal()

    assert [
        one for one in verifying.verify().as_json("en")["differs"] if one["place"].startswith("entry/")
    ] == []


def test_more_fields_than_there_is_room_for_are_refused(declare):
    many = [
        f"  - {{code: n{n}, name_zh: 数{n}, name_en: N{n}, kind: decimal, decimals: 0}}\n" for n in range(17)
    ]

    with pytest.raises(InputRefused) as refused:
        hazard(declare(*many))

    assert [problem.code for problem in refused.value.problems] == ["ledger.too_many_fields"]


def test_a_register_whose_fields_are_all_common_is_verified_too(declare):
    plain = HAZARDS.replace(HAZARDS[HAZARDS.index("  - {code: grade") : HAZARDS.index("stages:")], "")
    hazard(declare(text=plain))
    sealing.seal()

    assert [
        one for one in verifying.verify().as_json("en")["differs"] if one["place"].startswith("entry/")
    ] == []
