"""What a provider can reach over the network: a real hub, the real sandbox, real sockets.

For each way past the broker there is the control: the same thing from outside of the sandbox works.
"""

import asyncio
import logging
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from igloo_hub.hub import HubSettings, run_hub
from igloo_hub.ids import InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig, SecretFile
from igloo_hub.session import Outcome
from tests.real.rig import PROVIDERS, Rig

pytestmark = pytest.mark.kernel("seccomp")

MANIFEST = """
manifest = 1
[provider]
id = "caller"
name = "A provider that calls"
version = "1"
run = "caller"
[[grants.connect]]
host = "127.0.0.1"
port = "config:port"
why = "the test's server"
[[grants.udp]]
host = "127.0.0.1"
port = "config:port"
why = "the test's lamp"
[[grants.connect]]
host = "config:url"
port = "config:url"
why = "the test's other server"
[config.port]
type = "port"
label = "Port of the server"
required = true
[config.url]
type = "url"
label = "Address of another server"
[config.authority]
type = "file"
label = "Certificate"
[config.password]
type = "secret"
label = "Password"
"""


@asynccontextmanager
async def running_caller(
    folder: Path,
    port: int,
    config: dict[str, Any] | None = None,
    secret: str | None = None,
    approve: tuple[str, ...] = (),
) -> AsyncIterator[Rig]:
    """A hub with the provider `caller`, granted this port on 127.0.0.1, TCP and UDP."""
    code = folder / "code"
    code.mkdir()
    (code / "caller.py").write_text((PROVIDERS / "caller.py").read_text())
    (code / "manifest.toml").write_text(MANIFEST)
    secrets = {}
    if secret is not None:
        path = folder / "password"
        path.write_text(secret + "\n")
        path.chmod(0o600)
        secrets["password"] = SecretFile("password")
    instance = InstanceConfig(
        manifest="code/manifest.toml",
        config={"port": port, **(config or {})},
        secrets=secrets,
        approve=(f"connect:127.0.0.1:{port}", f"udp:127.0.0.1:{port}", *approve),
        accept_missing=(
            "files",
            "truncate",
            "signals",
            "other processes",
        ),  # the network is held without Landlock
    )
    settings = HubSettings(
        folder / "data", HubConfig(providers={InstanceId("caller"): instance}), folder / "igloo.toml"
    )
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        rig = Rig(hub, stop, folder / "data")
        await rig.until_ready("caller")
        yield rig
        stop.set()


async def ask(rig: Rig, command: str, **parameters: object) -> Any:  # noqa: ANN401 - a Value
    end = await rig.supervisor("caller").custom(command, parameters)
    assert end.outcome is Outcome.CONFIRMED, end
    return end.result


@contextmanager
def echo_server(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """Answers every caller with what it says, over TCP and, on the same port, UDP. Gives the port and what came."""
    heard: list[str] = []

    async def serve(ready: threading.Event, place: list[Any]) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            data = await reader.read(1000)
            heard.append(f"tcp {data.decode(errors='replace')}")
            writer.write(b"echo " + data)
            writer.close()

        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - the selector's own is no DatagramTransport
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
                heard.append(f"udp {data.decode(errors='replace')}")
                self.transport.sendto(b"echo " + data, addr)

        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", port))
        place += [port, loop, ended := asyncio.Event()]
        ready.set()
        await ended.wait()
        transport.close()
        server.close()

    ready, place = threading.Event(), list[Any]()
    thread = threading.Thread(target=lambda: asyncio.run(serve(ready, place)))
    thread.start()
    ready.wait(10)
    port, loop, ended = place
    try:
        yield port, heard
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)


async def test_a_granted_server_is_reached_and_the_owner_sees_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with echo_server() as (port, heard):
        async with running_caller(tmp_path, port) as rig:
            assert await ask(rig, "tcp", host="127.0.0.1", port=port, text="hello") == "echo hello"
            assert await ask(rig, "udp", host="127.0.0.1", port=port, text="hello") == "echo hello"
        assert heard == ["tcp hello", "udp hello"]
    assert f"caller: connected to 127.0.0.1:{port} (tcp)" in caplog.messages
    assert f"caller: connected to 127.0.0.1:{port} (udp)" in caplog.messages


async def test_what_is_not_granted_tells_provider_and_owner_which_grant_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with echo_server() as (port, _), echo_server() as (other, heard):
        async with running_caller(tmp_path, port) as rig:
            for verb, grant in (("tcp", "connect"), ("udp", "udp")):
                for host, number in (("127.0.0.1", other), ("127.0.0.2", port), ("localhost", port)):
                    answer = await ask(rig, verb, host=host, port=number, text="leak")
                    assert answer.startswith("not-granted: ")
                    assert f"{grant}:{host}:{number}" in answer
                    assert any(
                        f"not connected to {host}:{number} ({verb}): {grant}:{host}:{number} is not granted"
                        in line
                        for line in caplog.messages
                    )
            # The control.
            assert await ask(rig, "tcp", host="127.0.0.1", port=port, text="hello") == "echo hello"
        assert heard == []


