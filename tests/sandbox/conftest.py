"""The houses that sandbox tests play in: with the hub's own user, and with a uid per provider where root can give one.

A root whose only Python is below a closed folder cannot try an own uid either: skipped by naming that, or, where
IGLOO_REQUIRE_KERNEL names own-uid, a failure.
"""

import os
from collections.abc import Iterator

import pytest

from tests.sandbox.house import OWN_UID, House, find_interpreter, make_root, remove_root


def _house(uid: int | None) -> Iterator[House]:
    interpreter = find_interpreter(uid)
    if interpreter is None:
        reason = (
            f"own-uid: there is no Python here that uid {uid} can reach, this one is below a closed folder"
        )
        if "own-uid" in os.environ.get("IGLOO_REQUIRE_KERNEL", ""):
            pytest.fail(f"{reason}, and IGLOO_REQUIRE_KERNEL says that it must be here")
        pytest.skip(reason)
    root = make_root()
    try:
        yield House(root, uid, interpreter)
    finally:
        remove_root(root)


@pytest.fixture
def house() -> Iterator[House]:
    """A house whose providers have the test's own uid."""
    yield from _house(None)


@pytest.fixture
def own_uid_house() -> Iterator[House]:
    """A house whose provider has a uid of its own. For tests marked `kernel("own-uid")`."""
    yield from _house(OWN_UID)


@pytest.fixture(params=["hub's uid", pytest.param("own uid", marks=pytest.mark.kernel("own-uid"))])
def any_house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Each kind of house in turn."""
    yield from _house(OWN_UID if request.param == "own uid" else None)
