"""The one way in which a start ends early. Knows nothing of why."""


class Refusal(Exception):
    """The provider is not started. `reason` is a sentence for a person, `help` says what would change it."""

    def __init__(self, reason: str, help: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help
