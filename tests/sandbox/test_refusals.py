"""Bad input and bad luck: each ends in exit code 126 with a sentence, on the status socket and in the log."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from igloo_sandbox.enforce import EXIT_REFUSED, SPEC_DEADLINE
from igloo_sandbox.spec import (
    MAX_RECORD,
    MIN_DESCRIPTORS,
    MIN_MEMORY,
    Limits,
    PathRule,
    dump_spec,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)
from tests.sandbox.house import OWN_UID, PATIENCE, SOURCES, House, Outcome, read_all, start, start_with


def assert_refused(outcome: Outcome, reason: str) -> None:
    """Nothing ran, and both ways out say why."""
    assert outcome.exit_code == EXIT_REFUSED
    assert outcome.status.verdict == "refused"
    assert reason in outcome.status.reason
    assert outcome.status.reason in outcome.log
    assert not outcome.answers


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "the spec ended after 0 of 4 bytes"),
        (b"\x05\0", "the spec ended after 2 of 4 bytes"),
        (b"\x05\0\0\0abc", "the spec ended after 3 of 5 bytes"),
        (b"\x03\0\0\0abcdef", "the spec is wrong: the spec is not JSON"),
        (frame_record(b"{}"), "the spec is wrong: $.version: is missing"),
        (frame_record(b'{"version": 2}'), "the spec is wrong: $.version: 2 is unknown"),
        (frame_record(b"\xff" * 1000), "the spec is wrong: the spec is not JSON"),
        (frame_record(b"[" * 100_000), "the spec is wrong: the spec is not JSON"),
        (b"\xff\xff\xff\xff", "a spec of 4,294,967,295 bytes is announced; the most is 1,048,576"),
        ((MAX_RECORD + 1).to_bytes(4, "little"), "a spec of 1,048,577 bytes is announced"),
    ],
)
def test_a_spec_that_is_none(sent: bytes, reason: str) -> None:
    assert_refused(start_with(sent, close_after=True), reason)


def test_a_spec_that_does_not_come() -> None:
    began = time.monotonic()
    assert_refused(start_with(b"\x05\0\0\0ab"), f"the spec did not come within {SPEC_DEADLINE:g} s")
    assert time.monotonic() - began < SPEC_DEADLINE + 2


@pytest.mark.parametrize(
    ("wire", "status", "reason"),
    [
        ("77", "{status}", "the wire descriptor 77 is not an open socket"),
        ("1", "{status}", "the wire descriptor 1 is one of the standard ones"),
        ("{status}", "{status}", "the status and the wire have the same descriptor"),
        ("-1", "{status}", "the wire descriptor -1 is one of the standard ones"),
    ],
)
def test_a_wrong_wire_in_argv(wire: str, status: str, reason: str) -> None:
    outcome = start_with(
        b"",
        close_after=True,
        arguments=lambda _, number: (
            "--wire-fd",
            wire.format(status=number),
            "--status-fd",
            status.format(status=number),
        ),
    )
    assert_refused(outcome, reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("77", "the status descriptor 77 is not an open socket"),
        ("2", "the status descriptor 2 is one of the standard"),
    ],
)
def test_a_wrong_status_in_argv_can_only_be_said_in_the_log(status: str, reason: str) -> None:
    outcome = start_with(b"", arguments=lambda wire, _: ("--wire-fd", str(wire), "--status-fd", status))
    assert outcome.exit_code == EXIT_REFUSED
    assert not outcome.statuses
    assert reason in outcome.log
    assert "and the hub could not be told" in outcome.log


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (socket.SOCK_STREAM, "is not a Unix socket of type SOCK_SEQPACKET"),
        (socket.SOCK_DGRAM, "is not a Unix socket of type SOCK_SEQPACKET"),
    ],
)
def test_a_broker_that_is_none(house: House, kind: socket.SocketKind, reason: str) -> None:
    hub, broker = socket.socketpair(socket.AF_UNIX, kind)
    with hub, broker:
        assert_refused(
            start(house.spec(), broker=broker), f"the broker descriptor {broker.fileno()} {reason}"
        )


def test_a_broker_of_another_family(house: House) -> None:
    with socket.socket(socket.AF_INET) as broker:
        assert_refused(start(house.spec(), broker=broker), "is not a Unix socket of type SOCK_SEQPACKET")


@pytest.mark.parametrize(
    ("broker", "reason"),
    [
        ("77", "the broker descriptor 77 is not an open socket"),
        ("2", "the broker descriptor 2 is one of the standard ones"),
        ("-1", "the broker descriptor -1 is one of the standard ones"),
        ("{wire}", "the wire and the broker have the same descriptor"),
        ("{status}", "the status and the broker have the same descriptor"),
    ],
)
def test_a_wrong_broker_in_argv(broker: str, reason: str) -> None:
    outcome = start_with(
        b"",
        close_after=True,
        arguments=lambda wire, status: (
            *("--wire-fd", str(wire), "--status-fd", str(status)),
            *("--broker-fd", broker.format(wire=wire, status=status)),
        ),
    )
    assert_refused(outcome, reason)


def test_a_missing_number_in_argv_is_explained() -> None:
    outcome = start_with(b"", arguments=lambda *_: ("--wire-fd", "three"))
    assert outcome.exit_code == 2
    assert "usage: python -m igloo_sandbox" in outcome.log
    assert not outcome.statuses


def test_a_rule_path_that_does_not_exist(house: House) -> None:
    missing = str(house.own / "missing")
    rules = (*house.interpreter.rules, PathRule(missing, "read"))
    assert_refused(
        start(house.spec(paths=rules)), f"the path {missing} cannot be granted: No such file or directory"
    )


@pytest.mark.parametrize("place", ["itself", "on the way"])
def test_a_rule_path_through_a_symbolic_link(house: House, place: str) -> None:
    (house.hub / "link").symlink_to(house.other)
    path = house.hub / "link" if place == "itself" else house.hub / "link" / "secret"
    rules = (*house.interpreter.rules, PathRule(str(path), "read"))
    outcome = start(house.spec(paths=rules))
    real = os.path.realpath(path)
    assert_refused(outcome, f"the path {path} is reached through a symbolic link: its real path is {real}")


def test_a_rule_for_everything(house: House) -> None:
    assert_refused(start(house.spec(paths=(PathRule("/", "read"),))), "a rule for / would grant every file")


def test_a_data_folder_that_is_not_there(house: House) -> None:
    missing = str(house.hub / "missing")
    assert_refused(start(house.spec(data_dir=missing)), f"the path {missing} cannot be granted: No such file")


def test_a_data_folder_that_is_a_file(house: House) -> None:
    path = str(house.secret)
    assert_refused(start(house.spec(data_dir=path)), f"cannot enter the data folder {path}: Not a directory")


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.kernel("seccomp")
def test_a_program_that_is_not_there_gives_a_second_record(house: House) -> None:
    outcome = start(house.spec(command=("/nowhere/python3", "-c", "")))
    assert outcome.exit_code == EXIT_REFUSED
    assert [status.verdict for status in outcome.statuses] == ["enforced", "exec failed"]
    assert outcome.statuses[1].reason == "cannot execute /nowhere/python3: No such file or directory"
    assert outcome.statuses[1].layers == outcome.statuses[0].layers
    assert outcome.statuses[1].reason in outcome.log


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.kernel("seccomp")
def test_a_program_that_no_rule_lets_execute_says_which_rule_is_missing(house: House) -> None:
    outcome = start(house.spec(command=(os.path.realpath("/bin/true"),)))
    assert [status.verdict for status in outcome.statuses] == ["enforced", "exec failed"]
    assert outcome.statuses[1].reason.endswith(": Permission denied")
    assert 'a rule with access "execute" must cover the program' in outcome.statuses[1].help


def test_a_program_that_is_no_program_gives_a_second_record(house: House) -> None:
    text = house.own / "text"
    text.write_text("no program")
    text.chmod(0o755)
    outcome = start(house.spec(command=(str(text),), enforcement="off"))
    assert outcome.statuses[1].reason == f"cannot execute {text}: Exec format error"


@pytest.mark.kernel("own-uid")
def test_a_uid_that_cannot_reach_the_program_names_the_folder(own_uid_house: House) -> None:
    house = own_uid_house
    closed = house.hub / "closed"
    (closed / "bin").mkdir(parents=True)
    program = closed / "bin" / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (house.hub / "shortcut").symlink_to(program)
    closed.chmod(0o700)
    for path in (program, house.hub / "shortcut"):
        outcome = start(house.spec(command=(str(path),)))
        assert_refused(outcome, f"uid {OWN_UID} cannot use {path}: {closed} is 0700")
        assert "not below a home of mode 0700" in outcome.status.help
    closed.chmod(0o711)
    program.chmod(0o700)
    assert_refused(start(house.spec(command=(str(program),))), f"{program} is 0700")


@pytest.mark.kernel("own-uid")
def test_a_data_folder_of_somebody_else_names_it(own_uid_house: House) -> None:
    os.chown(own_uid_house.own, 0, 0)
    own = own_uid_house.own
    assert_refused(start(own_uid_house.spec()), f"uid {OWN_UID} cannot use {own}: {own} is 0700")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can take any uid")
def test_a_uid_that_only_root_could_give(house: House) -> None:
    assert_refused(start(house.spec(uid=OWN_UID)), f"is asked to run as uid {OWN_UID}, and only root can")


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.kernel("seccomp")
def test_the_least_limits_let_the_launcher_and_a_bare_python_work(house: House) -> None:
    least = Limits(memory=MIN_MEMORY, descriptors=MIN_DESCRIPTORS, processes=1, file_size=0)
    many = [house.hub / f"file{number}" for number in range(50)]
    for path in many:
        path.touch()
    rules = (*house.interpreter.rules, *(PathRule(str(path), "read") for path in many))
    outcome = house.run("answers['it'] = 'done'", limits=least, paths=rules)
    assert outcome.answers == {"it": "done"}, outcome


def test_a_launcher_killed_before_its_status_ran_nothing(house: House) -> None:
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    with wire, channel:
        wire.settimeout(PATIENCE)
        channel.settimeout(PATIENCE)
        with provider_wire, launcher_channel:
            numbers = provider_wire.fileno(), launcher_channel.fileno()
            process = subprocess.Popen(launcher_command(sys.executable, *numbers), pass_fds=numbers)
        channel.sendall(frame_record(dump_spec(house.spec("open('ran', 'w')")))[:-1])
        time.sleep(0.2)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert read_all(channel) == b""
        assert read_all(wire) == b""
    assert not (house.own / "ran").exists()


def test_a_hub_that_is_gone_when_the_status_comes_starts_nothing(house: House) -> None:
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    with wire, channel, provider_wire, launcher_channel:
        numbers = provider_wire.fileno(), launcher_channel.fileno()
        process = subprocess.Popen(
            launcher_command(sys.executable, *numbers),
            pass_fds=numbers,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        launcher_channel.close()
        channel.sendall(frame_record(dump_spec(house.spec("open('ran', 'w')", enforcement="off"))))
        channel.close()
        log = process.communicate(timeout=PATIENCE)[0].decode()
    assert process.returncode == EXIT_REFUSED
    assert "and the hub could not be told" in log
    assert not (house.own / "ran").exists()


STRANGER = f"""
import os, socket, subprocess, sys
sys.path.insert(0, {str(SOURCES)!r})
from igloo_sandbox.spec import launcher_command
numbers = int(sys.argv[1]), int(sys.argv[2])
subprocess.run(launcher_command(sys.executable, *numbers), pass_fds=numbers, stdin=subprocess.DEVNULL)
"""


def test_a_parent_that_did_not_ask_for_the_start(house: House) -> None:
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    with wire, channel:
        channel.settimeout(PATIENCE)
        with provider_wire, launcher_channel:
            numbers = provider_wire.fileno(), launcher_channel.fileno()
            stranger = subprocess.Popen(
                [sys.executable, "-c", STRANGER, *map(str, numbers)],
                pass_fds=numbers,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        channel.sendall(frame_record(dump_spec(house.spec(enforcement="off"))))
        taken = take_record(read_all(channel))
        stranger.wait(PATIENCE)
    assert taken is not None
    assert f"but process {os.getpid()} asked for the start" in parse_status(taken[0]).reason


def test_packages_that_are_not_there(house: House) -> None:
    """Without cffi's backend nothing can even be reported but in the log; without landlock it is a refusal."""
    wire, provider_wire = socket.socketpair()
    with wire, provider_wire:
        number = provider_wire.fileno()
        command = launcher_command(sys.executable, number, number)
        bare = command[: command.index("--import-path")]
        found = subprocess.run(bare, pass_fds=[number], capture_output=True, text=True, check=False)
    assert found.returncode == EXIT_REFUSED
    assert "igloo_sandbox: the launcher cannot be loaded: No module named '_cffi_backend'" in found.stderr


@pytest.mark.kernel("landlock")
def test_no_landlock_package_is_a_refusal(house: House, tmp_path: Path) -> None:
    import _cffi_backend

    (tmp_path / Path(_cffi_backend.__file__).name).symlink_to(_cffi_backend.__file__)
    outcome = start_with(
        frame_record(dump_spec(house.spec("print('ran')"))),
        arguments=lambda wire, status: ("--wire-fd", str(wire), "--status-fd", str(status)),
        import_paths=[str(tmp_path)],
    )
    assert_refused(outcome, "the landlock package cannot be imported: No module named 'landlock'")
    assert "pip install landlock==" in outcome.status.help


def test_by_hand_it_says_what_it_is() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "igloo_sandbox", "--help"],
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0
    assert "The launcher of Igloo Hub's providers." in found.stdout
    assert "sandbox/README.md" in found.stdout
    assert json.dumps(found.stderr) == '""'
