"""Documents as .docx: writing in the official layout, filling a user's own file, reading numbers back.

A bound number is a content control inside a bookmark. Word and WPS show the control; LibreOffice drops
its tag but keeps the bookmark, which therefore is the identity (docs/decisions/0003).
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from gangmu.documents import layout
from gangmu.documents.layout import STYLES, Face, ParagraphStyle
from gangmu.documents.model import BOOKMARK, Bound, Document, Kind, Open, Paragraph, Text
from gangmu.problems import refuse

Element = Any

_RUN_IN = (Kind.HEADING_1, Kind.HEADING_2, Kind.HEADING_3, Kind.HEADING_4)
_PROPERTY = "GangmuDocument"
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def write(document: Document, path: Path) -> None:
    """Write the document: in the official layout, or in its template's own where that was a .docx."""
    path.write_bytes(as_bytes(document))


def as_bytes(document: Document) -> bytes:
    file = docx.Document(io.BytesIO(document.base)) if document.base is not None else _laid_out(document)
    if document.base is not None:
        _fill_in(document, file.element.body)
    _name(file, document)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


# ---- the official layout


def _laid_out(document: Document) -> Any:
    file = docx.Document()
    _declare_fonts(file)
    _declare_styles(file)
    _set_page(file)
    body = file.element.body
    end = body.sectPr
    for marks, paragraph in _numbered(document):
        end.addprevious(_paragraph(paragraph, marks))
    return file


def _numbered(document: Document) -> Iterator[tuple[int, Paragraph]]:
    """Each paragraph with how many bound numbers stand before it: bookmarks are numbered through the file."""
    marks = 0
    for paragraph in document.paragraphs:
        yield marks, paragraph
        marks += sum(1 for _ in paragraph.bound())


def _paragraph(paragraph: Paragraph, marks: int) -> Element:
    style = STYLES[paragraph.kind]
    element = _new("w:p", _new("w:pPr", _new("w:pStyle", val=style.id)))
    face: Face | None = None  # None: the style's own
    for run in paragraph.runs:
        if isinstance(run, Bound):
            marks += 1
            element.extend(_control(run, marks, _run(run.printed, face, missing=run.missing)))
            continue
        if isinstance(run, Open):
            element.append(_run(run.text, face, missing=True))
            continue
        heading, rest = run.text, ""
        if paragraph.kind in _RUN_IN and face is None:
            heading, rest = _until_full_stop(run.text)
        element.append(_run(heading, face))
        if rest:
            # GB/T 9704: a heading that runs into its paragraph keeps its face up to the full stop.
            face = layout.FANGSONG
            element.append(_run(rest, face))
    return element


def _until_full_stop(text: str) -> tuple[str, str]:
    head, stop, rest = text.partition("。")
    return head + stop, rest


