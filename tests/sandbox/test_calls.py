"""The system call filter under a real kernel: what a provider must not ask it for, and what every program does.

All attacks of one kind of house run in one provider; the same provider with enforcement off is their control. Where an
attack that succeeds would harm the machine, its arguments are wrong in a way that the kernel tells apart.
"""

import errno
import os
import platform
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from igloo_sandbox.enforce import EXIT_REFUSED
from igloo_sandbox.layers.seccomp import HOLDS
from igloo_sandbox.spec import RESTRICTIONS, PathRule
from tests.sandbox.house import OWN_UID, RAW_CALLS, SOURCES, House, open_house, program, start
from tests.sandbox.old_kernel import CREATE_RULESET, refusing, refusing_filters

pytestmark = pytest.mark.kernel("seccomp")
WITH_LANDLOCK = pytest.mark.kernel("landlock", abi=6)


OTHERWISE = "otherwise"


class Attack(NamedTuple):
    """A Python expression, the errno it is denied with, and what it comes to unsandboxed.

    OTHERWISE: it fails there in another way, which one depends on the kernel's version.
    """

    action: str
    denied: str = "EPERM"
    control: str = "done"


ATTACKS = {
    "read the limits of the hub": Attack("resource.prlimit(HUB_PID, resource.RLIMIT_CORE)"),
    "change the limits of the hub": Attack("resource.prlimit(HUB_PID, resource.RLIMIT_CORE, HUB_LIMIT)"),
    "change the priority of the hub": Attack("os.setpriority(os.PRIO_PROCESS, HUB_PID, HUB_PRIORITY)"),
    "change the priority of a user": Attack("os.setpriority(os.PRIO_USER, 2**31 - 1, 0)", control="ESRCH"),
    "pin the hub to a processor": Attack("os.sched_setaffinity(HUB_PID, HUB_AFFINITY)"),
    "change the scheduling of the hub": Attack(
        "os.sched_setscheduler(HUB_PID, os.SCHED_OTHER, os.sched_param(0))"
    ),
    "change the scheduling parameters of the hub": Attack("os.sched_setparam(HUB_PID, os.sched_param(0))"),
    "change the scheduling attributes of nobody": Attack(
        "call('sched_setattr', 2**31 - 1, 0, 0)", control="EINVAL"
    ),
    "change the disk priority of nobody": Attack("call('ioprio_set', 1, 2**31 - 1, 0x4000)", control="ESRCH"),
    "look for shared memory": Attack("call('shmget', 0x1610_0001, 0, 0)", control="ENOENT"),
    "look for semaphores": Attack("call('semget', 0x1610_0001, 0, 0)", control="ENOENT"),
    "look for a message queue": Attack("call('msgget', 0x1610_0001, 0)", control="ENOENT"),
    "look for a POSIX message queue": Attack("call('mq_open', b'igloo-nobody', 0, 0, 0)", control="ENOENT"),
    "take a descriptor of another process": Attack("call('pidfd_getfd', -1, 0, 0)", control="EBADF"),
    "read memory of another process": Attack(
        "call('process_vm_readv', HUB_PID, 0, 0, 0, 0, 1)", control="EINVAL"
    ),
    "write memory of another process": Attack(
        "call('process_vm_writev', HUB_PID, 0, 0, 0, 0, 1)", control="EINVAL"
    ),
    "advise another process's memory": Attack("call('process_madvise', -1, 0, 0, 0, 1)", control="EINVAL"),
    "move another process's pages": Attack("call('move_pages', 2**31 - 1, 0, 0, 0, 0, 1)", control="EINVAL"),
    "a user namespace by unshare": Attack("in_child(lambda: call('unshare', 0x10000000))"),
    "a user namespace by clone": Attack("in_clone(0x10000000)"),
    "a network namespace by clone, beside flags that are fine": Attack("in_clone(0x50000000)"),
    "clone3": Attack("call('clone3', 0, 0)", "ENOSYS", "EINVAL"),
    "enter a namespace": Attack("call('setns', -1, 0)", control="EBADF"),
    "chroot": Attack("call('chroot', b'/nonexistent')", control="ENOENT"),
    "a program in memory": Attack("os.memfd_create('program')"),
    "execute a descriptor": Attack("call('execveat', -1, b'', 0, 0, 0x1000)", control=OTHERWISE),
    "open with a mode that cannot be seen": Attack("call('openat2', -100, b'/', 0, 0)", "ENOSYS", "EINVAL"),
    "a setuid bit by chmod": Attack("os.chmod(OWN + '/file', 0o4755)"),
    "a setgid bit by fchmod": Attack("os.fchmod(FILE, 0o2755)"),
    "a setuid bit by open": Attack("os.open(OWN + '/setuid', os.O_CREAT | os.O_WRONLY, 0o4755)"),
    "a named pipe": Attack("os.mkfifo(OWN + '/pipe')", "EACCES"),
    # Without a name, since not every file system takes one with a name (tmpfs does from Linux 6.6 on).
    "an extended attribute": Attack("os.setxattr(OWN + '/file', '', b'1')", "ENOTSUP", "ERANGE"),
    "type into a terminal": Attack("fcntl.ioctl(0, 0x5412, b'x')", control="ENOTTY"),
    "type into a terminal, in a long number": Attack("call('ioctl', 0, 0x5412 + 2**32, 0)", control="ENOTTY"),
    "another personality": Attack("call('personality', 0x0040000)"),
    "a key of another ring": Attack("call('keyctl', 0, 12345, 0, 0, 0)", control="ENOKEY"),
    "add a key": Attack("call('add_key', 0, 0, 0, 0, 0)", control="EFAULT"),
    "ask for a key": Attack("call('request_key', 0, 0, 0, 0)", control="EFAULT"),
    "count events": Attack("call('perf_event_open', 0, 0, 0, 0, 0)", control="EFAULT"),
}

