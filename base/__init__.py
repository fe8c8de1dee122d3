"""Handoff, an exchange that fits on a desk."""

__version__ = "0.1.0"
