"""Formats that models are written in."""
