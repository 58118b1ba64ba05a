"""Finding the topics that an MQTT broker ends connections for, among any that it takes."""

from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.connection import FILTERS
from igloo_providers.mqtt.suspects import STRIKES, Suspects


class Touchy:
    """An MQTT broker that ends the connection for some topics. It is asked as a connection asks, FILTERS at once."""

    def __init__(self, bad: set[str]) -> None:
        self.bad = bad
        self.ends = 0

    def connect(self, suspects: Suspects, topics: list[str]) -> list[str] | None:
        """What is followed at last; None if the connection ended."""
        followed: list[str] = []
        for part in suspects.parts(topics):
            for first in range(0, len(part), FILTERS):
                some = part[first : first + FILTERS]
                if not self.bad.isdisjoint(some):
                    self.ends += 1
                    suspects.blame(some)
                    return None
                followed += some
            suspects.clear(part)
        return followed

    def connect_until_it_holds(self, suspects: Suspects, topics: list[str], most: int) -> list[str]:
        for _ in range(most):
            if (followed := self.connect(suspects, topics)) is not None:
                return followed
        raise AssertionError(f"{self.ends} connections have ended")


def topics(count: int) -> list[str]:
    return [f"t/{number}" for number in range(count)]


@given(st.integers(1, 700), st.data())
def test_the_bad_ones_are_left_out_and_all_others_followed(count: int, data: st.DataObject) -> None:
    names = topics(count)
    bad = set(data.draw(st.lists(st.sampled_from(names), max_size=4)))
    suspects = Suspects()
    touchy = Touchy(bad)
    followed = touchy.connect_until_it_holds(suspects, names, 1 + (8 + STRIKES) * max(1, len(bad)))
    assert sorted(followed) == sorted(set(names) - bad)
    assert touchy.connect(suspects, names) is not None
    assert sorted(suspects.without_aside(names)) == sorted(set(names) - bad)


def test_who_is_not_suspected_is_asked_for_first() -> None:
    suspects = Suspects()
    assert list(suspects.parts(["a", "b", "c"])) == [["a", "b", "c"]]
    assert suspects.blame(["a", "b", "c", "d"]) is None
    assert [sorted(part) for part in suspects.parts(["e", *"abcd"])] == [["e"], ["c", "d"], ["a", "b"]]
    suspects.clear(["c", "d"])
    assert suspects.blame(["a", "b"]) is None
    assert [sorted(part) for part in suspects.parts([*"abcde"])] == [["c", "d", "e"], ["b"], ["a"]]


def test_a_connection_that_ends_by_chance_sets_nothing_aside() -> None:
    suspects = Suspects()
    assert suspects.blame(["a"]) is None
    suspects.clear(["a"])
    assert suspects.blame(["a"]) is None
    assert suspects.without_aside(["a"]) == ["a"]
    assert suspects.blame(["a"]) == "a"
    assert suspects.without_aside(["a", "b"]) == ["b"]
    assert list(suspects.parts(["a"])) == [[]]
