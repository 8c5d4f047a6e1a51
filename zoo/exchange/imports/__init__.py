"""Formats that models are read from."""
