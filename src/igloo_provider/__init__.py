"""What a provider author imports. Components come from `igloo_wire`; docs/providers.md is the guide.

The conversation with the hub is in `conversation.py` and belongs to no event loop; `on_trio.py` runs it on trio. A
provider on asyncio takes its Provider from `on_asyncio.py`, which is not imported here.
"""

from igloo_provider.conversation import SDK_VERSION as __version__
from igloo_provider.conversation import Device, Entity
from igloo_provider.errors import (
    EXIT_DO_NOT_RESTART,
    EXIT_FAILED,
    EXIT_HUB_FAULT,
    EXIT_NO_HUB,
    EXIT_OUT_OF_MEMORY,
    EXIT_REJECTED,
    ConnectError,
    DoNotRestart,
    NoBroker,
    NotGranted,
    NoValue,
    ProviderMistake,
    Rejected,
)
from igloo_provider.provider import SENT, Provider

__all__ = [
    "EXIT_DO_NOT_RESTART",
    "EXIT_FAILED",
    "EXIT_HUB_FAULT",
    "EXIT_NO_HUB",
    "EXIT_OUT_OF_MEMORY",
    "EXIT_REJECTED",
    "SENT",
    "ConnectError",
    "Device",
    "DoNotRestart",
    "Entity",
    "NoBroker",
    "NoValue",
    "NotGranted",
    "Provider",
    "ProviderMistake",
    "Rejected",
    "__version__",
]
