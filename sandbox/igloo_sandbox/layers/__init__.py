"""The mechanisms, a small module each: apply it, look back, say how far it holds.

None of them knows the others or the order; that is enforce.py's.
"""
