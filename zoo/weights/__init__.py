"""Obtains weights files, proves what they are, and loads them into networks."""

from zoo.weights.load import Misfit, load
from zoo.weights.obtain import Access, in_package, obtain

__all__ = ["Access", "Misfit", "in_package", "load", "obtain"]
