"""What is true: one module a check, each of which measures and never judges."""

from zoo.catalog import Catalog
from zoo.verify import Validator

VALIDATORS: Catalog[Validator] = Catalog("zoo.validators", "VALIDATOR")
