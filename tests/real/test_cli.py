"""The command line as a person uses it: a process of its own, signals, sentences instead of tracebacks."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from igloo_hub import __version__
from igloo_hub.cli.run import SAME_SIGNAL
from igloo_hub.hub import shipped_providers
from igloo_hub.plan.manifest import load_manifest
from tests.real.rig import alive, descendants, install
from tests.sandbox.old_kernel import CREATE_RULESET, refusing

HUB = [sys.executable, "-m", "igloo_hub"]


def igloo_hub(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HUB, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def running(
    *arguments: str | Path, prepare: Callable[[], None] | None = None, python: Path | str = sys.executable
) -> Iterator[subprocess.Popen[str]]:
    """`igloo-hub run` in the background; killed at the end of the block when it is still there."""
    hub = subprocess.Popen(
        [str(python), "-m", "igloo_hub", "run", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    )
    assert hub.stdout is not None
    assert hub.stderr is not None
    try:
        yield hub
    finally:
        hub.kill()
        hub.wait()
        hub.stdout.close()
        hub.stderr.close()


def line_with(stream: Iterator[str] | None, words: str) -> str:
    """The first line that holds these words; what comes before is read and forgotten."""
    assert stream is not None
    for line in stream:
        if words in line:
            return line
    raise AssertionError(f"the stream ended without {words!r}")


def config_with(folder: Path, note: str) -> Path:
    manifest = install(folder / "code", "puppet")
    config = folder / "igloo.toml"
    config.write_text(f'[providers.demo]\nmanifest = "{manifest}"\nconfig = {{ note = "{note}" }}\n')
    return config


def test_help_and_version_are_useful() -> None:
    assert igloo_hub("--version").stdout == f"igloo-hub, version {__version__}\n"
    top = igloo_hub("--help").stdout
    assert "run " in top
    assert "sandbox" in top
    of_run = igloo_hub("run", "-h").stdout
    for option in ("--data-dir", "--config", "--json", "--quiet", "--log-level"):
        assert option in of_run


def test_a_misspelt_command_or_option_is_named_and_exits_2() -> None:
    wrong = igloo_hub("rnu")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'run'" in wrong.stderr
    assert igloo_hub("run", "--jason").returncode == 2


@pytest.mark.kernel("landlock", abi=6)
def test_a_fresh_machine_shows_its_values_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data") as hub:
        assert "device 1 of system" in line_with(hub.stdout, "device 1")
        assert line_with(hub.stdout, " / Memory used ").endswith(" B\n")
        ready = line_with(hub.stderr, "system: ready, 1 device, ")
        assert "enforced: " in ready
        assert "Landlock ABI" in ready
        children = list(descendants(hub.pid))
        assert children
        started = time.monotonic()
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=10) == 0
        assert time.monotonic() - started < 5
        assert not any(map(alive, children))
        assert hub.stderr is not None
        assert "Traceback" not in hub.stderr.read()


@pytest.mark.kernel("landlock", abi=6)
def test_json_is_one_object_a_line_on_both_streams(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data", "--json") as hub:
        device = json.loads(line_with(hub.stdout, "{"))
        assert device["type"] == "device"
        assert device["instance"] == "system"
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(timeout=5) == 0
        assert hub.stdout is not None
        assert {json.loads(line)["type"] for line in hub.stdout} <= {"value", "device"}
        assert hub.stderr is not None
        assert {json.loads(line)["type"] for line in hub.stderr} == {"log"}


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stubborn_provider_delays_the_end_and_a_second_signal_does_not_wait(
    number: signal.Signals, tmp_path: Path
) -> None:
    with running("--data-dir", tmp_path / "data", "--config", config_with(tmp_path, "stubborn")) as hub:
        line_with(hub.stdout, "device 1 of demo")
        (provider,) = descendants(hub.pid)
        hub.send_signal(number)
        line_with(hub.stderr, "stopping; once more ends everything at once")
        hub.send_signal(number)  # the same one still, as timeout(1) sends it twice
        time.sleep(SAME_SIGNAL + 0.1)
        assert hub.poll() is None
        started = time.monotonic()
        hub.send_signal(number)
        assert hub.wait(timeout=5) == 128 + number
        assert time.monotonic() - started < 2, "a stubborn provider alone takes three seconds"
        while alive(provider):  # it is killed, and a busy kernel takes a moment for that
            assert time.monotonic() - started < 5
            time.sleep(0.01)


@pytest.mark.kernel("landlock", abi=6)
def test_a_stubborn_provider_cannot_hold_up_the_end_for_five_seconds(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data", "--config", config_with(tmp_path, "stubborn")) as hub:
        line_with(hub.stdout, "device 1 of demo")
        (provider,) = descendants(hub.pid)
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=5) == 0
        assert not alive(provider)


@pytest.mark.kernel("landlock", abi=6)
def test_a_hub_that_was_told_to_ignore_the_end_of_terminal_and_children_works_all_the_same(
    tmp_path: Path,
) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    with running("--data-dir", tmp_path / "data", prepare=ignore) as hub:
        line_with(hub.stderr, "system: ready")
        hub.send_signal(signal.SIGHUP)
        (provider,) = descendants(hub.pid)
        os.kill(provider, signal.SIGKILL)
        assert "killed by signal 9 (SIGKILL)" in line_with(hub.stderr, "ERROR")
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=5) == 0


@pytest.mark.kernel("landlock", abi=6)
def test_a_second_hub_on_the_same_data_is_refused_with_the_first_one_s_process(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data") as hub:
        line_with(hub.stderr, "the hub runs")
        second = igloo_hub("run", "--data-dir", tmp_path / "data")
        assert second.returncode == 1
        assert second.stderr == f"igloo-hub: another hub is running on {tmp_path}/data (process {hub.pid})\n"
        assert hub.poll() is None


@pytest.mark.kernel("landlock", abi=6)
def test_a_killed_hub_does_not_lock_its_data(tmp_path: Path) -> None:
    for _ in range(2):
        with running("--data-dir", tmp_path / "data") as hub:
            line_with(hub.stderr, "system: ready")
            hub.kill()
            hub.wait()


@pytest.mark.kernel("landlock", abi=6)
def test_no_core_file_is_written_of_what_holds_secrets(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data") as hub:
        line_with(hub.stderr, "system: ready")
        for pid in (hub.pid, *descendants(hub.pid)):
            limits = Path(f"/proc/{pid}/limits").read_text()
            (row,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
            assert row.split()[4:6] == [
                "1",
                "1",
            ]  # no file has one byte, and 1 also means: no program gets it


@pytest.mark.kernel("landlock", abi=6)
def test_nobody_reading_the_output_holds_nothing_up(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data") as hub:
        line_with(hub.stderr, "system: ready")
        assert hub.stdout is not None
        hub.stdout.close()
        line_with(hub.stderr, "values are no longer printed")
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=5) == 0


@pytest.mark.kernel("landlock", abi=6)
def test_a_blocked_log_holds_nothing_up(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write_end, b"full " * 1000)
    os.set_blocking(write_end, True)
    hub = subprocess.Popen(
        [*HUB, "run", "--data-dir", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=write_end,
        text=True,
    )
    os.close(write_end)
    try:
        line_with(hub.stdout, "device 1 of system")
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=10) == 0
    finally:
        hub.kill()
        hub.wait()
        os.close(read_end)
        assert hub.stdout is not None
        hub.stdout.close()


def test_ctrl_c_during_the_start_ends_it(tmp_path: Path) -> None:
    # The hub asks its own interpreter where it imports from: here it never gets an answer.
    program = (
        "import sys, trio, igloo_hub.hub as hub\n"
        "async def never(): print('starting', flush=True); await trio.sleep_forever()\n"
        "hub.find_interpreter = never\n"
        f"sys.argv = ['igloo-hub', 'run', '--data-dir', {str(tmp_path / 'data')!r}]\n"
        "from igloo_hub.cli import main\n"
        "main()\n"
    )
    hub = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        line_with(hub.stdout, "starting")
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=10) == 0
    finally:
        hub.kill()
        hub.wait()
        assert hub.stdout is not None
        hub.stdout.close()


@pytest.mark.kernel("landlock", abi=6)
def test_a_blocked_output_holds_nothing_up(tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data", "--config", config_with(tmp_path, "flood")) as hub:
        line_with(hub.stderr, "demo: ready")
        time.sleep(1)  # long enough to fill the pipe that nobody reads
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=5) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[providers.system]\nenabeld = true\n",
            "unknown key enabeld (did you mean enabled?) @ providers['system']",
        ),
        ("[providers.sistem]\n", "there is no provider 'sistem'; there are: mqtt, system"),
        ("[providers.system]\nconfig = { interval = 0 }\n", "config.interval: 0.0 is below 1"),
        ("[providers", "not valid TOML"),
    ],
)
def test_a_mistake_in_igloo_toml_is_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    config = tmp_path / "igloo.toml"
    config.write_text(text)
    refused = igloo_hub("run", "--data-dir", tmp_path / "data", "--config", config)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert refused.stderr.startswith("igloo-hub: ")
    assert refused.stderr.count("\n") == 1


def test_a_mistake_in_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    manifest = Path(install(tmp_path, "puppet"))
    manifest.write_text(manifest.read_text().replace("[config.note]", "[grants]\ncameras = 1\n[config.note]"))
    (tmp_path / "igloo.toml").write_text('[providers.demo]\nmanifest = "puppet/manifest.toml"\n')
    refused = igloo_hub("run", "--data-dir", tmp_path / "data", "--config", tmp_path / "igloo.toml")
    assert refused.returncode == 1
    assert refused.stderr == f"igloo-hub: {manifest}: unknown key cameras @ grants\n"


def test_a_module_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    manifest = Path(install(tmp_path, "puppet"))
    manifest.write_text(manifest.read_text().replace('run = "puppet"', 'run = "puppet.py"'))
    (tmp_path / "igloo.toml").write_text('[providers.demo]\nmanifest = "puppet/manifest.toml"\n')
    refused = igloo_hub("run", "--data-dir", tmp_path / "data", "--config", tmp_path / "igloo.toml")
    assert refused.returncode == 1
    sentence = "provider.run names the module 'puppet.py', which is not beside it"
    assert refused.stderr == f"igloo-hub: {manifest}: {sentence}\n"


@pytest.mark.kernel("landlock", abi=6)
def test_one_instance_with_a_mistake_keeps_no_other_from_starting(tmp_path: Path) -> None:
    config = config_with(tmp_path, "obey")
    config.write_text(config.read_text() + '[providers.mqtt]\nconfig = { url = "mqt://a" }\n')
    with running("--data-dir", tmp_path / "data", "--config", config) as hub:
        words = line_with(hub.stderr, "[providers.mqtt] config.url")
        assert "the address must begin with mqtt:// or mqtts://; it is not started" in words
        line_with(hub.stderr, "demo: ready")


def test_no_such_configuration_file(tmp_path: Path) -> None:
    refused = igloo_hub("run", "--config", tmp_path / "nothing.toml")
    assert refused.returncode == 1
    assert refused.stderr == f"igloo-hub: {tmp_path}/nothing.toml: there is no such configuration file\n"


def test_a_data_directory_that_cannot_be_used(tmp_path: Path) -> None:
    refused = igloo_hub("run", "--data-dir", "/proc/igloo")
    assert refused.returncode == 1
    assert refused.stderr.startswith("igloo-hub: the data directory /proc/igloo can't be used: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.kernel("landlock", abi=6)
def test_a_provider_without_approval_waits_and_the_sentence_grants_it(tmp_path: Path) -> None:
    config = tmp_path / "igloo.toml"
    config.write_text("[providers.system]\n")
    with running("--data-dir", tmp_path / "data", "--config", config) as hub:
        line_with(hub.stderr, "system: This machine asks for more than is approved")
        approve = line_with(hub.stderr, "approve = [")
        assert not list(descendants(hub.pid))
    config.write_text(f"[providers.system]\n{approve}")
    with running("--data-dir", tmp_path / "data", "--config", config) as hub:
        line_with(hub.stderr, "system: ready")


@pytest.mark.parametrize("fault", [errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_kernel_without_landlock_is_refused_with_what_would_help(fault: int, tmp_path: Path) -> None:
    with running("--data-dir", tmp_path / "data", prepare=refusing(CREATE_RULESET, fault)) as hub:
        line = line_with(hub.stderr, "ERROR")
        assert "system: not started: nothing on this machine holds: files" in line
        assert "accept_missing = [" in line
        assert ("CONFIG_SECURITY_LANDLOCK" if fault == errno.ENOSYS else "lsm=landlock") in line
        hub.send_signal(signal.SIGINT)
        assert hub.wait(timeout=5) == 0


def test_an_accepted_gap_starts_and_stays_visible(tmp_path: Path) -> None:
    config = tmp_path / "igloo.toml"
    manifest, _ = load_manifest(shipped_providers() / "system/manifest.toml")
    approve = [grant.approval for grant in manifest.grants.files]
    gaps = ["files", "truncate", "signals", "other processes"]
    config.write_text(
        f"[providers.system]\napprove = {json.dumps(approve)}\naccept_missing = {json.dumps(gaps)}\n"
    )
    prepare = refusing(CREATE_RULESET, errno.ENOSYS)
    with running("--data-dir", tmp_path / "data", "--config", config, prepare=prepare) as hub:
        ready = line_with(hub.stderr, "system: ready")
        assert "NOT enforced: files, truncate" in ready
        os.kill(hub.pid, signal.SIGINT)
        assert hub.wait(timeout=5) == 0
