"""Réglo: the published rules of a public procurement are the program."""

__version__ = "0.1.0"