ATTACKS = [
    "tcp",
    "udp",
    "udp connect",
    "dns",
    "mptcp",
    "fast open",
    "fast open option",
    "listen",
    "bind",
    "re-aim by connect",
    "re-aim by sendto",
    "re-aim by sendmsg",
    "io_uring",
    "abstract socket",
    "netlink",
]


async def test_there_is_no_way_past_the_broker(tmp_path: Path) -> None:
    with echo_server() as (port, _), echo_server() as (other, heard):
        async with running_caller(tmp_path, port) as rig:
            for attack in ATTACKS:
                answer = await ask(
                    rig, "past_the_broker", attack=attack, host="127.0.0.1", port=port, udp_port=other
                )
                assert answer in {
                    "EPERM",
                    "EACCES",
                    "EAFNOSUPPORT",
                    "EPROTONOSUPPORT",
                    "ENOSYS",
                    "EOPNOTSUPP",
                    "ENOPROTOOPT",
                }, attack
        assert heard == []


def test_each_way_past_the_broker_is_one_from_outside_of_the_sandbox() -> None:
    """The control of the test before: the same attempts by a process without a sandbox."""
    program = (
        "import sys, trio; sys.path.insert(0, sys.argv[1]); import caller; caller.connected_udp = caller.own_udp\n"
        "print(trio.run(caller.past_the_broker, sys.argv[2], '127.0.0.1', int(sys.argv[3]), int(sys.argv[3])))"
    )
    with echo_server() as (port, heard), socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0igloo-test")
        abstract.listen()
        for way in ATTACKS:
            run = subprocess.run(
                [sys.executable, "-c", program, str(PROVIDERS), way, str(port)],
                capture_output=True,
                text=True,
                check=True,
            )
            assert run.stdout.strip() == "got out", way
        assert sum(line.startswith("udp leak") for line in heard) >= 5


async def test_configuration_and_secrets_come_over_the_wire_and_nowhere_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "ca.pem").write_text("a public text\n")
    config = {"url": "http://Server.example/x", "authority": "ca.pem"}
    approve = ("connect:server.example:80",)
    async with running_caller(tmp_path, 1, config, "correct horse battery", approve=approve) as rig:
        assert await ask(rig, "config") == {
            "port": 1,
            "url": "http://server.example:80/x",
            "authority": "a public text\n",
        }
        assert await ask(rig, "secret", name="password") == "correct horse battery"
        surroundings = await ask(rig, "surroundings")
        pid = rig.supervisor("caller").pid
        environ = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        assert "horse" not in surroundings
        assert b"horse" not in environ
        # Even when the provider itself says it.
        await ask(rig, "say", text="the password is correct horse battery!")
        await rig.until(lambda: sum("the password is" in line for line in caplog.messages) >= 2)
        held = [path for path in rig.data_dir.rglob("*") if path.is_file() and b"horse" in path.read_bytes()]
        assert held == []
    assert "horse" not in caplog.text
    assert "the password is (secret)!" in caplog.text


async def test_more_connections_than_it_may_have_are_refused_and_the_rest_lives(tmp_path: Path) -> None:
    with echo_server() as (port, _):
        async with running_caller(tmp_path, port) as rig:
            ends = await ask(rig, "hold", host="127.0.0.1", port=port, count=160)
            assert sorted(set(ends)) == ["connected", "limit"]
            assert ends.count("connected") == 128
            assert len(rig.supervisor("caller").connections) == 128


async def test_a_secret_that_its_owner_changes_is_the_provider_s_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("igloo_hub.supervisor.LOOK_EVERY", 0.05)
    async with running_caller(tmp_path, 1, secret="an old one") as rig:
        caller = rig.supervisor("caller")
        assert await ask(rig, "secret", name="password") == "an old one"
        before = caller.pid
        (tmp_path / "password").write_text("a new one")
        await rig.until(lambda: caller.pid not in (before, None))
        await rig.until_ready("caller")
        assert await ask(rig, "secret", name="password") == "a new one"
        assert caller.deaths == 0
    assert any("started again: a secret or another file" in line for line in caplog.messages)


async def test_what_a_provider_said_last_is_part_of_its_death(tmp_path: Path) -> None:
    async with running_caller(tmp_path, 1) as rig:
        caller = rig.supervisor("caller")
        await caller.custom("die", {"words": "the bridge has no firmware"})
        await rig.until(lambda: caller.deaths == 1)
        assert "ended with exit code" in caller.last_death
        assert caller.last_death.endswith("the bridge has no firmware")
