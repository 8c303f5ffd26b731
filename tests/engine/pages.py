"""Pages of the documentation that are executed: their fenced blocks, and the rule books among these."""

import re
from pathlib import Path

from gangmu.engine.rulebook import load

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page, language):
    """The fenced blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.S)


def rulebooks(page):
    """The blocks that are rule books: those with examples."""
    return [block for block in blocks(page, "yaml") if "examples:" in block]


def book_of(block):
    """The rule book of a block, which may leave out its code and title."""
    return load(block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}", "page.md")
