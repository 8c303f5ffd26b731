"""Pages of the documentation that are executed: their fenced blocks, and the rule books among these."""

import re
from pathlib import Path

from gangmu.engine.rulebook import load

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE, TABLE, INDICES = DOCS / "rulebook.md", DOCS / "rulebook-table.md", DOCS / "indices.md"


def blocks(page, language="yaml"):
    """The fenced blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.S)


def rulebooks(*pages):
    """The blocks that are rule books, those with examples, each with a name a failing test can be found by."""
    return {
        f"{page.stem} {number}": block
        for page in pages
        for number, block in enumerate(blocks(page))
        if "examples:" in block
    }


def book_of(block):
    """The rule book of a block, which may leave out its code and title."""
    return load(block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}", "page.md")
