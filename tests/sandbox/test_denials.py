"""What a hostile provider tries, and is denied.

Beside each denial stands its control: the same attempt of the same child with enforcement off, or on something
granted, succeeds. Without that the denial would prove nothing.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from igloo_sandbox.spec import PathRule
from tests.sandbox.house import PATIENCE, House

pytestmark = [pytest.mark.kernel("landlock", abi=6), pytest.mark.kernel("seccomp")]


class Attack(NamedTuple):
    """A Python expression, and the errnos that count as a denial."""

    name: str
    action: str
    denied: tuple[str, ...] = ("EACCES",)


FILE_ATTACKS = (
    Attack("read a 0600 file in the hub's data folder", "open(SECRET).read()"),
    Attack("write a file in the hub's data folder", "open(SECRET, 'a')"),
    Attack("truncate a file by its path", "os.truncate(SECRET, 3)"),
    Attack("create a file in the hub's data folder", "open(HUB + '/new', 'x')"),
    Attack("remove a file of the hub", "os.unlink(SECRET)"),
    Attack("read another instance's data", "open(OTHER_SECRET).read()"),
    Attack("list another instance's folder", "os.listdir(HUB + '/providers/other')"),
    Attack("read a foreign file that all users may read", "open('/etc/passwd').read()"),
    Attack("list the root folder", "os.listdir('/')"),
    Attack("list the folder it is in", "os.listdir(HUB + '/providers')"),
    Attack("create a file in /tmp", "os.close(os.open('/tmp', os.O_TMPFILE | os.O_RDWR))"),
    Attack("read a secret through a link in its own folder", "open(OWN + '/planted-link').read()"),
    Attack("make a symbolic link", "os.symlink(SECRET, OWN + '/link')"),
    Attack("make a named pipe", "os.mkfifo(OWN + '/pipe')"),
    Attack(
        "make a socket in a folder", "socket.socket(socket.AF_UNIX).bind(OWN + '/socket')", ("EAFNOSUPPORT",)
    ),
    Attack(
        "link a foreign file into its own folder",
        "os.link(SECRET, OWN + '/linked')",
        ("EXDEV", "EACCES", "EPERM"),
    ),
    Attack("move its own file out", "os.rename(OWN + '/mine', HUB + '/mine')", ("EXDEV", "EACCES")),
    Attack("read its own memory map, as a way to others'", "open('/proc/self/maps').read()"),
    Attack("lower its own score with the out-of-memory killer", "open('/proc/self/oom_score_adj', 'w')"),
    # What is executed answers in the provider's place, so that a control can tell that it ran.
    Attack(
        "execute a shell", """os.execv('/bin/sh', ['sh', '-c', 'echo {\\\\"it\\\\": \\\\"done\\\\"} >&3'])"""
    ),
    Attack("execute a script of its own", "os.execv(OWN + '/script', ['script'])"),
)


@pytest.fixture
def furnished(any_house: House) -> House:
    """A house with what the file attacks need in the provider's own folder."""
    own = any_house.own
    (own / "planted-link").symlink_to(any_house.secret)
    (own / "mine").write_text("mine")
    script = own / "script"
    script.write_text('#!/bin/sh\nprintf \'{"it": "done"}\' >&3\n')
    for path in (own / "mine", script):
        path.chmod(0o755)
        if any_house.uid is not None:
            os.chown(path, any_house.uid, any_house.uid)
    return any_house


@pytest.mark.parametrize("attack", FILE_ATTACKS, ids=lambda attack: attack.name)
def test_no_file_but_those_granted(furnished: House, attack: Attack) -> None:
    before = furnished.secret.read_bytes()
    assert furnished.attempt(attack.action) in attack.denied
    assert furnished.secret.read_bytes() == before
    assert furnished.attempt(attack.action, enforcement="off") == "done"


