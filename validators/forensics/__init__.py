"""What a registry gives away by itself: one module a check, none of which measures anything."""

from zoo.catalog import Catalog
from zoo.forensics import Check

CHECKS: Catalog[Check] = Catalog("zoo.validators.forensics", "CHECK")
