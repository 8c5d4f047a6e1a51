"""The command line: one module a command, loaded when it is asked for.

A module here is an attribute of this package, ``list`` among them, so nothing but names lives here.
"""

from zoo.cli._main import COMMANDS, main, run

__all__ = ["COMMANDS", "main", "run"]