def _run(text: str, face: Face | None = None, *, missing: bool = False, like: Element = None) -> Element:
    """A run of text; `like`: the properties of a run whose look it takes over."""
    run = _new("w:r")
    properties = copy.deepcopy(like) if like is not None else _new("w:rPr")
    if face is not None:
        properties.append(_new("w:rFonts", eastAsia=face.name))
    if missing:
        for old in properties.findall(qn("w:highlight")):
            properties.remove(old)
        properties.append(_new("w:highlight", val="yellow"))
    if len(properties):
        run.append(properties)
    for i, line in enumerate(text.split("\n")):
        if i:
            run.append(_new("w:br"))
        words = _new("w:t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(words)
    return run


def _control(bound: Bound, number: int, run: Element) -> list[Element]:
    """Bookmark start, the content control around the run, bookmark end."""
    properties = _new(
        "w:sdtPr",
        _new("w:alias", val=str(bound.request)[:60]),
        _new("w:tag", val=bound.id),
        _new("w:id", val=str(700_000_000 + number)),
    )
    if bound.printed.isascii():
        # Only digits go into a plain-text control: of one that mixes scripts (下降0.4%) LibreOffice 7.4
        # writes the words several times over.
        properties.append(_new("w:text"))
    control = _new("w:sdt", properties, _new("w:sdtContent", run))
    return [
        _new("w:bookmarkStart", id=str(number), name=bound.id),
        control,
        _new("w:bookmarkEnd", id=str(number)),
    ]


def _new(tag: str, *children: Element, **attributes: str) -> Element:
    element = etree.SubElement(_PARENT, qn(tag))
    _PARENT.remove(element)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    element.extend(children)
    return element


_PARENT: Element = parse_xml('<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>')


def _set_page(file: Any) -> None:
    section = file.element.body.sectPr
    for child in list(section):
        section.remove(child)
    margins = {
        "top": layout.TOP,
        "right": layout.RIGHT,
        "bottom": layout.BOTTOM,
        "left": layout.LEFT,
        "header": 851,
        "footer": layout.FOOTER,
        "gutter": 0,
    }
    section.append(_new("w:pgSz", w=str(layout.PAGE[0]), h=str(layout.PAGE[1])))
    section.append(_new("w:pgMar", **{name: str(length) for name, length in margins.items()}))
    section.append(_new("w:docGrid", type="lines", linePitch=str(layout.LINE_PITCH)))
    file.settings.odd_and_even_pages_header_footer = True
    _page_number(file.sections[0].footer, "right")
    _page_number(file.sections[0].even_page_footer, "left")


def _page_number(footer: Any, side: str) -> None:
    """— 1 — outside, one character from the edge (奇数页居右空一字，偶数页居左空一字)."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]._p
    for child in list(paragraph):
        paragraph.remove(child)
    indent = _new("w:ind", **{f"{side}Chars": "100", side: "280", "firstLineChars": "0", "firstLine": "0"})
    paragraph.append(_new("w:pPr", indent, _new("w:jc", val=side)))
    for part in ("— ", "PAGE", " —"):
        if part == "PAGE":
            field = _new("w:fldSimple", instr=" PAGE ")
            field.append(_sized("1"))
            paragraph.append(field)
        else:
            paragraph.append(_sized(part))


def _sized(text: str) -> Element:
    fonts = _new("w:rFonts", ascii=layout.SONG.name, hAnsi=layout.SONG.name, eastAsia=layout.SONG.name)
    size = str(layout.PAGE_NUMBER_HALF_POINTS)
    return _run(text, like=_new("w:rPr", fonts, _new("w:sz", val=size), _new("w:szCs", val=size)))


def _declare_styles(file: Any) -> None:
    styles = file.styles.element
    normal = file.styles["Normal"].element
    for child in normal.findall(qn("w:rPr")) + normal.findall(qn("w:pPr")):
        normal.remove(child)
    normal.append(_new("w:pPr", _new("w:widowControl", val="0"), _new("w:jc", val="both")))
    normal.append(_character_properties(layout.FANGSONG, layout.BODY_HALF_POINTS))
    for style in STYLES.values():
        styles.append(_declared(style))


def _declared(style: ParagraphStyle) -> Element:
    paragraph = _new("w:pPr")
    if style.outline is not None:
        paragraph.append(_new("w:keepNext", val="0"))
    # No automatic space between Chinese and digits: a line of 28 characters is counted without it.
    paragraph.append(_new("w:autoSpaceDE", val="0"))
    paragraph.append(_new("w:autoSpaceDN", val="0"))
    paragraph.append(
        _new("w:spacing", before="0", after="0", line=str(style.line), lineRule="exact"),
    )
    width = style.half_points * 10
    paragraph.append(
        _new(
            "w:ind",
            firstLineChars=str(style.indent * 100),
            firstLine=str(style.indent * width),
            rightChars=str(style.right_indent * 100),
            right=str(style.right_indent * width),
        )
    )
    paragraph.append(_new("w:jc", val=style.align))
    if style.outline is not None:
        paragraph.append(_new("w:outlineLvl", val=str(style.outline)))
    return _new(
        "w:style",
        _new("w:name", val=style.name),
        _new("w:basedOn", val="Normal"),
        _new("w:qFormat"),
        paragraph,
        _character_properties(style.face, style.half_points, style.spacing),
        type="paragraph",
        customStyle="1",
        styleId=style.id,
    )


def _character_properties(face: Face, half_points: int, spacing: int = 0) -> Element:
    return _new(
        "w:rPr",
        _new("w:rFonts", ascii=layout.LATIN.name, hAnsi=layout.LATIN.name, eastAsia=face.name),
        _new("w:spacing", val=str(spacing)),
        _new("w:kern", val="0"),
        _new("w:sz", val=str(half_points)),
        _new("w:szCs", val=str(half_points)),
        _new("w:lang", val="en-US", eastAsia="zh-CN"),
    )


def _declare_fonts(file: Any) -> None:
    """The fonts with what stands in for each (altName): a machine without 仿宋_GB2312 shows 仿宋."""
    table = _new("w:fonts")
    for face in layout.FACES:
        charset = "00" if face is layout.LATIN else "86"
        table.append(
            _new(
                "w:font",
                _new("w:altName", val=";".join(face.instead)),
                _new("w:charset", val=charset),
                _new("w:family", val=face.family),
                _new("w:pitch", val="variable"),
                name=face.name,
            )
        )
    part = next(r.target_part for r in file.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _name(file: Any, document: Document) -> None:
    """Title and identity in the file's properties: found even when every number was deleted."""
    core = file.core_properties
    core.title = document.title
    if document.base is None:
        core.author, core.comments = "", ""
    blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{_FMTID}" pid="2" name="{_PROPERTY}"><vt:lpwstr>{document.identity}</vt:lpwstr>'
        "</property></Properties>"
    ).encode()
    package = file.part.package
    for key in [k for k, r in package.rels.items() if r.reltype == RELATIONSHIP_TYPE.CUSTOM_PROPERTIES]:
        package.rels.pop(key)
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM, blob, package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