# As root, and wrong in a way that comes before anything happens. Unprivileged, the kernel refuses them by itself.
AS_ROOT = {
    "reboot": Attack("call('reboot', 0, 0, 0, 0)", control="EINVAL"),
    "kexec_load": Attack("call('kexec_load', 0, 0, 0, 0xFFFF)", control="EINVAL"),
    "finit_module": Attack("call('finit_module', -1, b'', 0xFFFF)", control="EINVAL"),
    "swapon": Attack("call('swapon', b'/nonexistent', 0)", control="ENOENT"),
    "swapoff": Attack("call('swapoff', b'/nonexistent')", control="ENOENT"),
    "acct": Attack("call('acct', b'/nonexistent')", control="ENOENT"),
    "sethostname": Attack("call('sethostname', 0, 5)", control="EFAULT"),
    "setdomainname": Attack("call('setdomainname', 0, 5)", control="EFAULT"),
    "settimeofday": Attack("call('settimeofday', 1, 0)", control="EFAULT"),
    "clock_settime": Attack("call('clock_settime', 0, 0)", control="EFAULT"),
    "adjtimex": Attack("call('adjtimex', 0)", control="EFAULT"),
    "syslog": Attack("call('syslog', 99, 0, 0)", control="EINVAL"),
    "mount": Attack("call('mount', b'x', b'/nonexistent', b'tmpfs', 0, 0)", control="ENOENT"),
    "umount": Attack("call('umount2', b'/nonexistent', 0)", control="ENOENT"),
    "pivot_root": Attack("call('pivot_root', b'/nonexistent', b'/nonexistent')", control="ENOENT"),
    "open_tree": Attack("call('open_tree', -100, b'/nonexistent', 0)", control="ENOENT"),
    "fsopen": Attack("call('fsopen', b'nothing', 0)", control="ENODEV"),
    "bpf": Attack("call('bpf', 9999, 0, 0)", control="EINVAL"),
    "userfaultfd": Attack("call('userfaultfd', 0xFFFFFF)", control="EINVAL"),
    "open_by_handle_at": Attack("call('open_by_handle_at', -100, 0, 0)", control="EFAULT"),
    "fanotify_init": Attack("call('fanotify_init', 0xFFFFFF, 0)", control="EINVAL"),
}

HELPERS = """
import fcntl, resource
open(OWN + "/file", "w").close()
FILE = os.open(OWN + "/file", os.O_RDONLY)
HUB_PID = os.getppid()
def in_child(action):
    child = os.fork()
    if not child:
        try:
            action()
        except OSError as fault:
            os._exit(fault.errno)
        os._exit(0)
    if number := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise OSError(number, "")
def in_clone(flags):
    child = call("clone", flags | 17, 0, 0, 0, 0)  # with SIGCHLD, as fork does
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
"""


