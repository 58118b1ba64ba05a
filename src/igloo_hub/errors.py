"""What can go wrong in the hub, sorted by whose fault it is. Knows nothing of how it is handled.

`ConfigError` is for the owner to mend, `ManifestError` for the author of a provider. A `ProviderError` ends one
provider's life and is followed by a restart: that is policy, in `supervisor.py`. Whatever is not a `HubError` is
a defect of the hub itself and must end a test.
"""

from collections.abc import Sequence
from typing import Any


class HubError(Exception):
    """Parent of all errors that the hub reports in a sentence instead of a traceback."""


class ConfigError(HubError):
    """The owner's configuration, or the machine it names, doesn't allow the hub to start."""


class ManifestError(ConfigError):
    """A provider's manifest is not what the hub understands. Names the file and the key."""


class DataDirError(ConfigError):
    """The data directory can't be used: not writable, not ours, or in use by another hub."""


class ApprovalNeeded(HubError):
    """A provider asks for grants that its owner has not approved."""


class ProviderError(HubError):
    """A provider's life has ended, or must end. The sentence is the named cause, shown to the owner."""


class OwnerFilesChanged(ProviderError):
    """The owner changed a secret or another file that the provider was given: it starts anew with what is there now."""


class LaunchRefused(ProviderError):
    """The provider was not started: the sandbox can't hold what was asked, or the machine is short of something."""


class ProviderExited(ProviderError):
    """The process ended by itself or was killed."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code
        """The exit code; negative for a signal."""


class ProtocolViolation(ProviderError):
    """The provider said something that no provider may say."""

    events: Sequence[Any] = ()
    """What it had said before, as events of its session."""


class RequestRefused(HubError):
    """A request can't be put to a provider. The sentence is for whoever asked."""


class ProviderSilent(ProviderError):
    """The provider missed a deadline: for its hello, for Ready, for its pongs, or for reading its socket."""


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first exception in a group that is no group itself: with one cause of death there is only one."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
