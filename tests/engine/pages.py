"""Pages whose YAML blocks are rule books: every block with examples, as a book."""

import re
from pathlib import Path

from gangmu.engine.rulebook import load

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE, TABLE = DOCS / "rulebook.md", DOCS / "rulebook-table.md"


def yaml_blocks(page):
    return re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S)


def blocks(*pages):
    """Blocks that are books, each with a name a failing test can be found by."""
    return {
        f"{page.stem} {number}": block
        for page in pages
        for number, block in enumerate(yaml_blocks(page))
        if "examples:" in block
    }


def book_of(block):
    return load(block if "rulebook:" in block else f"rulebook: page\ntitle: page\n{block}", "rulebook.md")
