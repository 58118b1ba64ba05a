"""The provider `mqtt` as a program of its own would run, with this test as its hub: real tasks, real connections.

The hub's end speaks the real wire and brokers real connections, as granted. Knows nothing of a sandbox; that is for
tests/real.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import trio
import trio.testing

from igloo_provider.on_trio import run_provider
from igloo_providers.mqtt.provider import make_provider
from igloo_wire import Component, Configure, Stop, WriteOutcome, WriteResult, encode
from tests.provider.hub_side import BrokerEnd, greeting, write_request
from tests.provider.mqtt.view import View


class Running:
    """A provider that runs, and what its hub sees of it."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.view = View()
        self.stream = stream
        self.requests = 0
        self._heard = trio.lowlevel.ParkingLot()
        self._sending = trio.Lock()

    async def listen(self) -> None:
        while data := await self.stream.receive_some(65536):
            self.view.hear(data)
            self._heard.unpark_all()

    async def until(self, condition: Callable[[View], object], *, seconds: float = 20) -> None:
        with trio.move_on_after(seconds) as scope:
            while not condition(self.view):
                await self._heard.park()
        assert not scope.cancelled_caught, "\n".join([*self.view.healths, *self.view.log])

    async def until_health(self, words: str) -> None:
        """`ok`, or words of the sentence of another one: "broker" has an "ok" in it."""

        def is_it(view: View) -> bool:
            latest = view.healths[-1] if view.healths else ""
            return latest == "ok" if words == "ok" else words in latest

        await self.until(is_it)

    async def write(self, key: str, *components: Component, seconds: float = 10) -> WriteResult:
        """To the entity whose key ends so."""
        self.requests += 1
        number = self.requests
        device, entity = self.view.find(key).index
        deadline = trio.current_time() + seconds
        request = write_request(number, *components, device=device, entity=entity, deadline=deadline)
        async with self._sending:
            await self.stream.send_all(encode(request))
        found: list[WriteResult] = []

        def has_answer(view: View) -> bool:
            found[:] = [m for m in view.others if isinstance(m, WriteResult) and m.request == number]
            return bool(found)

        await self.until(has_answer)
        return found[0]

    async def confirm(self, key: str, *components: Component) -> None:
        result = await self.write(key, *components)
        assert result.outcome == WriteOutcome.CONFIRMED, result


@asynccontextmanager
async def running(
    folder: Path,
    port: int,
    url: str = "mqtt://broker.lan:1883",
    *,
    secrets: Mapping[str, str] | None = None,
    granted: bool = True,
    **config: object,
) -> AsyncIterator[Running]:
    """Where the url leads there listens what is on `port` of this machine."""
    ours, theirs = trio.testing.memory_stream_pair()
    place = "tcp " + url.partition("://")[2].replace(":", " ")
    with BrokerEnd() as broker:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(broker.serve, {place: ("127.0.0.1", port)} if granted else {})
            hub = Running(ours)
            nursery.start_soon(hub.listen)
            provider = make_provider(random=lambda: 1.0)

            async def run() -> None:
                await run_provider(provider, theirs, broker=broker.provider_end, monotonic=trio.current_time)

            configure = Configure("mqtt", str(folder), {"url": url, **config}, dict(secrets or {}))
            await ours.send_all(greeting(configure))
            async with trio.open_nursery() as program:
                program.start_soon(run)
                yield hub
                await ours.send_all(encode(Stop("the test is over")))
            nursery.cancel_scope.cancel()