# ---- a user's own file as template


def paragraph_texts(content: bytes, name: str = "") -> list[str]:
    """The text of every paragraph of a .docx, table cells included, in the order of the file."""
    return [_text(paragraph) for paragraph in _paragraphs(_body(content, name))]


def text_and_marks(content: bytes, name: str = "") -> tuple[str, list[tuple[int, int]]]:
    """The text of a .docx, a paragraph a line, and where in it runs are highlighted, shaded, commented on or underlined
    spaces: what an office marks as still to be filled.
    """
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    commented: set[str] = set()
    at = 0
    for i, paragraph in enumerate(_paragraphs(_body(content, name))):
        if i:
            pieces.append("\n")
            at += 1
        letters = dict(_letters(paragraph))
        for element in paragraph.iter():
            if element.tag == qn("w:commentRangeStart"):
                commented.add(element.get(qn("w:id"), ""))
            elif element.tag == qn("w:commentRangeEnd"):
                commented.discard(element.get(qn("w:id"), ""))
            elif element in letters:
                text = letters[element]
                if text and (commented or _is_marked(element.getparent(), text)):
                    marks.append((at, at + len(text)))
                pieces.append(text)
                at += len(text)
    return "".join(pieces), _joined(marks)


def _is_marked(run: Element, text: str) -> bool:
    look = run.find(qn("w:rPr"))
    if look is None:
        return False
    highlight, shade, line = (look.find(qn(f"w:{tag}")) for tag in ("highlight", "shd", "u"))
    if highlight is not None and highlight.get(qn("w:val")) not in (None, "none", "white"):
        return True
    if shade is not None and shade.get(qn("w:fill"), "auto").upper() not in ("AUTO", "FFFFFF"):
        return True
    return line is not None and line.get(qn("w:val")) != "none" and len(text) > 1 and not text.strip()


