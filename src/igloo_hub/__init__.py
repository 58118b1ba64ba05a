"""Igloo Hub: a smart-home hub whose drivers cannot take the house down.

Read `hub.py` first: it opens the one long-lived nursery that everything else lives in.
"""

# Written out, because asking the installation's metadata would cost a fifth of the start. A test compares.
__version__ = "0.0.1"

__all__ = ["__version__"]
