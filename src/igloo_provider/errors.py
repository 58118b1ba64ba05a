"""What can go wrong in a provider, named by whose fault it is. Exit codes too: they are how a dead process says why."""

from typing import Final

EXIT_FAILED: Final = 1
"""A task of the provider raised; the traceback is in the log."""
EXIT_NO_HUB: Final = 2
"""Started by hand: there is no hub on file descriptor 3."""
EXIT_HUB_FAULT: Final = 3
"""The hub sent something that is not the protocol, or reads nothing any more."""
EXIT_REJECTED: Final = 4
"""Hub and provider said hello and can't work together."""
EXIT_OUT_OF_MEMORY: Final = 124
"""MemoryError: most likely the provider's memory limit."""
EXIT_DO_NOT_RESTART: Final = 125
"""The provider asks the hub not to start it again; raise DoNotRestart."""


class Rejected(Exception):
    """Raised by a write handler: this write can't be done. The sentence is shown to whoever asked for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DoNotRestart(Exception):
    """Raised by a task: the provider ends, and starting it again would not help (an account was closed, say)."""


class ProviderMistake(RuntimeError):
    """The provider's own code asks for what cannot be. The sentence says what, and what to do instead."""


class NoValue(LookupError):
    """`Entity.get`: this component has no value now, because the entity never had it or it is Unknown."""


class HubFault(Exception):
    """The hub broke the protocol, so that nothing it says later can be trusted."""


class HubRejected(Exception):
    """The hub, or this side, said at hello that the two can't work together."""
