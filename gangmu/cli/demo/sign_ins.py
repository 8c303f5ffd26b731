"""The demo's accounts: one for each role, all with the one password that is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from gangmu.cli.demo import data_files
from gangmu.cli.demo.units import Roster
from gangmu.org import accounts, delegation
from gangmu.org.models import Person, Unit, User
from gangmu.org.permissions import ROLES
from gangmu.problems import Text
from gangmu.records import clock
from gangmu.records.log import Actor

OFFICE = "office"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is printed of an account."""

    username: str
    name: str
    role: Text
    unit: str


@transaction.atomic
def add_all(roster: Roster, actor: Actor) -> None:
    """Make the accounts that are not there yet; what a person has changed since stays."""
    standing = set(User.objects.values_list("username", flat=True))
    added = [said for said in data_files.read("accounts")["accounts"] if said["username"] not in standing]
    for said in added:
        _add(said, roster, actor)
    # One hash for all of them: fourteen would take as long as everything else that is written here.
    hashed = make_password(password())
    User.objects.filter(username__in=[said["username"] for said in added]).update(password=hashed)


def office() -> Actor:
    """The goal-office head, in whose name the year is scored and reported; the operator where that account was closed."""
    head = User.objects.filter(username=OFFICE, is_active=True).first()
    return Actor.operator() if head is None else Actor.of(head)


def listed() -> list[SignIn]:
    """The demo's accounts as they stand, in the order of the roles."""
    users = {user.username: user for user in User.objects.select_related("unit")}
    return [
        SignIn(
            user.username, user.name, Text(*ROLES[said["role"]]), user.unit.short_name if user.unit else ""
        )
        for said in data_files.read("accounts")["accounts"]
        if (user := users.get(said["username"])) is not None
    ]


def password() -> str:
    """The password the accounts began with."""
    said: str = data_files.read("accounts")["password"]
    return said


def _add(said: Mapping[str, Any], roster: Roster, actor: Actor) -> None:
    person = _person(said, roster)
    unit = Unit.objects.get(code=roster.holder(said["unit"]).code) if "unit" in said else None
    user = accounts.create(
        said["username"],
        person.name if person else said["name"],
        [said["role"]],
        actor,
        unit=unit,
        person=person,
    )
    if "acts_for" in said:
        leader = Person.objects.get(code=said["acts_for"])
        reason = f"由{user.name}代录{leader.title.rpartition('、')[2]}批示"
        delegation.record(leader, user, clock.today().replace(month=1, day=1), None, reason, actor)


def _person(said: Mapping[str, Any], roster: Roster) -> Person | None:
    if "leader" in said:
        return Person.objects.get(code=said["leader"])
    if "holds" not in said:
        return None
    unit = roster.holder(said["unit"])
    held = roster.head(unit) if said["holds"] == "head" else roster.liaison(unit)
    return Person.objects.get(code=held.code)
