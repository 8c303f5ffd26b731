"""Places a figure is known for besides a unit: the own district, sibling districts, city, province, nation."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

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


def known() -> Sequence[str]:
    """The areas there are, as people write them: the own district, its siblings of `[areas]`, city, province, nation."""
    district = settings.DISTRICT
    return (district.name, *(area.name for area in district.areas), CITY, PROVINCE, NATION)


def finding(said: str) -> tuple[Text, Text] | None:
    """What is wrong with a word for an area, and its remedy; None for one that is known. A typo makes no new district."""
    area = area_of(said)
    if area == OWN or area in known():
        return None
    near = next(iter(get_close_matches(area, known(), n=1, cutoff=0.5)), "")
    declare = Text(
        "新的同级区县请先写入 gangmu.toml 的 [areas]",
        "a new sibling district is first entered in [areas] of gangmu.toml",
    )
    meant = (
        Text(f"是否应为“{near}”？", f"is it “{near}”? ")
        if near
        else Text(f"可填：{'、'.join(known())}。", f"known: {', '.join(known())}. ")
    )
    message = Text(f"填的“{said}”不是已知的地区", f"names “{said}”, which is no known area")
    return message, Text(meant.zh + declare.zh, meant.en + declare.en)


def is_district(area: str) -> bool:
    """Whether an area is compared with the own district: itself or a sibling."""
    return area not in (NATION, PROVINCE, CITY)


def name(area: str) -> Text:
    """How a person names an area; the own district by its own name, a sibling's English as `[areas]` gives it."""
    district = settings.DISTRICT
    if area == OWN:
        return Text(district.name, district.name_en or _ENGLISH[OWN])
    siblings = {sibling.name: sibling.name_en for sibling in district.areas}
    return Text(area, _ENGLISH.get(area) or siblings.get(area) or area)
