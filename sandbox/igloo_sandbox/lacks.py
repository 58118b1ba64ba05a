"""Why a restriction is held by nobody on this machine, and what would change that.

Knows what the layers say of themselves. Knows nothing of any start.
"""

from typing import NamedTuple

from igloo_sandbox.layers import landlock, seccomp

_OWN_UID = (
    "give each instance a uid of its own: start the hub as root, with a Python that every user can reach"
)


class Offers(NamedTuple):
    """What the kernel has for the two layers that not every machine can have."""

    landlock: landlock.Offer
    seccomp: seccomp.Offer


def probe_offers() -> Offers:
    """Ask the kernel."""
    return Offers(landlock.probe(), seccomp.probe())


def explain_lack(offers: Offers, restriction: str) -> tuple[str, str]:
    """Why nobody holds `restriction`, and what would help: "" when nobody knows."""
    if restriction not in seccomp.HOLDS:
        lack, help = landlock.explain_lack(offers.landlock, restriction) or _unseen(restriction)
        return lack, f"{help}; or {_OWN_UID}" if restriction == "signals" else help
    if not offers.seccomp.architecture:
        return offers.seccomp.lack, offers.seccomp.help
    if restriction == "other processes" and not offers.landlock.abi:
        return (
            "other processes of the same user can be opened through /proc, memory and all",
            _OWN_UID,
        )
    return _unseen(restriction)


def _unseen(restriction: str) -> tuple[str, str]:
    return (
        f"{restriction} could not be seen to hold, as nothing of what would be tried is open to the hub itself",
        "start the hub with fewer restrictions of its own: a container, a sandbox or systemd around it is in the way",
    )
