"""A provider that runs on trio in a test, with its hub's end beside it. Knows the SDK's face, and no provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import trio.testing

from igloo_provider import Provider
from igloo_provider.on_trio import run_provider
from igloo_wire import CustomResult, WriteResult
from tests.provider.hub_side import HubEnd


class Running(HubEnd):
    """A provider that runs in this test's nursery, and the hub's end of its stream."""

    exit_code: int | None = None

    async def result_of(self, request: int) -> WriteResult:
        result = await self._answer_to(request, WriteResult)
        assert isinstance(result, WriteResult)
        return result

    async def custom_result_of(self, request: int) -> CustomResult:
        result = await self._answer_to(request, CustomResult)
        assert isinstance(result, CustomResult)
        return result

    async def _answer_to(
        self, request: int, kind: type[WriteResult | CustomResult]
    ) -> WriteResult | CustomResult:
        while True:
            for message in self.ear.messages:
                if isinstance(message, kind) and message.request == request:
                    return message
            await trio.sleep(0.01)

    async def settled(self) -> None:
        await trio.testing.wait_all_tasks_blocked()

    async def ended(self) -> int:
        await self.closed.wait()
        await self.settled()
        assert self.exit_code is not None
        return self.exit_code


@asynccontextmanager
async def running(provider: Provider, *, greet: bool = True, settle: bool = True) -> AsyncIterator[Running]:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = Running(ours)

    async def run() -> None:
        hub.exit_code = await run_provider(provider, theirs, monotonic=trio.current_time)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        nursery.start_soon(hub.listen)
        if greet:
            await hub.greet()
            if settle:
                await hub.settled()
        yield hub
        nursery.cancel_scope.cancel()