class Results(NamedTuple):
    """What came of each attack: strictly, and with enforcement off."""

    denied: dict[str, str]
    controls: dict[str, str]


KINDS = [
    pytest.param((None, 0), id="hub's uid", marks=WITH_LANDLOCK),
    pytest.param((OWN_UID, 0), id="own uid", marks=[WITH_LANDLOCK, pytest.mark.kernel("own-uid")]),
    pytest.param((None, errno.ENOSYS), id="without Landlock"),
]


@pytest.fixture(scope="module", params=KINDS)
def results(request: pytest.FixtureRequest) -> Results:
    """All attacks, once for each kind of house."""
    uid, fault = request.param
    names = {
        "HUB_LIMIT": resource.getrlimit(resource.RLIMIT_CORE),  # in the control it is really set
        "HUB_PRIORITY": os.getpriority(os.PRIO_PROCESS, 0),
        "HUB_AFFINITY": os.sched_getaffinity(0),
    }
    attacks = ATTACKS | (AS_ROOT if os.geteuid() == 0 else {})
    lines = [f"answers[{name!r}] = attempt(lambda: {attack.action})" for name, attack in attacks.items()]
    code = RAW_CALLS + HELPERS + "\n".join(lines)
    without: dict[str, Any] = {"accept_missing": RESTRICTIONS} if fault else {}
    prepare = refusing(CREATE_RULESET, fault) if fault else None
    with open_house(uid) as house:
        sent = program(code, {"OWN": str(house.own), **names})
        denied = start(house.spec(sent, **without), prepare=prepare)
        controls = start(house.spec(sent, enforcement="off"))
    assert denied.answers.keys() == controls.answers.keys() == attacks.keys(), (denied, controls)
    return Results(denied.answers, controls.answers)


def judge(results: Results, name: str, attack: Attack) -> None:
    assert results.denied[name] == attack.denied
    control = results.controls[name]
    if control == "ENOSYS" != attack.denied:
        pytest.skip(f"{name}: not in this kernel")
    assert control != attack.denied if attack.control == OTHERWISE else control == attack.control


@pytest.mark.parametrize("name", ATTACKS)
def test_the_kernel_is_not_asked(results: Results, name: str) -> None:
    judge(results, name, ATTACKS[name])


@pytest.mark.kernel("own-uid")
@pytest.mark.parametrize("name", AS_ROOT)
def test_the_kernel_is_not_asked_for_what_root_may(results: Results, name: str) -> None:
    judge(results, name, AS_ROOT[name])


CHILD_OF_THE_HUB = """
try:
    child = call("clone", 0x8000 | 17, 0, 0, 0, 0)  # CLONE_PARENT, with SIGCHLD
    if not child:
        os._exit(7)
    answers["child"] = child
except OSError as fault:
    answers["it"] = errno.errorcode[fault.errno]
"""


@WITH_LANDLOCK
def test_no_child_of_the_hub_is_made(any_house: House) -> None:
    assert any_house.run(RAW_CALLS + CHILD_OF_THE_HUB).answers == {"it": "EPERM"}
    child = any_house.run(RAW_CALLS + CHILD_OF_THE_HUB, enforcement="off").answers["child"]
    # It is ours, and would be there until somebody waits for it by its number.
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


WHITEOUT = """
open(OWN + "/file", "w").close()
answers["it"] = attempt(lambda: call("renameat2", -100, (OWN + "/file").encode(), -100, (OWN + "/other").encode(), 4))
answers["there"] = sorted(os.listdir(OWN))
os.remove(OWN + "/file")
"""


@WITH_LANDLOCK
def test_no_device_is_left_in_place_of_a_file(any_house: House) -> None:
    assert any_house.run(RAW_CALLS + WHITEOUT).answers == {"it": "EINVAL", "there": ["file"]}
    control = any_house.run(RAW_CALLS + WHITEOUT, enforcement="off").answers
    if control == {"it": "EINVAL", "there": ["file"]}:
        pytest.skip("the file system of the temporary folder has no whiteouts")
    assert control == {"it": "done", "there": ["file", "other"]}


ON_X86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="the machine code is x86-64's")
ON_AARCH64 = pytest.mark.skipif(platform.machine() != "aarch64", reason="only aarch64 runs programs of arm")

