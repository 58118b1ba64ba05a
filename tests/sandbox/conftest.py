"""The houses that sandbox tests play in: with the hub's own user, and with a uid per provider where root can give one."""

from collections.abc import Iterator

import pytest

from tests.sandbox.house import OWN_UID, House, open_house


@pytest.fixture
def house() -> Iterator[House]:
    """A house whose providers have the test's own uid."""
    with open_house(None) as made:
        yield made


@pytest.fixture
def own_uid_house() -> Iterator[House]:
    """A house whose provider has a uid of its own. For tests marked `kernel("own-uid")`."""
    with open_house(OWN_UID) as made:
        yield made


@pytest.fixture(params=["hub's uid", pytest.param("own uid", marks=pytest.mark.kernel("own-uid"))])
def any_house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Each kind of house in turn."""
    with open_house(OWN_UID if request.param == "own uid" else None) as made:
        yield made
