"""What is true: one module a check, each of which measures and never judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.catalog import Catalog

if TYPE_CHECKING:
    from zoo.verify import Validator

VALIDATORS: Catalog[Validator] = Catalog("zoo.validators", "VALIDATOR")
