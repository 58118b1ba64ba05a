"""The hub with real provider processes under the real launcher: what one of them does harms no other."""

import errno
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from igloo_hub.hub import HubSettings, run_hub
from igloo_hub.ids import EntityAddress, InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_hub.session import Outcome, RequestEnd
from igloo_hub.supervisor import InstanceState
from igloo_hub.tree import DeviceSnapshot
from igloo_hub.tree_actor import Subscription
from igloo_wire import Integer, NamedEvent, Switch, Text
from tests.real.rig import PROVIDERS, Rig, alive, descendants, install, running_hub, secret_file

pytestmark = pytest.mark.kernel("landlock", abi=6)


def pid_of(rig: Rig, instance: str) -> int:
    pid = rig.supervisor(instance).pid
    assert pid is not None
    return pid


async def values_of(rig: Rig, instance: str) -> DeviceSnapshot:
    return (await rig.devices())[instance]


async def count_on(subscription: Subscription, last: int, until: int) -> int:
    """Follows a counter from `last` to at least `until` and fails at a gap.

    A test that is held up for over a second finds only the first events of that time and how many more there were.
    """
    while last < until:
        changes = await subscription.wait()
        for change in changes.events:
            assert isinstance(change.component, NamedEvent)
            number = int(change.component.text)
            assert number == last + 1, f"{number} came after {last}"
            last = number
        last += changes.events_lost
    return last


