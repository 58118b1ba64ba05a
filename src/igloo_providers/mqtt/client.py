"""How a connection to an MQTT broker is kept: opened, opened again after each end, and with what wait between.

Knows nothing of discovery, of devices, or of the hub: whoever keeps a connection says how a stream is opened, what is
done with a message, and what is done as long as there is a connection.

MQTT 5 is tried first, because in it the MQTT broker says what otherwise could only be guessed: that it doesn't take a
command for want of permission, that nobody listens to it, that another client took the connection over. And it sends
nothing that is larger than we said. One that doesn't speak it is spoken to in 3.1.1 at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import trio

from igloo_providers.mqtt.connection import Connection, Deliver
from igloo_providers.mqtt.packets import V5, V311, Fault, Login, OtherVersion

OPEN_TIMEOUT: Final = 20.0
"""Seconds for name, connection and TLS. The hub gives up after 10, and a TLS handshake on a Pi takes 1."""

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
"""Seconds between two attempts; also after what only the owner can mend, such as a wrong password."""
HEALTHY: Final = 60.0
"""Seconds that a connection must last for the next wait to be a short one."""
MOST_SEARCHES: Final = 40
"""Connections in a row that ended for a subscription, up to which the next comes soon: ten find one topic of 250."""
SHORT_LIVES: Final = 3
"""Connections in a row that ended at once and without a reason, after which one is suspected."""

OpenStream = Callable[[], Awaitable[trio.abc.Stream]]


class BackOff:
    """How long to wait before the next attempt: 1 s, then twice as long each time, up to a minute; less a random part,
    so that all clients of an MQTT broker that was restarted don't come at once.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._wait = FIRST_WAIT
        self._searches = 0

    def after(self, fault: Fault, lasted: float) -> float:
        """`lasted`: seconds from the login to the fault."""
        if lasted >= HEALTHY:
            self._wait = FIRST_WAIT
            self._searches = 0
        if fault.asked and not fault.is_lasting and self._searches < MOST_SEARCHES:
            # The next connection asks for less at once.
            self._searches += 1
            return FIRST_WAIT * (1 - 0.25 * self._random())
        wait = LONGEST_WAIT if fault.is_lasting else self._wait
        self._wait = min(LONGEST_WAIT, self._wait * 2)
        return wait * (1 - 0.25 * self._random())


async def keep_connected(
    open_stream: OpenStream,
    login: Login,
    deliver: Deliver,
    work: Callable[[Connection], Awaitable[None]],
    on_fault: Callable[[Fault], None],
    random: Callable[[], float],
    on_skipped: Callable[[int, str], None] = lambda size, topic: None,
) -> NoReturn:
    """Connects, runs `work` with each connection, and waits a while after each end of one; for ever.

    `open_stream` raises Fault when it can't. Every fault is told to `on_fault` before the wait.
    """
    back_off = BackOff(random)
    version = V5
    short_lives = 0
    while True:
        connection: Connection | None = None
        try:
            with trio.move_on_after(OPEN_TIMEOUT) as open_scope:
                stream = await open_stream()
            if open_scope.cancelled_caught:
                raise Fault("connecting", f"{login.where} did not answer within {OPEN_TIMEOUT:.0f} s")
            connection = Connection(stream, login, deliver, version=version, on_skipped=on_skipped)
            await connection.run(work)
        except OtherVersion as fault:
            version = V311 if version == V5 else V5
            if version == V311:
                continue
            problem: Fault = fault
        except Fault as fault:
            problem = fault
        lasted = trio.current_time() - connection.began if connection is not None else 0.0
        if problem.stage == "login" and not problem.is_lasting:
            # Some MQTT brokers of old close the connection at the sight of a version that they don't know.
            version = V311 if version == V5 else V5
        is_short = problem.stage == "connection" and not problem.asked and lasted < HEALTHY
        short_lives = short_lives + 1 if is_short else 0
        if short_lives >= SHORT_LIVES:
            # In 3.1.1 a taking-over has no word, and older MQTT brokers have none in 5 either.
            problem = Fault(
                "connection",
                f"{login.where} has closed it {short_lives} times, each soon after the login; "
                f"perhaps another client uses the client id {login.client_id!r} too",
            )
        on_fault(problem)
        await trio.sleep(back_off.after(problem, lasted))
