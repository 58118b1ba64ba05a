"""The houses that sandbox tests play in: with the hub's own user, and with a uid per provider where root can give one.

Without root, or without a Python that another uid can reach, the second kind is skipped by naming that. Where
IGLOO_REQUIRE_OWN_UID is set, the skip is a failure.
"""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.sandbox.house import OWN_UID, House, find_interpreter, make_root, remove_root


def _house(uid: int | None) -> Iterator[House]:
    if uid is not None and os.geteuid() != 0:
        _lack("an own uid needs root")
    interpreter = find_interpreter(uid)
    if interpreter is None:
        _lack(f"an own uid needs a Python that uid {uid} can reach; this one is below a closed folder")
    root = make_root()
    try:
        yield House(root, uid, interpreter)
    finally:
        remove_root(root)


def _lack(reason: str) -> NoReturn:
    if os.environ.get("IGLOO_REQUIRE_OWN_UID"):
        pytest.fail(f"{reason}, and IGLOO_REQUIRE_OWN_UID says that it must be here")
    pytest.skip(reason)


@pytest.fixture
def house() -> Iterator[House]:
    """A house whose providers have the test's own uid."""
    yield from _house(None)


@pytest.fixture
def own_uid_house() -> Iterator[House]:
    """A house whose provider has a uid of its own. Needs root."""
    yield from _house(OWN_UID)


@pytest.fixture(params=["hub's uid", "own uid"])
def any_house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Each kind of house in turn."""
    yield from _house(OWN_UID if request.param == "own uid" else None)
