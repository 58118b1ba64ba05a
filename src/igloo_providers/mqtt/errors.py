"""What can be wrong with what a device sends, as opposed to what somebody wrote. Knows no topic and no hub."""

from igloo_wire import Component


class Unmappable(Exception):
    """A discovery config that can't be shown. The reason names key and value; the config is passed over.

    `where`: the topic, and the part of it, as far as whoever raised it knew; "" otherwise.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = reason
        self.where = where

    def at(self, where: str) -> "Unmappable":
        """The same, with the place."""
        return Unmappable(self.reason, where)


class Unreadable(Exception):
    """A message that can't be read as a value. To be said once, with the topic; the provider goes on.

    `unknown` are the components whose value is no longer known because of it: something was reported, and it is not
    the old value. Empty: the message says nothing of them, so they stay as they were.
    """

    def __init__(self, reason: str, *unknown: type[Component]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unknown = unknown


class TemplateFault(Unreadable):
    """A template that can't be compiled or whose rendering failed; the sentence begins with what went wrong."""


def shorten(value: object, most: int = 80) -> str:
    """A value as a sentence shows it: its repr, cut in the middle of what is too long."""
    if isinstance(value, str | bytes) and len(value) > most:
        value = value[:most]
        return f"{value!r}…"
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        # Lists in lists without end, or a number of more digits than Python writes.
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= most else text[:most] + "…"


def shown(topic: str, most: int = 80) -> str:
    """A topic as a sentence shows it: as it is where that can be read, otherwise as `shorten` does."""
    return topic if topic.isprintable() and len(topic) <= most else shorten(topic, most)
