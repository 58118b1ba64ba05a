"""What a provider starts with: nothing but what it was given, limits that bite, and no life after the hub's.

Controls are a plain child without launcher where even `enforcement = "off"` starts clean.
"""

import fcntl
import inspect
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from igloo_sandbox.enforce import EXIT_REFUSED
from igloo_sandbox.spec import (
    Limits,
    PathRule,
    Spec,
    dump_spec,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)
from tests.sandbox.house import PATIENCE, SOURCES, House, program, read_all, start

pytestmark = [pytest.mark.kernel("landlock", abi=6), pytest.mark.kernel("seccomp")]

SCAN = """
import fcntl
answers["open"] = []
for number in range(256):
    if attempt(lambda: fcntl.fcntl(number, fcntl.F_GETFD)) == "done":
        answers["open"].append(number)
"""


def answering(house: House, code: str) -> Spec:
    """A spec for a provider that runs `code` and answers, to be started with a hub's slips."""
    return house.spec(program(code, {}))


def test_no_descriptor_that_it_was_not_given(house: House) -> None:
    with open(house.secret) as secret:
        leaked = fcntl.fcntl(secret, fcntl.F_DUPFD, 40)  # inheritable, and out of everybody's way
        try:
            outcome = start(answering(house, SCAN), pass_fds=[leaked])
            plain = house.run_plainly(SCAN, pass_fds=[leaked])
        finally:
            os.close(leaked)
    assert outcome.answers == {"open": [0, 1, 2, 3]}
    assert leaked in plain["open"]


def test_the_wire_is_a_stream_socket_at_three_and_stdin_is_dev_null(house: House) -> None:
    code = """
wire = socket.socket(fileno=os.dup(3))
answers["kind"] = [wire.family == socket.AF_UNIX, wire.type == socket.SOCK_STREAM]
answers["stdin"] = [os.fstat(0).st_rdev == os.makedev(1, 3), os.read(0, 1) == b""]
"""
    assert house.run(code).answers == {"kind": [True, True], "stdin": [True, True]}


WITHOUT_BROKER = [(3, 5), (5, 3), (4, 3), (5, 4), (10, 11), (11, 10), (7, 6)]
WITH_BROKER = [(3, 5, 4), (4, 3, 5), (5, 4, 3), (3, 4, 5), (11, 12, 10), (4, 5, 20)]


@pytest.mark.parametrize("numbers", [*WITHOUT_BROKER, *WITH_BROKER])
def test_wire_status_and_broker_may_come_under_any_numbers(house: House, numbers: tuple[int, ...]) -> None:
    """The broker comes third, or not at all."""
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    broker, provider_broker = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with wire, channel, broker:
        for end in (wire, channel, broker):
            end.settimeout(PATIENCE)
        ends = (provider_wire, launcher_channel, provider_broker)
        with provider_wire, launcher_channel, provider_broker, open(house.hub / "log", "wb") as log:
            moves = [(end.fileno(), 60 + index) for index, end in enumerate(ends)] + [(log.fileno(), 70)]
            moves += [(60 + index, number) for index, number in enumerate(numbers)] + [(70, 1), (70, 2)]
            pid = os.posix_spawn(
                sys.executable,
                launcher_command(sys.executable, *numbers),
                {},
                file_actions=[(os.POSIX_SPAWN_DUP2, *move) for move in moves],
            )
        has_broker = len(numbers) == 3
        code = SCAN + ("os.write(4, b'4 tcp example 1')\n" if has_broker else "")
        channel.sendall(frame_record(dump_spec(answering(house, code))))
        taken = take_record(read_all(channel))
        assert taken is not None, (house.hub / "log").read_text()
        assert parse_status(taken[0]).verdict == "enforced"
        assert json.loads(read_all(wire)) == {"open": [0, 1, 2, 3, 4] if has_broker else [0, 1, 2, 3]}
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert broker.recv(100) == (b"4 tcp example 1" if has_broker else b"")


