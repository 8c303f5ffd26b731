"""What the log speaks about: each storey says which rows stand now and what their content digests are.

`gangmu log verify` compares them with the last digest the log gave for the same row. A row changed,
added or deleted behind the log's back is found that way, whatever table it lives in.

Register every row that must not change silently. Of a versioned row every version is one subject
(key `number/version`), so that history is as well kept as the present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

GONE = "gone"
"""The `subject_digest` of a change after which the row no longer exists."""

Current = Callable[[], Iterator[tuple[str, str]]]

_registered: dict[str, Current] = {}


def register(kind: str, current: Current) -> None:
    """Say how the rows of a subject kind are listed: (key, content digest), each key once.

    The key and digest are the `subject_key` and `subject_digest` that the storey logs. Called from an
    app's `ready`. A kind has one owner.
    """
    if _registered.setdefault(kind, current) is not current:
        raise ValueError(f"subject kind {kind!r} is registered twice")


def kinds() -> tuple[str, ...]:
    """The registered kinds, in the order the storeys registered them."""
    return tuple(_registered)


def current(kind: str) -> Iterator[tuple[str, str]]:
    """(key, digest) of each row of a kind as it stands in the database now."""
    return _registered[kind]()
