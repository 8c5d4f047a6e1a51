"""Says why a measured accuracy falls short of its claim, by scoring some pictures in other ways.

A wrong number is no use to anyone who does not know what to mend. So the usual mistakes are tried
on a few drawn pictures, and the one that restores the claim is named, with its interval. It never
moves the verdict: the page documents how it evaluates, and that is what was measured.

At most ``pictures × suspects`` inputs are run, some 20 times the pictures (256 if nobody says
another number), and only where an accuracy falls short by more than that many pictures can miss by
chance. Orders of labels cost nothing more.
"""

from __future__ import annotations

from zoo.diagnosis.case import diagnoser
from zoo.diagnosis.lineup import DIAGNOSED, Case
from zoo.diagnosis.telling import Diagnosis

__all__ = ["DIAGNOSED", "Case", "Diagnosis", "diagnoser"]