# push rbx; mov eax, 20 (getpid to i386); int 0x80; pop rbx; ret
FOREIGN = """
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("53 b814000000 cd80 5b c3"))
place = ctypes.addressof(ctypes.c_char.from_buffer(code))
child = os.fork()
if not child:
    os._exit(0 if ctypes.CFUNCTYPE(ctypes.c_int)(place)() == os.getpid() else 1)
answers["it"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@ON_X86_64
@WITH_LANDLOCK
def test_a_call_of_i386_kills(any_house: House) -> None:
    assert any_house.run(FOREIGN).answers == {"it": -signal.SIGSYS}
    control = any_house.run(FOREIGN, enforcement="off").answers
    if control == {"it": -signal.SIGSEGV}:
        pytest.skip("this kernel runs no programs of i386")
    assert control == {"it": 0}


# A whole program of arm, which aarch64 runs as x86-64 runs those of i386: one segment at 0x10000, and its code,
# mov r7, 20 (getpid); svc 0; mov r0, 0; mov r7, 1 (exit); svc 0.
ARM_CODE = struct.pack("<5I", 0xE3A07014, 0xEF000000, 0xE3A00000, 0xE3A07001, 0xEF000000)
ARM_SIZE = 52 + 32 + len(ARM_CODE)
ARM_PROGRAM = (
    struct.pack("<16s2H5I6H", b"\x7fELF\1\1\1", 2, 40, 1, 0x10054, 52, 0, 0x5000000, 52, 32, 1, 0, 0, 0)
    + struct.pack("<8I", 1, 0, 0x10000, 0x10000, ARM_SIZE, ARM_SIZE, 5, 0x1000)
    + ARM_CODE
)
RUN = """
child = os.fork()
if not child:
    try:
        os.execv(PROGRAM, [PROGRAM])
    except OSError as fault:
        os._exit(fault.errno)
