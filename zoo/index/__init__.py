"""Reads model indexes: claims with the place where each is written."""

from zoo.index.problems import Problem
from zoo.index.reader import Index, display, read_index

__all__ = ["Index", "Problem", "display", "read_index"]