def test_no_variable_that_it_was_not_given(house: House) -> None:
    code = "answers['variables'] = dict(os.environ)"
    leaked = {
        "TOKEN": "a secret",
        "LD_PRELOAD": "/nowhere.so",
        "PYTHONPATH": "/nowhere",
        "PYTHONSTARTUP": "/nowhere",
    }
    given = (("LANG", "C.UTF-8"), ("ODD", "g\udcffn"), ("EMPTY", ""))
    outcome = start(answering(house, code)._replace(environment=given), env=leaked)
    assert outcome.answers["variables"] == dict(given)
    assert leaked.items() <= house.run_plainly(code, env=leaked)["variables"].items()


def test_no_variable_reaches_the_launcher_itself(house: House, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit(1)")
    plain = subprocess.run(
        [sys.executable, "-c", "import json"], env={"PYTHONPATH": str(tmp_path)}, check=False
    )
    assert plain.returncode == 1
    (tmp_path / "ran").unlink()
    assert start(answering(house, ""), env={"PYTHONPATH": str(tmp_path)}).exit_code == 0
    assert not (tmp_path / "ran").exists()


STATE = """
import signal
old = os.umask(0)
answers["umask"] = old
answers["folder"] = os.getcwd()
answers["leads its session"] = os.getsid(0) == os.getpid()
answers["terminal"] = attempt(lambda: open("/dev/tty"))
answers["ignored"] = [n.name for n in map(signal.Signals, (1, 2, 10)) if signal.getsignal(n) == signal.SIG_IGN]
answers["blocked"] = len(signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""
TTY_RULE = PathRule("/dev/tty", "write")


def slip() -> None:
    """What a careless hub may leave behind in a child."""
    os.umask(0)
    os.chdir("/")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGALRM))


def test_its_own_umask_folder_session_and_signal_settings(house: House) -> None:
    spec = answering(house, STATE)
    outcome = start(spec._replace(paths=(*spec.paths, TTY_RULE)), prepare=slip, new_session=False)
    assert outcome.answers == {
        "umask": 0o077,
        "folder": str(house.own),
        "leads its session": True,
        "terminal": "ENXIO",
        "ignored": [],
        "blocked": 0,
    }, outcome


def test_the_slips_are_real(house: House) -> None:
    code = f"import os, signal\n{inspect.getsource(slip)}\nslip()\n" + STATE
    plain = house.run_plainly(code)
    assert plain["umask"] == 0
    assert plain["folder"] == "/"
    assert plain["leads its session"] is False
    assert plain["ignored"] == ["SIGHUP", "SIGINT", "SIGUSR1"]
    assert plain["blocked"] == 2


def test_sigpipe_is_not_ignored_as_python_does(house: House) -> None:
    program = "/bin/sh"
    spec = house.spec()._replace(
        command=(program, "-c", "kill -PIPE $$; echo survived"),
        paths=(*house.interpreter.rules, PathRule(os.path.realpath(program), "execute")),
    )
    outcome = start(spec)
    assert (outcome.exit_code, outcome.log) == (-signal.SIGPIPE, "")


def test_a_controlling_terminal_is_a_refusal(house: House) -> None:
    main, terminal = os.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    try:
        outcome = start(house.spec(), prepare=take_terminal)
    finally:
        os.close(main)
        os.close(terminal)
    assert outcome.exit_code == EXIT_REFUSED
    assert outcome.status.verdict == "refused"
    assert outcome.status.reason == "still has a controlling terminal"


def test_a_terminal_as_the_log_is_a_refusal(house: House) -> None:
    main, terminal = os.openpty()

    def log_to_terminal() -> None:
        os.dup2(terminal, 1)

    try:
        outcome = start(house.spec(), prepare=log_to_terminal)
    finally:
        os.close(main)
        os.close(terminal)
    assert outcome.status.reason == "descriptor 1, for the log, is a terminal"
    assert "give it a pipe" in outcome.log


LIMITS = Limits(memory=200 * 1024 * 1024, descriptors=40, processes=20, file_size=100_000)
PROBES = """
import resource
for name in "DATA", "NOFILE", "FSIZE", "CORE", "MEMLOCK", "STACK", "NPROC", "AS":
    answers[name] = resource.getrlimit(getattr(resource, "RLIMIT_" + name))
def fill():
    with open(OWN + "/big", "wb", 0) as file:
        for _ in range(11):
            file.write(bytes(10_000))
answers["write"] = attempt(fill)
answers["open"] = attempt(lambda: [os.dup(0) for _ in range(60)])
os.closerange(10, 100)
try:
    bytearray(300 * 1024 * 1024)
    answers["allocate"] = "done"
except MemoryError:
    answers["allocate"] = "MemoryError"
try:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    answers["raise"] = "done"
except ValueError:  # Python's name for EPERM here
    answers["raise"] = "not allowed"
"""


def test_the_limits_are_as_asked_and_bite(any_house: House) -> None:
    found = any_house.run(PROBES, limits=LIMITS).answers
    own_uid = any_house.uid is not None
    assert found["DATA"] == [LIMITS.memory] * 2
    assert found["NOFILE"] == [40, 40]
    assert found["FSIZE"] == [100_000, 100_000]
    assert found["CORE"] == [1, 1]
    assert found["MEMLOCK"] == [65_536, 65_536]
    assert found["STACK"] == [8 * 1024 * 1024] * 2
    assert found["NPROC"] == ([20, 20] if own_uid else list(resource.getrlimit(resource.RLIMIT_NPROC)))
    assert found["AS"] == list(resource.getrlimit(resource.RLIMIT_AS))
    assert found["write"] == "EFBIG"
    assert found["open"] == "EMFILE"
    assert found["allocate"] == "MemoryError"
    assert found["raise"] == "not allowed"


def test_with_wider_limits_the_same_work_is_done(house: House) -> None:
    found = house.run(PROBES).answers
    assert (found["write"], found["open"], found["allocate"]) == ("done", "done", "done")


def test_a_limit_is_never_raised_above_the_hubs_own(house: House) -> None:
    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (30, 50))

    outcome = start(
        answering(house, "import resource\nanswers['it'] = resource.getrlimit(resource.RLIMIT_NOFILE)"),
        prepare=lower,
    )
    assert outcome.answers == {"it": [50, 50]}


FORKS = """
children = []
def fork():
    for _ in range(25):
        child = os.fork()
        if not child:
            import time
            time.sleep(30)
            os._exit(0)
        children.append(child)
answers["it"] = attempt(fork)
for child in children:
    os.kill(child, 9)
    os.waitpid(child, 0)
"""


@pytest.mark.kernel("own-uid")
def test_a_fork_bomb_meets_its_limit_where_the_uid_is_its_own(own_uid_house: House) -> None:
    assert own_uid_house.run(FORKS, limits=LIMITS).answers == {"it": "EAGAIN"}
    assert own_uid_house.run(FORKS, limits=LIMITS._replace(processes=None)).answers == {"it": "done"}


HUB = f"""
import os, socket, subprocess, sys, time
sys.path.insert(0, {str(SOURCES)!r})
from igloo_sandbox.spec import frame_record, launcher_command
wire, provider_wire = socket.socketpair()
channel, launcher_channel = socket.socketpair()
numbers = provider_wire.fileno(), launcher_channel.fileno()
command = launcher_command(sys.executable, *numbers) if sys.argv[1] == "launched" else sys.argv[2:]
spec = sys.stdin.buffer.read()
provider = subprocess.Popen(command, pass_fds=numbers, stdin=subprocess.DEVNULL, start_new_session=True)
if sys.argv[1] == "launched":
    channel.sendall(frame_record(spec))
provider_wire.close()
launcher_channel.close()
print(provider.pid, flush=True)
time.sleep(60)
"""


def is_alive(process: int) -> bool:
    """Whether that process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_provider_dies_with_a_hub_killed_by_sigkill_and_not_before(any_house: House) -> None:
    sleeping = any_house.spec("import time; print('up', flush=True); time.sleep(60)")
    for mode, survives in (("launched", False), ("plain", True)):
        hub = subprocess.Popen(
            [sys.executable, "-c", HUB, mode, *sleeping.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert hub.stdin is not None
        assert hub.stdout is not None
        provider = 0
        with hub.stdin, hub.stdout:
            try:
                hub.stdin.write(dump_spec(sleeping))
                hub.stdin.close()
                provider = int(hub.stdout.readline())
                assert hub.stdout.readline() == b"up\n"
                time.sleep(1.1)
                assert is_alive(provider), mode
                hub.kill()
                hub.wait()
                deadline = time.monotonic() + 1
                while is_alive(provider) and time.monotonic() < deadline:
                    time.sleep(0.01)
                assert is_alive(provider) == survives, mode
            finally:
                hub.kill()
                hub.wait()
                if provider and is_alive(provider):
                    os.kill(provider, signal.SIGKILL)


IDENTITY = """
answers["ids"] = [os.getresuid(), os.getresgid(), os.getgroups()]
status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
answers["status"] = {name: int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "NoNewPrivs")}
answers["setuid"] = attempt(lambda: os.setuid(0))
answers["setgid"] = attempt(lambda: os.setgid(0))
answers["chown"] = attempt(lambda: os.chown(OWN + "/mine", 12345, 12345))
answers["nice"] = attempt(lambda: os.nice(-1))
answers["chroot"] = attempt(lambda: os.chroot("."))
"""


def with_proc(house: House) -> tuple[PathRule, ...]:
    return (*house.interpreter.rules, PathRule("/proc", "read"))


@pytest.mark.kernel("own-uid")
def test_an_own_uid_has_no_group_no_capability_and_no_way_back(own_uid_house: House) -> None:
    (own_uid_house.own / "mine").touch()
    uid = own_uid_house.uid
    found = own_uid_house.run(IDENTITY, paths=with_proc(own_uid_house)).answers
    assert found["ids"] == [[uid] * 3, [uid] * 3, []]
    assert found["status"] == {"CapEff": 0, "CapPrm": 0, "CapInh": 0, "CapBnd": 0, "NoNewPrivs": 1}
    attempts = ("setuid", "setgid", "chown", "nice", "chroot")
    assert {name: found[name] for name in attempts} == dict.fromkeys(attempts, "EPERM")
    control = own_uid_house.run(IDENTITY, enforcement="off").answers
    assert control["status"]["CapEff"] != 0
    assert {name: control[name] for name in attempts} == dict.fromkeys(attempts, "done")


@pytest.mark.kernel("own-uid")
def test_the_hubs_groups_are_left_behind(own_uid_house: House) -> None:
    def join() -> None:
        os.setgroups((0, 4, 27))

    spec = answering(own_uid_house, "answers['groups'] = os.getgroups()")
    assert start(spec, prepare=join).answers == {"groups": []}
    assert start(spec._replace(enforcement="off"), prepare=join).answers == {"groups": [0, 4, 27]}


def test_without_an_own_uid_there_is_still_no_capability(house: House) -> None:
    found = house.run(IDENTITY, paths=with_proc(house)).answers
    assert found["ids"][0] == [os.getuid()] * 3
    assert {name: found["status"][name] for name in ("CapEff", "CapPrm", "CapInh", "NoNewPrivs")} == {
        "CapEff": 0,
        "CapPrm": 0,
        "CapInh": 0,
        "NoNewPrivs": 1,
    }
    assert found["chroot"] == "EPERM"


@pytest.mark.kernel("own-uid")
def test_an_own_uid_stops_what_a_rule_would_allow(own_uid_house: House) -> None:
    house = own_uid_house
    rules = (*house.interpreter.rules, PathRule(str(house.secret), "read"))
    assert house.attempt("open(SECRET)", paths=rules) == "EACCES"
    os.chown(house.secret, house.uid or 0, 0)
    assert house.attempt("open(SECRET)", paths=rules) == "done"
