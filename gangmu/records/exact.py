"""Decimals that stay exact in the database.

SQLite keeps a DecimalField as a binary float, so sums in SQL lose their last digits. A value is kept
as an integer of 10^-scale units instead, in BIGINT, on every database alike.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

_LIMIT = 2**63 - 1


class ExactDecimalField(models.BigIntegerField):  # type: ignore[type-arg]
    """A Decimal with at most `scale` decimals, stored as value × 10^scale. `Sum` over it is exact.

    Range: ±9.2 × 10^(18 − scale). A value with more decimals, or out of range, is refused, never rounded.
    """

    def __init__(self, *args: Any, scale: int = 4, **kwargs: Any) -> None:
        self.scale = scale
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "scale": self.scale}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.scale)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(str(value))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return scaled(Decimal(str(value)), self.scale)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    @property
    def validators(self) -> Any:  # range is checked by `scaled`, in Decimal, before the database sees it
        return []


def scaled(value: Decimal, scale: int) -> int:
    """The integer that stands for `value` at `scale`; ValidationError where it would not be exact."""
    number = value.scaleb(scale)
    if number != number.to_integral_value() or abs(number) > _LIMIT:
        raise ValidationError(
            _("数值 %(value)s 不能精确存储：最多 %(scale)s 位小数"), params={"value": value, "scale": scale}
        )
    return int(number)
