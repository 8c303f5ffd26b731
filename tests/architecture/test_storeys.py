"""Strings are imports too: model references, module names and reverse managers only point down."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gangmu"


def storeys() -> dict[str, int]:
    """Package → storey, the top one highest, from the import contract itself."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = [re.findall(r"\w+", layer) for layer in contract["layers"]]
    return {name: len(layers) - i for i, layer in enumerate(layers) for name in layer}


STOREY = storeys()


def sources() -> Iterator[tuple[str, Path, ast.Module]]:
    """(package, file, tree) of every hand-written source of a storey."""
    for path in sorted(PACKAGE.rglob("*.py")):
        package = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if package in STOREY and "migrations" not in path.parts:
            yield package, path, ast.parse(path.read_text(encoding="utf-8"))


def named_package(text: str) -> str | None:
    """The package a string names, as a dotted module or as `app.Model`."""
    module = re.fullmatch(r"gangmu\.(\w+)(?:\.\w+)*", text)
    model = re.fullmatch(r"(\w+)\.[A-Z]\w+", text)
    name = (module or model).group(1) if module or model else None
    return name if name in STOREY else None


def test_a_string_that_names_a_module_or_model_points_down() -> None:
    upward = [
        f"{path.relative_to(ROOT)}:{node.lineno} names {node.value!r}"
        for package, path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (target := named_package(node.value)) and STOREY[target] > STOREY[package]
    ]

    assert upward == []


def test_a_string_that_points_up_would_be_found() -> None:
    assert named_package("goals.Goal") == "goals"
    assert named_package("gangmu.portal.views") == "portal"
    assert named_package("gangmu") is None
    assert STOREY["portal"] > STOREY["figures"] > STOREY["ledgers"] > STOREY["org"] > STOREY["engine"]


def reverse_managers_from_above() -> dict[str, int]:
    """Accessor names that a model gets from models of a higher storey → the storey they come from."""
    found: dict[str, int] = {}
    for model in apps.get_models():
        package = model._meta.app_label
        if package not in STOREY:
            continue
        for relation in model._meta.related_objects:
            above = relation.related_model._meta.app_label
            name = relation.get_accessor_name()
            if name and above in STOREY and STOREY[above] > STOREY[package]:
                found[name] = max(found.get(name, 0), STOREY[above])
    return found


def test_no_storey_reaches_up_through_a_reverse_manager() -> None:
    managers = reverse_managers_from_above()
    with_models = {app.label for app in apps.get_app_configs()}
    own_names = {
        field.name for model in apps.get_models() for field in model._meta.get_fields() if field.concrete
    }
    upward = [
        f"{path.relative_to(ROOT)}:{node.lineno} reaches .{node.attr}"
        for package, path, tree in sources()
        if package in with_models
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in managers and node.attr not in own_names
        if isinstance(node.value, ast.Name) and managers[node.attr] > STOREY[package]
    ]

    assert upward == []


@pytest.mark.django_db
def test_no_migration_is_forgotten() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_names_in_the_database_stay_within_thirty_characters() -> None:
    long = [
        name
        for model in apps.get_models()
        if model._meta.app_label in STOREY
        for name in (
            model._meta.db_table,
            *(index.name for index in model._meta.indexes),
            *(constraint.name for constraint in model._meta.constraints),
            *(field.column for field in model._meta.local_concrete_fields),
        )
        if len(name) > 30
    ]

    assert long == []
