"""Units, posts, people and the accounts they act with."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gangmu.org.permissions import may
from gangmu.problems import Text

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Row = TypeVar("Row", bound=models.Model, covariant=True)


class RosterQuerySet(models.QuerySet[Row]):
    """Names, posts and seats: open to whoever has signed in with a role, closed to all others."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if may(user, "unit.see") else self.none()


class UnitQuerySet(RosterQuerySet["Unit"]):
    def standing_on(self, day: datetime.date) -> Self:
        """The units that exist on a day: names of units change, merge and split within a year."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def assessed(self) -> Self:
        return self.exclude(group="")


class Unit(models.Model):
    """A department or subdistrict. Always listed in official order (党委、政府、群团、街道)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80, unique=True)
    name_en = models.CharField(max_length=120, blank=True)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    group = models.CharField(max_length=40, blank=True, help_text="assessment group; empty: not assessed")
    protocol_order = models.PositiveIntegerField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    is_office = models.BooleanField(default=False, help_text="the goal office itself")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    succeeded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["protocol_order", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> Text:
        """The full name in each language."""
        return Text(self.name, self.name_en or self.name)

    @property
    def short(self) -> Text:
        """The name for tables; English has one name for both."""
        return Text(self.short_name, self.name_en or self.short_name)


class Post(models.Model):
    """A post (岗位) of a unit: what goals are split to before people."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=300, blank=True)
    protocol_order = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True, blank=True, help_text="abolished; what was given to it keeps it")

    objects = RosterQuerySet["Post"].as_manager()

    class Meta:
        ordering = ["unit__protocol_order", "protocol_order", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="post_once_in_unit")]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.name}"

    @property
    def title(self) -> Text:
        """The name in each language."""
        return Text(self.name, self.name_en or self.name)


class Person(models.Model):
    """A person of a unit. Not necessarily one who signs in: leaders often act through a delegate."""

    class Kind(models.TextChoices):
        LEADER = "leader", _("区领导")
        HEAD = "head", _("单位负责人")
        STAFF = "staff", _("工作人员")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    title = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF)
    protocol_order = models.PositiveIntegerField(default=0)
    left_on = models.DateField(null=True, blank=True, help_text="gone; what the person did keeps the name")

    objects = RosterQuerySet["Person"].as_manager()

    class Meta:
        ordering = ["protocol_order", "code"]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """Who holds a post, as A or B role (A角/B角), from when to when."""

    class Part(models.TextChoices):
        A = "A", _("A角")
        B = "B", _("B角")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    part = models.CharField(max_length=1, choices=Part.choices, default=Part.A)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = RosterQuerySet["Assignment"].as_manager()

    class Meta:
        ordering = ["post", "part", "since"]
        constraints = [
            models.UniqueConstraint(fields=["post", "person", "part", "since"], name="assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.post} {self.part}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, name: str, **fields: object) -> User:
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def visible_to(self, user: User | AnonymousUser) -> models.QuerySet[User]:
        """All accounts for those who keep or audit them, his own for everyone else."""
        if user.pk is None:
            return self.none()
        return self.all() if may(user, "user.see") else self.filter(pk=user.pk)


class User(AbstractBaseUser):
    """An account. What it may do follows from its role grants alone (`gangmu.org.permissions`)."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="user"
    )
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    password_is_one_time = models.BooleanField(
        default=False, help_text="given by an administrator: to be replaced at the first sign-in"
    )

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A role a user holds. `unit` narrows it to one unit where the role is a unit's (reporter, head, verifier)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit"], name="grant_once"),
            # NULL is distinct from NULL, so a role without a unit needs a constraint of its own.
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(unit__isnull=True), name="grant_once_unbound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def standing_on(self, day: datetime.date) -> Self:
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for those who record or audit them, else those given to or by the user."""
        if user.pk is None:  # a NULL would match every leader without an account
            return self.none()
        if may(user, "delegation.see"):
            return self
        return self.filter(Q(delegate=user.pk) | Q(leader__user=user.pk))


class Delegation(models.Model):
    """A leader's recorded delegation (由×××代录×区长批示): the delegate signs in, the leader's name stands beside."""

    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["leader", "since"]
        constraints = [
            models.UniqueConstraint(fields=["leader", "delegate", "since"], name="delegation_once")
        ]

    def __str__(self) -> str:
        return f"{self.leader} → {self.delegate}"
