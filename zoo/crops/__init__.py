"""Turns picture files into what a network is shown, as timm's evaluation transform does.

The geometry (decode, resize, centre crop: whole numbers of 0 to 255) is apart from the arithmetic
(scale, subtract the mean, divide by the deviation: float32, on the device, by the batch). Only the
first depends on the picture alone, so that models of any mean and deviation share its result.
"""

from zoo.crops.geometry import Geometry
from zoo.crops.keeping import Keeping
from zoo.crops.normalising import normaliser
from zoo.crops.preparing import Batch, batches

__all__ = ["Batch", "Geometry", "Keeping", "batches", "normaliser"]
