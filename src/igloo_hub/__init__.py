"""Igloo Hub: a smart-home hub whose drivers cannot take the house down.

Read `hub.py` first: it opens the one long-lived nursery that everything else lives in.
"""

from importlib.metadata import version

__version__ = version("igloo-hub")

__all__ = ["__version__"]
