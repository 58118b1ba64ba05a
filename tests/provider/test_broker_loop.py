"""The asyncio loop of providers, with a fake broker on a real socket that really connects."""

import asyncio

from igloo_provider.on_asyncio import Provider
from tests.provider.asyncio_side import FakeBroker, on_broker_loop, running, serving, start_echo


@on_broker_loop
async def test_streams_of_the_standard_library_connect_through_the_broker() -> None:
    with serving(start_echo) as port, FakeBroker({"tcp echo.house 7": ("127.0.0.1", port)}) as broker:
        provider = Provider("demo")
        heard: list[bytes] = []

        @provider.task(ends=True)
        async def talk() -> None:
            reader, writer = await asyncio.open_connection("echo.house", 7)
            writer.write(b"hello")
            heard.append(await reader.readexactly(5))
            writer.close()
            await writer.wait_closed()
            raise SystemExit(0)

        async with running(provider, broker=broker.theirs) as hub:
            assert await hub.ended() == 0
        assert heard == [b"hello"]
        assert broker.asked == ["tcp echo.house 7"]
