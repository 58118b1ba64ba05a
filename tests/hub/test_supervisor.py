"""When a provider that died is started again, and how deaths and layers are put into words."""

from itertools import pairwise

from igloo_hub.supervisor import (
    FIRST_DELAY,
    HEALTHY_AFTER,
    LONGEST_DELAY,
    QUARANTINE_DEATHS,
    QUARANTINE_DELAY,
    InstanceState,
    RestartPolicy,
    enforced_words,
)
from igloo_sandbox.spec import Layer, Restriction, Status


def test_delays_double_up_to_a_minute() -> None:
    policy = RestartPolicy(random=lambda: 0.0)
    # So far apart that no quarantine comes of it, each life too short to count as healthy.
    delays = [policy.died(now=1000.0 * death, lived=1.0)[1] for death in range(9)]
    assert delays[:4] == [1.0, 2.0, 4.0, 8.0]
    assert delays[-1] == LONGEST_DELAY
    assert all(a <= b for a, b in pairwise(delays))


def test_jitter_only_lengthens() -> None:
    assert RestartPolicy(random=lambda: 1.0).died(0.0, 1.0)[1] == FIRST_DELAY * 1.2


def test_a_healthy_life_makes_up_for_earlier_deaths() -> None:
    policy = RestartPolicy(random=lambda: 0.0)
    for death in range(3):
        policy.died(1000.0 * death, lived=1.0)
    assert policy.died(10_000.0, lived=HEALTHY_AFTER) == (InstanceState.BACKOFF, FIRST_DELAY)


def test_too_many_deaths_in_ten_minutes_quarantine_it_to_one_try_an_hour() -> None:
    policy = RestartPolicy(random=lambda: 0.0)
    for death in range(QUARANTINE_DEATHS):
        assert policy.died(float(death), lived=0.1)[0] is InstanceState.BACKOFF
    assert policy.died(10.0, lived=0.1) == (InstanceState.QUARANTINED, QUARANTINE_DELAY)
    for hour in range(1, 10):
        assert policy.died(hour * QUARANTINE_DELAY, lived=0.1) == (
            InstanceState.QUARANTINED,
            QUARANTINE_DELAY,
        )
    assert policy.died(1e6, lived=HEALTHY_AFTER) == (InstanceState.BACKOFF, FIRST_DELAY)


def test_what_is_enforced_is_said_and_so_is_what_is_not() -> None:
    status = Status(
        "enforced",
        layers=(
            Layer("landlock", "enforced", "Landlock ABI 2"),
            Layer("limits", "partial", "no uid"),
            Layer("own uid", "absent", "/root is 0700"),
        ),
        restrictions=(Restriction("files", ("landlock",)), Restriction("network", ())),
    )
    words = enforced_words(status)
    assert (
        words
        == "enforced: Landlock ABI 2, limits (partly); absent: own uid (/root is 0700); NOT enforced: network"
    )
    assert enforced_words(Status("enforced")) == "enforced: nothing"
