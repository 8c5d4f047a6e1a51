"""What a network is made of and what it does with one input, recorded once as plain data."""

from zoo.structure.record import Module, Record, Shape, Step

__all__ = ["Module", "Record", "Shape", "Step"]
