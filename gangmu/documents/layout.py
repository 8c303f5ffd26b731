"""The layout of GB/T 9704-2012 (党政机关公文格式) in the units Word wants. Lengths in twips, 1/20 point."""

from __future__ import annotations

from dataclasses import dataclass

from gangmu.documents.model import Kind

TWIPS_PER_MM = 1440 / 25.4

PAGE = (11906, 16838)
TOP, LEFT = 2098, 1587  # 天头 37 mm, 订口 28 mm
TYPE_AREA = (8845, 12756)  # 版心 156 × 225 mm
RIGHT = PAGE[0] - LEFT - TYPE_AREA[0]
BOTTOM = PAGE[1] - TOP - TYPE_AREA[1]
FOOTER = 1304  # the page number's line ends 23 mm above the edge: 7 mm below the type area

LINES, CHARACTERS = 22, 28
LINE_PITCH = TYPE_AREA[1] // LINES  # 579: rounded up to 580, the 22nd line would not fit
BODY_HALF_POINTS = 32  # 三号 16 pt
# 28 characters of 16 pt would be 158 mm, so a line would hold 27. A character grid of 15.79 pt mends it in
# Word, but LibreOffice gives a character wider than its cell two cells. A body set a quarter point closer
# holds 28 in both.
CHARACTER_SPACING = -5


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface with what stands in for it where it is not installed; none of them may be shipped."""

    name: str
    instead: tuple[str, ...]
    family: str = "modern"


SONG_TITLE = Face("方正小标宋简体", ("方正小标宋_GBK", "小标宋", "宋体", "Noto Serif CJK SC"), "auto")
FANGSONG = Face("仿宋_GB2312", ("仿宋", "FangSong", "华文仿宋", "Noto Serif CJK SC"))
KAITI = Face("楷体_GB2312", ("楷体", "KaiTi", "华文楷体", "Noto Serif CJK SC"))
HEITI = Face("黑体", ("SimHei", "华文黑体", "Noto Sans CJK SC"))
SONG = Face("宋体", ("SimSun", "华文宋体", "Noto Serif CJK SC"), "auto")
LATIN = Face("Times New Roman", ("Liberation Serif",), "roman")
FACES = (SONG_TITLE, FANGSONG, KAITI, HEITI, SONG, LATIN)


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A style as Word shows it to the officer. indent: characters of the first line. outline: 0 is the first."""

    id: str
    name: str
    face: Face = FANGSONG
    half_points: int = BODY_HALF_POINTS
    align: str = "both"
    indent: int = 2
    outline: int | None = None
    line: int = LINE_PITCH
    right_indent: int = 0
    spacing: int = CHARACTER_SPACING


STYLES: dict[Kind, ParagraphStyle] = {
    Kind.TITLE: ParagraphStyle(
        "GmTitle", "公文标题", SONG_TITLE, 44, "center", 0, line=700, spacing=0
    ),  # 二号; 35 pt between its lines
    Kind.SUBTITLE: ParagraphStyle("GmSubtitle", "公文副题", KAITI, align="center", indent=0),
    Kind.ADDRESSEE: ParagraphStyle("GmAddressee", "主送与称谓", indent=0),
    Kind.HEADING_1: ParagraphStyle("GmHeading1", "公文一级标题", HEITI, outline=0),
    Kind.HEADING_2: ParagraphStyle("GmHeading2", "公文二级标题", KAITI, outline=1),
    Kind.HEADING_3: ParagraphStyle("GmHeading3", "公文三级标题", outline=2),
    Kind.HEADING_4: ParagraphStyle("GmHeading4", "公文四级标题", outline=3),
    Kind.BODY: ParagraphStyle("GmBody", "公文正文"),
    Kind.SIGNATURE: ParagraphStyle(  # 成文日期 four characters from the right
        "GmSignature", "成文日期", align="right", indent=0, right_indent=4
    ),
    Kind.BLANK: ParagraphStyle("GmBlank", "公文空行", indent=0),
}
PAGE_NUMBER_HALF_POINTS = 28  # 四号 14 pt
