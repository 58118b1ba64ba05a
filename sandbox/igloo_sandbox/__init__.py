"""The launcher of providers: restricts itself, says what holds, then becomes the provider.

Knows nothing of the hub, of trio or of devices. The hub imports `igloo_sandbox.spec` (plain data) and runs
the rest as a process of its own; this file imports nothing, because that process pays for every import.
"""

__all__: list[str] = []
