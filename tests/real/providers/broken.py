"""A provider with a defect that shows on import."""

raise RuntimeError("this provider is broken")
