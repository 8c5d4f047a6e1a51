"""The operations that torchvision publishes for its weights, ``weights.meta["_ops"]`` (in 10⁹).

torchvision counts them with a dispatch mode over convolutions and matrix products, attention
included (``test/common_extended_utils.py`` of torchvision 0.14 and later), at the crop of the
weights' own transforms. The numbers are those of ``macs``: multiply–accumulates, although the field
and torchvision's tables call them GFLOPS.
"""

from __future__ import annotations

from zoo.counting import Rule, macs

RULE = Rule(1, "multiply–accumulates", macs.costs)