def test_what_is_granted_works(any_house: House) -> None:
    folder = any_house.hub / "shared"
    folder.mkdir(mode=0o755)
    (folder / "file").write_text("shared")
    outcome = any_house.run(
        """
answers["read a granted file"] = open(SHARED + "/file").read()
answers["write a file granted for reading"] = attempt(lambda: open(SHARED + "/file", "a"))
answers["list a granted folder"] = os.listdir(SHARED)
os.mkdir("folder")
with open("folder/file", "w") as file:
    file.write("something")
os.truncate("folder/file", 4)
os.rename("folder/file", "folder/renamed")
answers["work in the own folder"] = open(OWN + "/folder/renamed").read()
os.unlink("folder/renamed")
os.rmdir("folder")
answers["move from one own folder to another"] = (
    os.mkdir("a"), os.mkdir("b"), open("a/x", "w").close(), attempt(lambda: os.rename("a/x", "b/x")))[-1]
""",
        names={"SHARED": str(folder)},
        paths=(*any_house.interpreter.rules, PathRule(str(folder), "read")),
    )
    assert outcome.answers == {
        "read a granted file": "shared",
        "write a file granted for reading": "EACCES",
        "list a granted folder": ["file"],
        "work in the own folder": "some",
        "move from one own folder to another": "EXDEV",
    }
    assert outcome.exit_code == 0, outcome.log


def test_a_rule_for_one_file_opens_that_file_alone(house: House) -> None:
    neighbour = house.hub / "neighbour"
    neighbour.write_text("")
    rules = (*house.interpreter.rules, PathRule(str(house.secret), "read"))
    assert house.attempt("open(SECRET)", paths=rules) == "done"
    assert house.attempt("open(SECRET, 'a')", paths=rules) == "EACCES"
    assert house.attempt(f"open({str(neighbour)!r})", paths=rules) == "EACCES"


def test_a_device_granted_for_writing_takes_its_ioctls_and_for_reading_none(house: House) -> None:
    main, terminal = os.openpty()  # what a serial port is to a provider
    try:
        path = os.ttyname(terminal)
        ask = f"fcntl.ioctl(os.open({path!r}, os.O_RDONLY | os.O_NOCTTY), termios.TCGETS, bytes(64))"
        code = f"import fcntl, termios\nanswers['it'] = attempt(lambda: {ask})"
        for access, expected in (("write", "done"), ("read", "EACCES")):
            rules = (*house.interpreter.rules, PathRule(path, access))
            assert house.run(code, paths=rules).answers == {"it": expected}
    finally:
        os.close(main)
        os.close(terminal)


@pytest.fixture
def listeners() -> Iterator[dict[str, socket.socket]]:
    """Listening sockets of the outside: TCP in both families, and abstract ones of both kinds."""
    made: dict[str, socket.socket] = {}
    for name, family, host in (("v4", socket.AF_INET, "127.0.0.1"), ("v6", socket.AF_INET6, "::1")):
        if name == "v6" and not os.path.exists("/proc/net/if_inet6"):
            continue
        made[name] = socket.socket(family, socket.SOCK_STREAM)
        made[name].bind((host, 0))
    for name, kind in (("stream", socket.SOCK_STREAM), ("datagram", socket.SOCK_DGRAM)):
        made[name] = socket.socket(socket.AF_UNIX, kind)
        made[name].bind("")
    for listener in made.values():
        if listener.type == socket.SOCK_STREAM:
            listener.listen()
        listener.setblocking(False)
    yield made
    for listener in made.values():
        listener.close()


CONNECT = "socket.create_connection((HOST, PORT), 5)"


@pytest.mark.parametrize(("family", "host"), [("v4", "127.0.0.1"), ("v6", "::1")])
def test_no_tcp_connection(
    any_house: House, listeners: dict[str, socket.socket], family: str, host: str
) -> None:
    if family not in listeners:
        pytest.skip("IPv6 is not in this kernel")
    listener = listeners[family]
    port: int = listener.getsockname()[1]
    names = {"HOST": host, "PORT": port}
    assert any_house.attempt(CONNECT, names=names) == "EACCES"
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert any_house.attempt(CONNECT, names=names, enforcement="off") == "done"
    listener.accept()[0].close()


@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
def test_no_tcp_port_is_bound(
    any_house: House, listeners: dict[str, socket.socket], family: str, host: str
) -> None:
    if family == "AF_INET6" and "v6" not in listeners:
        pytest.skip("IPv6 is not in this kernel")
    bind = f"socket.socket(socket.{family}).bind(({host!r}, 0))"
    assert any_house.attempt(bind) == "EACCES"
    assert any_house.attempt(bind, enforcement="off") == "done"


