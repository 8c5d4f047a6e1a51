"""Goldens: the logits of a network for fixed inputs, recorded once and compared ever after.

A zoo without its dataset cannot measure an accuracy, but it can know that a network still computes
what it did: after an upgrade of torch or timm, on another machine, behind another source.
"""
