"""Registry and reproducibility validator for model zoos."""

__version__ = "0.1.0"