@pytest.mark.parametrize(("kind", "listener"), [("SOCK_STREAM", "stream"), ("SOCK_DGRAM", "datagram")])
def test_no_abstract_socket_of_the_outside(
    any_house: House, listeners: dict[str, socket.socket], kind: str, listener: str
) -> None:
    connect = f"socket.socket(socket.AF_UNIX, socket.{kind}).connect(NAME)"
    names = {"NAME": listeners[listener].getsockname()}
    assert any_house.attempt(connect, names=names) == "EAFNOSUPPORT"
    assert any_house.attempt(connect, names=names, enforcement="off") == "done"


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the test's uid, as a second provider would be."""
    process = subprocess.Popen(["/bin/sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_no_signal_to_the_hub_or_anybody_else(any_house: House, bystander: subprocess.Popen[bytes]) -> None:
    names = {"PID": bystander.pid}
    assert any_house.attempt("os.kill(os.getppid(), 0)") == "EPERM"
    assert any_house.attempt("os.kill(os.getppid(), 0)", enforcement="off") == "done"
    assert any_house.attempt("os.kill(PID, 15)", names=names) == "EPERM"
    assert bystander.poll() is None
    assert any_house.attempt("os.kill(PID, 15)", names=names, enforcement="off") == "done"
    assert bystander.wait(PATIENCE) == -signal.SIGTERM


@pytest.fixture
def traceable() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the test's uid that any of its uid may trace, on a system with Yama too."""
    allow = "import ctypes, time; ctypes.CDLL(None).prctl(0x59616D61, -1); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", allow], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        yield process
        process.kill()
        process.wait()


def test_no_look_into_the_memory_of_others(any_house: House, traceable: subprocess.Popen[bytes]) -> None:
    code = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_SEIZE = 0x4206  # attaches without stopping
result = libc.ptrace(PTRACE_SEIZE, PID, None, None)
answers["it"] = "done" if result == 0 else errno.errorcode[ctypes.get_errno()]
"""
    assert any_house.run(code, names={"PID": traceable.pid}).answers == {"it": "EPERM"}
    assert any_house.run(code, names={"PID": traceable.pid}, enforcement="off").answers == {"it": "done"}


def test_a_signal_to_its_own_child_works(any_house: House) -> None:
    code = """
import signal, time
child = os.fork()
if not child:
    time.sleep(60)
answers["it"] = attempt(lambda: os.kill(child, 9))
answers["status"] = os.waitpid(child, 0)[1]
"""
    assert any_house.run(code).answers == {"it": "done", "status": signal.SIGKILL}


def test_a_child_of_the_provider_is_no_freer(any_house: House) -> None:
    code = """
program = "import os\\ntry: os.listdir('/'); print('listed')\\nexcept OSError as fault: print(fault.errno)"
reading, writing = os.pipe()
os.dup2(writing, 1)
child = os.fork()
if not child:
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", program])
os.waitpid(child, 0)
answers["it"] = os.read(reading, 100).decode().strip()
"""
    assert any_house.run(code).answers == {"it": "13"}
    assert any_house.run(code, enforcement="off").answers == {"it": "listed"}


def test_every_restriction_is_reported_as_held(any_house: House) -> None:
    outcome = any_house.run("")
    assert outcome.status.verdict == "enforced"
    assert outcome.status.reason == ""
    own = any_house.uid is not None
    assert {found.name: found.held_by for found in outcome.status.restrictions} == {
        "files": ("landlock",),
        "truncate": ("landlock",),
        "network": ("seccomp",),
        "signals": ("uid",) if own else ("landlock",),  # named where its denial was seen
        "abstract sockets": ("landlock", "seccomp"),
        "other processes": ("seccomp",),
        "new privileges": ("no new privileges",),
        "inheritance": ("clean start",),
    }
    assert {found.name: found.status for found in outcome.status.layers} == {
        "clean start": "enforced",
        "rlimits": "partial",
        "uid": "enforced" if own else "absent",
        "capabilities": "enforced",
        "parent death": "enforced",
        "no new privileges": "enforced",
        "landlock": "enforced",
        "seccomp": "enforced",
    }
    assert outcome.layer("landlock")[1].startswith("Landlock ABI ")
