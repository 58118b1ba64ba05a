"""The providers that ship with Igloo Hub: one folder each, its manifest beside its code."""