answers["it"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@ON_AARCH64
@WITH_LANDLOCK
def test_a_call_of_arm_kills(any_house: House) -> None:
    path = any_house.hub / "program"
    path.write_bytes(ARM_PROGRAM)
    path.chmod(0o755)
    names = {"PROGRAM": str(path)}
    control = any_house.run(RUN, names=names, enforcement="off").answers
    if control == {"it": errno.ENOEXEC}:
        pytest.skip("this kernel runs no programs of arm")
    assert control == {"it": 0}
    rules = (*any_house.interpreter.rules, PathRule(str(path), "execute"))
    assert any_house.run(RUN, names=names, paths=rules).answers == {"it": -signal.SIGSYS}


# The number of getpid, and connect, as x32 has them: with bit 30 set.
X32 = """
def x32(number):
    if libc.syscall(ctypes.c_long(0x40000000 + number), -1, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "")
answers["it"] = [attempt(lambda: x32(39)), attempt(lambda: x32(42))]
"""


@ON_X86_64
@WITH_LANDLOCK
def test_a_call_of_x32_is_none(any_house: House) -> None:
    assert any_house.run(RAW_CALLS + X32).answers == {"it": ["ENOSYS", "ENOSYS"]}
    if any_house.run(RAW_CALLS + X32, enforcement="off").answers == {"it": ["ENOSYS", "ENOSYS"]}:
        pytest.skip("this kernel has no x32, so it refuses it as well")


@WITH_LANDLOCK
def test_a_child_of_the_provider_is_under_the_filter_and_cannot_shed_it(any_house: House) -> None:
    code = """
program = "import socket\\ntry: socket.socket(socket.AF_UNIX)\\nexcept OSError as fault: print(fault.errno)"
reading, writing = os.pipe()
os.dup2(writing, 1)
child = os.fork()
if not child:
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", program])
os.waitpid(child, 0)
answers["it"] = int(os.read(reading, 100))
"""
    assert any_house.run(code).answers == {"it": errno.EAFNOSUPPORT}


ORDINARY = """
import asyncio, ctypes, mmap, multiprocessing, resource, signal, sqlite3, ssl, subprocess, tempfile, time, zoneinfo
from datetime import datetime
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(8) as pool:
    answers["threads"] = sum(pool.map(lambda number: number, range(100)))

database = sqlite3.connect(OWN + "/data.db")
database.execute("PRAGMA journal_mode = WAL")
database.execute("CREATE TABLE t (x)")
database.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(100)])
database.commit()
answers["sqlite"] = database.execute("SELECT sum(x) FROM t").fetchone()[0]

answers["zone"] = str(zoneinfo.ZoneInfo("Europe/Zurich").utcoffset(datetime(2026, 7, 1)))
answers["tls"] = ssl.create_default_context().verify_mode.name
answers["subprocess"] = subprocess.run([sys.executable, "-I", "-S", "-c", "print(7)"], capture_output=True, text=True).stdout

ours, theirs = multiprocessing.Pipe()
worker = multiprocessing.get_context("fork").Process(target=lambda: theirs.send([1, "two", 3.0]))
worker.start()
answers["worker"] = ours.recv()
worker.join()

shared = multiprocessing.get_context("fork").Queue()
producer = multiprocessing.get_context("fork").Process(target=lambda: shared.put("queued"))
producer.start()
answers["queue"] = shared.get(timeout=20)
producer.join()

spawned = multiprocessing.get_context("spawn").Process(target=os._exit, args=(3,))
spawned.start()
spawned.join()
answers["spawned"] = spawned.exitcode

async def waits():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", "print(8)", stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0].decode()
answers["asyncio"] = asyncio.run(waits())

resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
answers["own limit"] = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
os.sched_setaffinity(0, os.sched_getaffinity(0))
os.setpriority(os.PRIO_PROCESS, 0, 19)  # the lowest, to which anybody may go from any other
os.nice(1)
answers["own priority"] = os.getpriority(os.PRIO_PROCESS, 0)
os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
answers["own scheduling"] = os.sched_getscheduler(0) == os.SCHED_BATCH

with tempfile.NamedTemporaryFile(dir=OWN) as file:
    os.fchmod(file.fileno(), 0o640)
    os.chmod(file.name, 0o600)
    os.truncate(file.fileno(), 4096)
    mmap.mmap(file.fileno(), 4096)[:5] = b"hello"
    answers["file"] = oct(os.stat(file.name).st_mode)

CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 3)(3, 1, 2)
ctypes.CDLL(None).qsort(numbers, 3, 4, CALLBACK(lambda a, b: a[0] - b[0]))
answers["callback"] = list(numbers)

received = []
signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
os.kill(os.getpid(), signal.SIGUSR1)
answers["signal"] = received
child = os.fork()
if not child:
    time.sleep(60)
descriptor = os.pidfd_open(child)
signal.pidfd_send_signal(descriptor, signal.SIGKILL)
answers["pidfd"] = os.waitid(os.P_PIDFD, descriptor, os.WEXITED).si_status
answers["names"] = socket.getaddrinfo("localhost", 80, proto=socket.IPPROTO_TCP)[0][4][1]
"""


@WITH_LANDLOCK
def test_what_every_program_does_works(any_house: House) -> None:
    places = ("/usr/share/zoneinfo", "/etc/ssl", "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf")
    found = {os.path.realpath(path) for path in places if os.path.exists(path)}
    # A queue between processes has a semaphore, and that is a file there.
    rules = (*any_house.interpreter.rules, *(PathRule(path, "read") for path in sorted(found)))
    outcome = any_house.run(ORDINARY, paths=(*rules, PathRule("/dev/shm", "write")))
    assert outcome.answers == {
        "threads": 4950,
        "sqlite": 4950,
        "zone": "2:00:00",
        "tls": "CERT_REQUIRED",
        "subprocess": "7\n",
        "worker": [1, "two", 3.0],
        "queue": "queued",
        "spawned": 3,
        "asyncio": "8\n",
        "own limit": 100,
        "own priority": 19,
        "own scheduling": True,
        "file": "0o100600",
        "callback": [1, 2, 3],
        "signal": [signal.SIGUSR1],
        "pidfd": signal.SIGKILL,
        "names": 80,
    }, outcome


@WITH_LANDLOCK
def test_the_filter_is_reported_as_it_was_read_back(any_house: House) -> None:
    code = "answers['it'] = [line.split()[1] for line in open('/proc/self/status') if line.startswith('Seccomp')]"
    rules = (*any_house.interpreter.rules, PathRule("/proc", "read"))
    outcome = any_house.run(code, paths=rules)
    assert outcome.answers == {"it": ["2", "1"]}
    assert outcome.layer("seccomp") == ("enforced", f"system call filter for {platform.machine()}")
    for name in HOLDS:
        assert "seccomp" in outcome.held_by(name)


SIBLING = f"""
import sys, time
sys.path.insert(0, {str(SOURCES)!r})
from igloo_sandbox import kernel
kernel.clear_capabilities()
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def sibling() -> Iterator[int]:
    """A process of the test's uid without capabilities, as another provider is; its number."""
    process = subprocess.Popen([sys.executable, "-c", SIBLING], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        yield process.pid
        process.kill()
        process.wait()


def test_without_landlock_or_an_own_uid_other_processes_are_not_called_closed(
    house: House, sibling: int
) -> None:
    """The filter refuses its calls there too; but /proc opens their memory, and a filter sees no names."""
    memory = f"open('/proc/{sibling}/mem', 'rb')"
    spec = house.spec(program(f"answers['it'] = attempt(lambda: {memory})", {}), accept_missing=RESTRICTIONS)
    outcome = start(spec, prepare=refusing(CREATE_RULESET, errno.ENOSYS))
    assert outcome.held_by("other processes") == ()
    assert outcome.held_by("network") == ("seccomp",)
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    if yama.exists() and yama.read_text() != "0\n":
        pytest.skip("Yama closes the memory of all but own children on this machine")
    assert outcome.answers == {"it": "done"}


@WITH_LANDLOCK
def test_memory_of_others_is_closed_even_with_a_rule_for_proc(any_house: House, sibling: int) -> None:
    memory = f"open('/proc/{sibling}/mem', 'rb')"
    rules = (*any_house.interpreter.rules, PathRule("/proc", "read"))
    assert any_house.attempt("open('/proc/self/mem', 'rb')", paths=rules) == "done"
    assert any_house.attempt(memory, paths=rules) in ("EACCES", "EPERM")


def pretend_machine() -> None:
    """uname then names a machine of 32 bits: PER_LINUX32."""
    import ctypes

    ctypes.CDLL(None).personality(8)


REFUSALS: dict[str, tuple[Callable[[], None], str, str]] = {
    "container": (
        refusing_filters(errno.EPERM),
        "the kernel refuses a system call filter (prctl(PR_SET_SECCOMP): Operation not permitted)",
        "if this is a container, let its own seccomp profile allow prctl(PR_SET_SECCOMP)",
    ),
    "kernel": (
        refusing_filters(errno.EINVAL),
        "this kernel has no system call filters (EINVAL)",
        "CONFIG_SECCOMP_FILTER=y",
    ),
    "machine": (
        pretend_machine,
        "there is no system call filter for a 64-bit program on ",
        "use a 64-bit system on x86-64 or aarch64",
    ),
}


@WITH_LANDLOCK
@pytest.mark.parametrize("why", REFUSALS)
def test_without_the_filter_a_strict_start_is_refused_and_each_gap_can_be_accepted(
    house: House, why: str
) -> None:
    prepare, reason, help = REFUSALS[why]
    spec = house.spec(program("answers['it'] = attempt(lambda: socket.socket(socket.AF_UNIX))", {}))
    refused = start(spec, prepare=prepare)
    assert refused.exit_code == EXIT_REFUSED
    assert refused.status.reason.startswith(
        f"nothing on this machine holds: network, other processes; {reason}"
    )
    assert help in refused.status.help
    assert 'accept_missing = ["network", "other processes"]' in refused.status.help
    assert refused.layer("seccomp")[0] == "absent"
    assert reason in refused.layer("seccomp")[1]

    accepted = start(spec._replace(accept_missing=("network", "other processes")), prepare=prepare)
    assert accepted.answers == {"it": "done"}
    assert accepted.status.reason == "started without: network, other processes (accepted by the owner)"
    assert accepted.held_by("abstract sockets") == ("landlock",)


@WITH_LANDLOCK
def test_a_kernel_that_says_yes_and_installs_no_filter_is_found_out(house: House) -> None:
    everything = house.spec("open('ran', 'w')")._replace(accept_missing=RESTRICTIONS)
    outcome = start(everything, prepare=refusing_filters(0))
    assert outcome.exit_code == EXIT_REFUSED
    assert "the kernel counts no more filters than before" in outcome.status.reason
    assert not (house.own / "ran").exists()
