"""Unmodified asyncio libraries in a provider: a real hub, the real sandbox, real servers.

Here connect, bind, listen and sendmsg are really refused, which the tests of the loop itself only assume.
"""

import functools
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from igloo_hub.hub import HubSettings, run_hub
from igloo_hub.ids import InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_hub.session import Outcome
from tests.provider.asyncio_side import CERTIFICATES, server_tls, serving, start_echo, start_web
from tests.real.rig import PROVIDERS, Rig

pytestmark = [pytest.mark.kernel("landlock"), pytest.mark.kernel("seccomp")]

MANIFEST = """
manifest = 1
[provider]
id = "aio"
name = "A provider on asyncio"
version = "1"
run = "aio"
[[grants.connect]]
host = "localhost"
port = "config:port"
why = "the test's server, by a name"
[[grants.connect]]
host = "127.0.0.1"
port = "config:port"
why = "the test's server, by its address"
[[grants.udp]]
host = "localhost"
port = "config:port"
why = "the test's lamp"
[limits]
memory = "256M"
[config.port]
type = "port"
label = "Port of the server"
required = true
"""

TEN_MEGABYTES = 10 << 20


@asynccontextmanager
async def running_aio(folder: Path, port: int) -> AsyncIterator[Rig]:
    """A hub with the provider `aio`, granted this port of this machine."""
    code = folder / "code"
    code.mkdir()
    (code / "aio.py").write_text((PROVIDERS / "aio.py").read_text())
    (code / "manifest.toml").write_text(MANIFEST)
    instance = InstanceConfig(
        manifest="code/manifest.toml",
        config={"port": port},
        approve=(f"connect:localhost:{port}", f"connect:127.0.0.1:{port}", f"udp:localhost:{port}"),
    )
    settings = HubSettings(
        folder / "data", HubConfig(providers={InstanceId("aio"): instance}), folder / "igloo.toml"
    )
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        rig = Rig(hub, stop, folder / "data")
        await rig.until_ready("aio")
        await rig.devices()  # so that the tree has taken what came together with Ready
        yield rig
        stop.set()


async def ask(rig: Rig, command: str, **parameters: object) -> Any:  # noqa: ANN401 - a Value
    end = await rig.supervisor("aio").custom(command, parameters)
    assert end.outcome is Outcome.CONFIRMED, end
    return end.result


@contextmanager
def server_that_greets_and_reads_nothing() -> Iterator[int]:
    def serve() -> None:
        while True:
            peer, _ = server.accept()
            if is_over.is_set():
                peer.close()
                return
            peer.send(b"hello")
            peers.append(peer)

    peers: list[socket.socket] = []
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        socket.create_connection(server.getsockname()).close()
        thread.join()
    for peer in peers:
        peer.close()


@contextmanager
def lamp_that_echoes() -> Iterator[int]:
    def serve() -> None:
        while (data := sock.recvfrom(1000))[0]:
            sock.sendto(b"echo " + data[0], data[1])

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve)
        thread.start()
        yield sock.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", sock.getsockname())
        thread.join()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_streams_carry_ten_megabytes_both_ways(tmp_path: Path, host: str) -> None:
    with serving(start_echo) as port:
        async with running_aio(tmp_path, port) as rig:
            assert await ask(rig, "streams", host=host, port=port, size=5) == "the same"
            assert await ask(rig, "streams", host=host, port=port, size=TEN_MEGABYTES) == "the same"


async def test_aiohttp_works_and_is_told_what_is_not_granted(tmp_path: Path) -> None:
    with serving(start_web) as port:
        async with running_aio(tmp_path, port) as rig:
            for size in (5, TEN_MEGABYTES):
                assert await ask(rig, "web", url=f"http://localhost:{port}/", size=size) == "the same"
            answer = await ask(rig, "web", url="http://elsewhere.example/", size=5)
            assert answer.startswith("not-granted: connect:elsewhere.example:80 is not granted")


async def test_aiohttp_works_over_tls(tmp_path: Path) -> None:
    authority = (CERTIFICATES / "authority.pem").read_text()
    with serving(functools.partial(start_web, server_tls())) as port:
        async with running_aio(tmp_path, port) as rig:
            options = {"url": f"https://localhost:{port}/", "size": TEN_MEGABYTES, "authority": authority}
            assert await ask(rig, "web", server_hostname="broker.lan", **options) == "the same"
            answer = await ask(rig, "web", **options)
            assert "Hostname mismatch" in answer


async def test_datagrams_go_to_the_lamp_and_back(tmp_path: Path) -> None:
    with lamp_that_echoes() as port:
        async with running_aio(tmp_path, port) as rig:
            assert await ask(rig, "udp", host="localhost", port=port, text="on") == "echo on"


async def test_a_library_that_closes_its_raw_socket_while_a_write_is_pending_reconnects(
    tmp_path: Path,
) -> None:
    with server_that_greets_and_reads_nothing() as port:
        async with running_aio(tmp_path, port) as rig:
            assert await ask(rig, "again", host="localhost", port=port, times=50) == 50


async def test_what_the_loop_avoids_is_really_refused(tmp_path: Path) -> None:
    with serving(start_echo) as port:
        async with running_aio(tmp_path, port) as rig:
            for attack in ("connect", "listen", "datagrams", "sendmsg"):
                assert await ask(rig, "past_the_loop", attack=attack, host="127.0.0.1", port=port) == "EACCES"
        # The control: from outside the sandbox each of them works.
        with socket.create_connection(("127.0.0.1", port)) as sock, socket.socket() as listener:
            listener.listen()
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
            assert sock.sendmsg([b"hello"]) == 5
            assert sock.recv(5) == b"hello"
