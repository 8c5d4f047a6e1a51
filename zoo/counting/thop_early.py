"""The early rules of thop, where normalisation and activation were modules of their own.

thop before 0.1 (``thop/profile.py`` and ``thop/vision/basic_hooks.py`` of 2020) hooked every module
whose class is exactly one that it knew: ``nn.Conv1d`` to ``Conv3d`` output elements ×
(C_in / groups · kernel), plus the output elements where there is a bias; ``nn.BatchNorm`` 2 an
element; ``nn.AdaptiveAvgPool`` (kernel + 1) an output element; ``nn.AvgPool`` 1 an output element;
``nn.LeakyReLU`` 1 an element (``nn.ReLU`` none); ``nn.Linear`` input features × outputs, no bias.
All else is nothing, above all subclasses: padded, weight-standardised and conditional convolutions.

Networks are no longer built as they were then. timm's classifier was a subclass of ``nn.Linear``,
so the layer that gives the network's output costs nothing. And what is one module of normalisation
with activation today (timm's ``BatchNormAct2d``) was one of three things, which the three early
rules tell apart.
"""

from __future__ import annotations

from functools import partial

from zoo.counting import Rule
from zoo.counting._thop_early import UNIT, Norms, costs

RULE = Rule(1, UNIT, partial(costs, norms=Norms.SEPARATE))
