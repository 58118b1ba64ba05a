"""What tests of the asyncio face share: a hub's end of a real socket, a fake broker, and servers to connect to.

The fake broker speaks the real protocol over a real SEQPACKET socket and really connects. It knows no grants: only a
table of what each name leads to.
"""

import array
import asyncio
import functools
import logging
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from igloo_provider.broker_loop import BrokerEventLoop
from igloo_provider.on_asyncio import AsyncioNetwork, Provider, run_provider
from igloo_wire import Configure, Message, WriteResult, encode
from tests.provider.hub_side import Ear, greeting

PATIENCE = 20.0
"""Seconds until a test counts as stuck."""


def on_broker_loop(
    test: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Runs an async test on the loop that providers have. Every task and descriptor of it must be gone in the end."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        loop = BrokerEventLoop()
        before = open_descriptors()
        try:
            loop.run_until_complete(asyncio.wait_for(test(*args, **kwargs), PATIENCE))
            loop.run_until_complete(until_closed(before))
            assert asyncio.all_tasks(loop) == set()
        finally:
            loop.close()

    return run


def open_descriptors() -> set[str]:
    """Numbers, so that one test's leak is not hidden by what another closes."""
    return set(os.listdir("/proc/self/fd"))


async def until_closed(before: set[str]) -> None:
    """Until nothing more is open than before. Servers and the fake broker close theirs in their own threads."""
    try:
        async with asyncio.timeout(PATIENCE / 4):
            while open_descriptors() - before:  # noqa: ASYNC110 - other threads have no asyncio.Event
                await asyncio.sleep(0.001)
    except TimeoutError:
        raise AssertionError(f"left open: {sorted(open_descriptors() - before)}") from None


async def forever() -> None:
    await asyncio.Event().wait()


class Running:
    """A provider that runs in this test's loop, and the hub's end of its socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.ear = Ear()
        self.exit_code: int | None = None
        self.socket = sock
        self.run: asyncio.Task[None]
        self.closed = asyncio.Event()
        self._heard = asyncio.Event()

    async def say(self, *messages: Message) -> None:
        await self.send(b"".join(encode(message) for message in messages))

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def listen(self) -> None:
        try:
            while data := await asyncio.get_running_loop().sock_recv(self.socket, 65536):
                self.ear.hear(data)
                self._heard.set()
        except ConnectionResetError:
            pass
        self.closed.set()
        self._heard.set()

    async def until(self, condition: Callable[[Ear], object]) -> None:
        """Waits until what was heard is enough."""
        while not condition(self.ear):
            assert not self.closed.is_set(), (self.ear.order, self.exit_code)
            self._heard.clear()
            await self._heard.wait()

    async def result_of(self, request: int) -> WriteResult:
        def found(ear: Ear) -> list[WriteResult]:
            return [m for m in ear.messages if isinstance(m, WriteResult) and m.request == request]

        await self.until(found)
        return found(self.ear)[0]

    async def ended(self) -> int:
        """The exit code; what was said until then has been heard."""
        await self.closed.wait()
        await asyncio.wait([self.run])
        assert self.exit_code is not None
        return self.exit_code


@asynccontextmanager
async def running(
    provider: Provider,
    *,
    greet: bool = True,
    listen: bool = True,
    broker: socket.socket | None = None,
    configure: Configure | None = None,
) -> AsyncIterator[Running]:
    """The provider runs inside the block. It is cancelled at the end, if it has not ended before."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    hub = Running(ours)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        hub.exit_code = await run_provider(provider, theirs, broker=broker, monotonic=loop.time)

    with ours:
        hub.run = asyncio.create_task(run())
        tasks = [hub.run]
        if listen:
            tasks.append(asyncio.create_task(hub.listen()))
        try:
            if greet:
                await hub.send(greeting(configure))
            yield hub
        finally:
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if outcome is not None and not isinstance(outcome, asyncio.CancelledError):
                    raise outcome


# ── certificates: an authority that nobody trusts, and what it signed for broker.lan ──

CERTIFICATES = Path(__file__).parents[1] / "data/tls"


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "good.pem")
    return context


def client_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


# ── a broker ──

Place = tuple[str, int]


class FakeBroker:
    """Answers requests in a thread of its own. `places` is where each `tcp HOST PORT` leads, or the words of a failure."""

    def __init__(self, places: Mapping[str, Place | str]) -> None:
        self.places = dict(places)
        self.asked: list[str] = []
        self.answered = 0
        self.go_on = threading.Event()
        self.go_on.set()
        """Cleared: the broker does not answer for now."""
        self.theirs, self._ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self.close()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._ours.close()
        self.theirs.close()

    async def until_asked(self) -> None:
        """Until the first request is here."""
        while not self.asked:  # noqa: ASYNC110 - the broker is in another thread
            await asyncio.sleep(0.001)

    async def until_answered(self) -> None:
        """Until it has nothing of an answer left open."""
        while self.answered < len(self.asked):  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def close(self) -> None:
        """The hub no longer brokers."""
        self._ours.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while request := self._ours.recv(1024).decode():
            number, _, what = request.partition(" ")
            self.asked.append(what)
            self.go_on.wait(PATIENCE)
            try:
                self._answer(number, what)
            except (BrokenPipeError, ConnectionResetError):
                return
            self.answered += 1

    def _answer(self, number: str, what: str) -> None:
        place = self.places.get(what, f"not-granted nobody granted {what}")
        if isinstance(place, str):
            self._ours.send(f"{number} failed {place}".encode())
            return
        kind = socket.SOCK_STREAM if what.startswith("tcp ") else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET, kind) as sock:
            sock.connect(place)
            sock.setblocking(False)
            self._ours.sendmsg(
                [f"{number} connected {place[0]} {place[1]}".encode()],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [sock.fileno()]))],
            )


@asynccontextmanager
async def brokered(places: Mapping[str, Place | str]) -> AsyncIterator[FakeBroker]:
    """The running loop connects through a fake broker inside the block, without any provider."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BrokerEventLoop)
    with FakeBroker(places) as broker:
        network = AsyncioNetwork(loop, broker.theirs, loop.time, logging.getLogger("test"))
        loop.connect_socket = network.connect_socket
        task = asyncio.create_task(network.run())
        try:
            yield broker
        finally:
            loop.connect_socket = None
            task.cancel()
            await asyncio.wait([task])
            network.close()


# ── servers, on an ordinary loop in a thread ──


@contextmanager
def serving(start: Callable[[], Awaitable[tuple[int, Callable[[], Awaitable[object]]]]]) -> Iterator[int]:
    """Runs what `start` begins, in a thread; gives its port. `start` returns the port and what ends it."""
    loop = asyncio.SelectorEventLoop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def call(coroutine: Awaitable[Any]) -> Any:  # noqa: ANN401
        async def awaited() -> Any:  # noqa: ANN401
            return await coroutine

        return asyncio.run_coroutine_threadsafe(awaited(), loop).result(PATIENCE)

    async def end_tasks() -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        port, stop = call(start())
        try:
            yield port
        finally:
            call(stop())
            call(end_tasks())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


async def start_echo(
    host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> tuple[int, Callable[[], Awaitable[object]]]:
    """A TCP server that sends back whatever it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, host, 0, ssl=tls)

    async def stop() -> None:
        server.close()

    return server.sockets[0].getsockname()[1], stop


async def start_web(tls: ssl.SSLContext | None = None) -> tuple[int, Callable[[], Awaitable[object]]]:
    """An HTTP server that tells what it was sent."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"You sent " + await request.read())

    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    return runner.addresses[0][1], runner.cleanup
