"""Obtains weights files, proves what they are, and loads them into networks."""

from zoo.weights.line import Halt, Halted
from zoo.weights.load import Misfit, load
from zoo.weights.obtain import Access, Progress, obtain
from zoo.weights.places import in_package
from zoo.weights.policy import Policy
from zoo.weights.retry import Patience

__all__ = [
    "Access",
    "Halt",
    "Halted",
    "Misfit",
    "Patience",
    "Policy",
    "Progress",
    "in_package",
    "load",
    "obtain",
]