def _joined(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks that touch as one: Word splits runs where it likes."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _body(content: bytes, name: str) -> Element:
    try:
        return docx.Document(io.BytesIO(content)).element.body
    except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise refuse(
            "document.unreadable",
            "不是可以读取的 .docx 文件",
            "this is not a .docx file that can be read",
            "请在 Word 或 WPS 中打开并另存为 .docx",
            "open it in Word or WPS and save it as .docx",
            file=name,
        ) from error


def _paragraphs(body: Element) -> list[Element]:
    return list(body.iter(qn("w:p")))


def _letters(paragraph: Element) -> Iterator[tuple[Element, str]]:
    """The text-bearing elements of a paragraph itself (not of a text box in it), each with its text."""
    for element in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        if element.getparent().tag != qn("w:r"):
            continue  # w:tab is also a tab stop of the paragraph's properties
        if next(element.iterancestors(qn("w:p"))) is paragraph:
            text = (
                element.text or ""
                if element.tag == qn("w:t")
                else "\t"
                if element.tag == qn("w:tab")
                else "\n"
            )
            yield element, text


def _text(paragraph: Element) -> str:
    return "".join(text for _, text in _letters(paragraph))


def _fill_in(document: Document, body: Element) -> None:
    """Put each bound number in the place of what it stands for, and light up what stays open; all else of the file stays."""
    first = 1 + max((int(m.get(qn("w:id"), "0")) for m in body.iter(qn("w:bookmarkStart"))), default=0)
    for paragraph, (marks, filled) in zip(_paragraphs(body), _numbered(document), strict=True):
        # From the last to the first, so that the places of those before stay true.
        for number, span, run in reversed(list(_placed(filled, first + marks))):
            _replace(paragraph, span, run, number)


def _placed(filled: Paragraph, number: int) -> Iterator[tuple[int, tuple[int, int], Bound | Open]]:
    """The runs that replace something, each with its number and where in the template's paragraph that stands."""
    at = 0
    for run in filled.runs:
        length = len(run.text if isinstance(run, Text) else run.stands)
        if not isinstance(run, Text):
            yield number, (at, at + length), run
            number += isinstance(run, Bound)
        at += length


def _replace(paragraph: Element, span: tuple[int, int], run: Bound | Open, number: int) -> None:
    start, end = span
    at = 0
    home: Element = None
    for element, text in list(_letters(paragraph)):
        begin, at = at, at + len(text)
        if at <= start or begin >= end:
            continue
        kept_before, kept_after = text[: max(0, start - begin)], text[max(0, end - begin) :]
        if home is None:
            home = element.getparent()
            _split_after(home, element, kept_after)
            element.text = kept_before
            _keep_spaces(element)
        else:
            element.text = kept_after
            _keep_spaces(element)
    look = home.find(qn("w:rPr"))
    if isinstance(run, Open):
        home.addnext(_run(run.stands, missing=True, like=look))
        return
    for new in reversed(_control(run, number, _run(run.printed, missing=run.missing, like=look))):
        home.addnext(new)


def _split_after(run: Element, element: Element, rest: str) -> None:
    """Move what follows the placeholder in its run to a new run of the same look."""
    following = list(element.itersiblings())
    if not rest and not following:
        return
    look = run.find(qn("w:rPr"))
    new = _new("w:r")
    if look is not None:
        new.append(copy.deepcopy(look))
    if rest:
        words = _new("w:t")
        words.text = rest
        _keep_spaces(words)
        new.append(words)
    new.extend(following)
    run.addnext(new)


def _keep_spaces(element: Element) -> None:
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


# ---- reading back


def read_bound(path: Path) -> list[tuple[str, str]]:
    """(identity of the number, what stands there now) for every bound number, in the order of the file."""
    return bound_in(path.read_bytes(), path.name)


def bound_in(content: bytes, name: str = "") -> list[tuple[str, str]]:
    open_marks: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    wanted = (qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:t"))
    for element in _body(content, name).iter(*wanted):
        if element.tag == qn("w:bookmarkStart"):
            mark = element.get(qn("w:name"), "")
            if BOOKMARK.match(mark) and mark not in found:
                open_marks[element.get(qn("w:id"))] = mark
                found[mark] = []
        elif element.tag == qn("w:bookmarkEnd"):
            open_marks.pop(element.get(qn("w:id")), None)
        else:
            for mark in open_marks.values():
                found[mark].append(element.text or "")
    return [(mark, "".join(texts)) for mark, texts in found.items()]


def identity_of(content: bytes, name: str = "") -> str | None:
    """The document a file was issued as: its property, or the name of any bookmark; None for another's file."""
    for mark, _ in bound_in(content, name):
        return mark.split("_")[1]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if "docProps/custom.xml" not in package.namelist():
            return None
        properties = etree.fromstring(
            package.read("docProps/custom.xml"), etree.XMLParser(resolve_entities=False)
        )
    for one in properties:
        if one.get("name") == _PROPERTY:
            return "".join(str(text) for text in one.itertext()).strip()
    return None