async def test_a_provider_becomes_ready_and_its_values_live_in_the_tree(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running_hub(tmp_path, demo="puppet") as rig:
        await rig.until_ready("demo")
        device = await values_of(rig, "demo")
        assert device.is_live
        assert device.entities[0].get(Integer) == Integer(pid_of(rig, "demo"))
        await rig.until(lambda: "demo: ready, 1 device, 1 entity; enforced: " in caplog.text)
    assert "demo: stopped" in caplog.text


@pytest.mark.parametrize(
    ("module", "note", "cause"),
    [
        ("broken", "", "ended with exit code 1"),
        ("noise", "", "sent what can't be decoded"),
        ("puppet", "exit 3", "ended with exit code 3"),
        ("puppet", "garbage", "sent what can't be decoded"),
        ("puppet", "close", "closed its connection and went on running"),
    ],
)
async def test_a_death_is_named_and_followed_by_a_restart_and_no_other_provider_notices(
    module: str, note: str, cause: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with (
        running_hub(tmp_path, bad=f"{module} {note}".strip(), good="puppet count") as rig,
        rig.hub.tree.open_subscription() as subscription,
    ):
        await rig.until_ready("good")
        good_pid = pid_of(rig, "good")
        last = await count_on(subscription, 0, 10)
        bad = rig.supervisor("bad")
        while bad.deaths < 2:
            last = await count_on(subscription, last, last + 10)
        assert cause in bad.last_death
        await count_on(subscription, last, last + 50)
        assert pid_of(rig, "good") == good_pid
        assert rig.supervisor("good").deaths == 0
    assert re.search(rf"bad: .*{re.escape(cause)}.*; started again in ", caplog.text)


async def test_a_provider_that_never_says_hello_is_killed_and_delays_nobody(tmp_path: Path) -> None:
    async with running_hub(tmp_path, mute="mute", good="puppet") as rig:
        await rig.until_ready("good")
        mute = rig.supervisor("mute")
        assert mute.state is InstanceState.STARTING
        await rig.until(lambda: mute.pid is not None)
        pid = pid_of(rig, "mute")
        await rig.until(lambda: mute.deaths == 1)
        assert mute.last_death == "did not say hello within 10 s"
        assert not alive(pid)


async def test_a_killed_provider_s_devices_turn_stale_and_live_again_with_the_same_id(tmp_path: Path) -> None:
    async with running_hub(tmp_path, demo="puppet") as rig:
        await rig.until_ready("demo")
        before = await values_of(rig, "demo")
        first_pid = pid_of(rig, "demo")
        os.kill(first_pid, signal.SIGKILL)
        await rig.until(lambda: rig.supervisor("demo").state is InstanceState.BACKOFF)
        assert "killed by signal 9 (SIGKILL)" in rig.supervisor("demo").last_death
        stale = await values_of(rig, "demo")
        assert stale.stale_since is not None
        assert stale.entities[0].get(Integer) == Integer(first_pid), "the last value stays"
        await rig.until_ready("demo")
        back = await values_of(rig, "demo")
        assert (back.id, back.is_live) == (before.id, True)
        assert back.entities[0].get(Integer) == Integer(pid_of(rig, "demo"))


async def test_a_provider_that_asks_not_to_be_restarted_is_not(tmp_path: Path) -> None:
    async with running_hub(tmp_path, demo="puppet exit 125") as rig:
        await rig.until(lambda: rig.supervisor("demo").state is InstanceState.DISABLED)
        assert rig.supervisor("demo").deaths == 1


async def test_what_a_provider_prints_is_logged_without_its_tricks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running_hub(tmp_path, demo="puppet print 10000") as rig:
        await rig.until(lambda: "suppressed" in caplog.text or caplog.text.count("owned") >= 400)
    assert r"demo: printed: \x1b[2J\x1b]0;owned\x07 line" in caplog.text
    assert "\x1b" not in caplog.text
    assert caplog.text.count("owned") < 1000


@pytest.mark.parametrize("note", ["", "count", "stubborn", "spawn", "never-ready"])
async def test_the_end_of_the_hub_leaves_no_process(note: str, tmp_path: Path) -> None:
    before = set(descendants(os.getpid()))
    child = None
    async with running_hub(tmp_path, demo=f"puppet {note}".strip()) as rig:
        if note == "never-ready":
            await rig.until(lambda: rig.supervisor("demo").pid is not None)
        else:
            await rig.until_ready("demo")
        if note == "spawn":
            child = (await values_of(rig, "demo")).entities[0].get(Integer)
            assert child is not None
            assert alive(child.value)
        rig.stop.set()
        with trio.fail_after(5):
            await rig.hub.ended.wait()
    assert set(descendants(os.getpid())) == before
    assert child is None or not alive(child.value)


async def test_a_cancelled_hub_leaves_no_process(tmp_path: Path) -> None:
    before = set(descendants(os.getpid()))
    with trio.CancelScope() as scope:
        async with running_hub(tmp_path, demo="puppet stubborn") as rig:
            await rig.until_ready("demo")
            scope.cancel()
            await trio.sleep_forever()
    assert set(descendants(os.getpid())) == before


async def test_a_provider_dies_with_its_killed_hub(tmp_path: Path) -> None:
    manifest = install(tmp_path / "code", "puppet")
    (tmp_path / "igloo.toml").write_text(
        f'[providers.demo]\nmanifest = "{manifest}"\nconfig = {{ note = "stubborn" }}\n'
    )
    hub = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "igloo_hub",
            "run",
            "--data-dir",
            str(tmp_path / "data"),
            "--config",
            str(tmp_path / "igloo.toml"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert hub.stdout is not None
    assert "device 1 of demo" in hub.stdout.readline()
    (provider,) = descendants(hub.pid)
    hub.kill()
    hub.wait()
    hub.stdout.close()
    with trio.fail_after(5):
        while alive(provider):  # noqa: ASYNC110
            await trio.sleep(0.01)


async def test_a_machine_short_of_processes_is_no_reason_for_the_rest_of_the_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_hub(tmp_path, bad="puppet", good="puppet") as rig:
        await rig.until_ready("bad", "good")
        good_pid = pid_of(rig, "good")

        def fork_fails(*_args: object, **_kwargs: object) -> None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

        with monkeypatch.context() as patch:
            patch.setattr("igloo_hub.launch.subprocess.Popen", fork_fails)
            os.kill(pid_of(rig, "bad"), signal.SIGKILL)
            await rig.until(lambda: rig.supervisor("bad").deaths == 2)
        assert rig.supervisor("bad").last_death == "can't be started: Resource temporarily unavailable"
        await rig.until_ready("bad")
        assert pid_of(rig, "good") == good_pid


@pytest.mark.parametrize("place", ["", "providers/other", ".."])
async def test_a_manifest_in_the_hub_s_own_folders_does_not_open_them(place: str, tmp_path: Path) -> None:
    (tmp_path / "data" / place).mkdir(parents=True, exist_ok=True)
    manifest = Path(install(tmp_path / "code", "puppet"))
    for file in manifest.parent.iterdir():
        file.rename((tmp_path / "data" / place).resolve() / file.name)
    config = HubConfig(
        providers={
            InstanceId("demo"): InstanceConfig(manifest=str(tmp_path / "data" / place / "manifest.toml"))
        }
    )
    settings = HubSettings(tmp_path / "data", config, tmp_path / "elsewhere/igloo.toml")
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        demo = hub.supervisors[InstanceId("demo")]
        with trio.fail_after(10):
            while not demo.last_death:  # noqa: ASYNC110
                await trio.sleep(0.01)
        assert "it would have to read" in demo.last_death
        assert "which is never granted" in demo.last_death
        stop.set()


async def test_a_manifest_that_goes_away_ends_nobody_else(tmp_path: Path) -> None:
    async with running_hub(tmp_path, bad="puppet", good="mute") as rig:
        await rig.until_ready("bad")
        shutil.rmtree(tmp_path / "code/puppet")
        os.kill(pid_of(rig, "bad"), signal.SIGKILL)
        await rig.until(lambda: rig.supervisor("bad").deaths == 2)
        assert rig.supervisor("bad").last_death.endswith("code/puppet: No such file or directory")
        assert rig.supervisor("good").state is InstanceState.STARTING


async def attempts_by(rig: Rig, instance: str) -> dict[str, str]:
    await rig.until_ready(instance)
    text = (await values_of(rig, instance)).entities[0].get(Text)
    assert isinstance(text, Text)
    answers: dict[str, str] = json.loads(text.value)
    return answers


async def test_a_hostile_provider_reaches_nothing_that_it_was_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IGLOO_TEST_SECRET", "hunter2")
    monkeypatch.setenv("LD_PRELOAD_TEST", "x")
    inherited, other_end = socket.socketpair()
    inherited.set_inheritable(True)
    inherited_fd = inherited.fileno()
    listener = socket.create_server(("127.0.0.1", 0))
    with (
        inherited,
        other_end,
        listener,
        secret_file(tmp_path / "data/hub.secret") as hub_secret,
        secret_file(tmp_path / "data/providers/other/tokens") as other_secret,
        secret_file(tmp_path / "elsewhere/letter") as foreign,
    ):
        own = tmp_path.resolve() / "data/providers/burglar/own"
        attempts = {
            "hub's secret": ["read", str(hub_secret)],
            "other instance's data": ["read", str(other_secret)],
            "foreign file": ["read", str(foreign)],
            "its own grant": ["read", str(Path(sys.executable).resolve())],
            "foreign folder": ["list", str(foreign.parent)],
            "root": ["list", "/"],
            "write elsewhere": ["write", str(foreign)],
            "write in its own folder": ["write", str(own)],
            "tcp": ["connect", str(listener.getsockname()[1])],
            "signal the hub": ["signal", str(os.getpid())],
            "signal itself": ["signal", "0"],
            "descriptors": ["descriptors", ""],
            "environment": ["environment", ""],
        }
        note = json.dumps(attempts)
        async with running_hub(tmp_path, burglar=f"burglar {note}") as rig:
            inside = await attempts_by(rig, "burglar")
        control = subprocess.run(
            [sys.executable, str(PROVIDERS / "burglar.py"), note],
            stdout=subprocess.PIPE,
            check=True,
            pass_fds=[inherited_fd],
        )
        outside = json.loads(control.stdout)

    denied = {
        "hub's secret": "PermissionError",
        "other instance's data": "PermissionError",
        "foreign file": "PermissionError",
        "foreign folder": "PermissionError",
        "root": "PermissionError",
        "write elsewhere": "PermissionError",
        "tcp": "PermissionError",
        "signal the hub": "PermissionError",
    }
    assert {name: inside[name] for name in denied} == denied
    assert {name: outside[name] for name in denied} == dict.fromkeys(denied, "done"), "the positive control"
    for allowed in ("its own grant", "write in its own folder", "signal itself"):
        assert inside[allowed] == "done"
    assert inside["descriptors"] == "0,1,2,3,4"
    assert str(inherited_fd) in outside["descriptors"].split(",")
    assert set(inside["environment"].split(",")) <= {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "LC_CTYPE"}
    assert "IGLOO_TEST_SECRET" in outside["environment"].split(",")


async def test_a_write_asked_of_a_provider_comes_back_as_a_value(tmp_path: Path) -> None:
    async with running_hub(tmp_path, demo="puppet obey") as rig:
        await rig.until_ready("demo")
        demo = rig.supervisor("demo")
        it = EntityAddress((await values_of(rig, "demo")).id, "it")
        async with rig.hub.tree.open_subscription() as subscription:
            await subscription.wait()
            assert await demo.write(it, (Switch(True),)) == RequestEnd(Outcome.CONFIRMED)
            assert [change.component for change in (await subscription.wait()).values] == [Switch(True)]
        assert (await demo.write(it, (Text("x"),))).outcome is Outcome.REFUSED
        assert (await demo.write(it._replace(entity="other"), (Switch(True),))).outcome is Outcome.REFUSED
    assert (await demo.write(it, (Switch(True),))).outcome is Outcome.NOT_RUNNING
