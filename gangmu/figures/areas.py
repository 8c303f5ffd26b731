"""Places a figure is known for besides a unit: the own district, sibling districts, city, province, nation."""

from __future__ import annotations

from django.conf import settings

from gangmu.problems import Text

OWN, NATION, PROVINCE, CITY = "own", "全国", "全省", "全市"

_WORDS = {
    "own": OWN, "本区": OWN, "全区": OWN, "本县": OWN, "全县": OWN, "我区": OWN,
    "nation": NATION, "national": NATION, "全国": NATION, "国家": NATION,
    "province": PROVINCE, "provincial": PROVINCE, "全省": PROVINCE, "省": PROVINCE,
    "city": CITY, "全市": CITY, "市": CITY,
}  # fmt: skip
_ENGLISH = {OWN: "the district", NATION: "the nation", PROVINCE: "the province", CITY: "the city"}


def area_of(said: str) -> str:
    """The one spelling of an area: `own`, 全国, 全省, 全市, or a sibling district as it is written.

    >>> area_of("nation"), area_of("东山区")
    ('全国', '东山区')
    """
    said = said.strip()
    if not said or said == settings.DISTRICT.name:
        return OWN
    return _WORDS.get(said.casefold(), said)


def is_district(area: str) -> bool:
    """Whether an area is compared with the own district: itself or a sibling."""
    return area not in (NATION, PROVINCE, CITY)


def name(area: str) -> Text:
    """How a person names an area; the own district by its own name."""
    zh = settings.DISTRICT.name if area == OWN else area
    return Text(zh, _ENGLISH.get(area, area))
