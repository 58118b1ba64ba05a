"""What can go wrong on the wire, and whose fault it is. Raised from Rust, defined here so that it is typed.

Knows nothing of connections: what happens after an error is the caller's policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from igloo_wire import Message


class WireError(Exception):
    """The peer broke the protocol: nothing that it sends from here on can be understood.

    `messages` are those that were complete before the fault, in order; they are good.
    """

    messages: tuple[Message, ...]

    def __init__(self, sentence: str, messages: tuple[Message, ...] = ()) -> None:
        super().__init__(sentence)
        self.messages = messages


class PreambleError(WireError):
    """The stream does not begin with the preamble of a version of the protocol that is known here."""


class FrameTooLarge(WireError):
    """A frame announced more bytes than are allowed. Nothing was allocated for them."""


class MalformedFrame(WireError):
    """The bytes of a frame are not a message."""


class LimitExceeded(WireError):
    """A message holds more than a limit of the wire allows: components, texts, lists, names."""


class InvalidValue(ValueError):
    """A value that was about to be built breaks its schema or a limit; the sentence names it."""
