"""Obtains weights files, proves what they are, and loads them into networks."""

from zoo.weights.fetch import Policy
from zoo.weights.load import Misfit, load
from zoo.weights.obtain import Access, Progress, in_package, obtain

__all__ = ["Access", "Misfit", "Policy", "Progress", "in_package", "load", "obtain"]
