"""Empty databases of the kind that this run of the suite is about, for commands that run in processes of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of an empty database, for `DATABASE_URL`; on PostgreSQL it is dropped in the end."""
    here = connection.settings_dict
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'other.db'}"
        return
    name = f"other_{uuid.uuid4().hex[:12]}"
    server = f"postgresql://{here['USER']}:{here['PASSWORD']}@{here['HOST']}:{here['PORT'] or 5432}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
