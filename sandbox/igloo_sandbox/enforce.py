"""The order of a start: read the spec, restrict this process layer by layer, report, become the provider.

The only file that restricts a process; read it top to bottom. What each layer does is in layers/, how the
kernel is called in kernel.py. The order matters:

 1. descriptors to their places, everything else closed; then the spec is read
 2. clean start: umask, own folder, session, stdin, signals
 3. rule paths opened and put into rulesets, while every path can be reached
 4. limits, before a change of uid takes the right to set them
 5. own uid, no capabilities
 6. killed with the hub: after the uid, whose change would undo it
 7. no_new_privs, then Landlock, which needs it
 8. the system call filter last: the layers before it make calls that it refuses
 9. what nobody holds is a refusal, unless the owner accepted it
10. one status record; then the exec, with an environment that is the spec's and nothing else

Whatever goes wrong, on any line: a record and a line on stderr with the reason, and exit code 126. There is no
path from a fault to the exec.
"""

import contextlib
import errno
import os
import select
import time

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.lacks import Offers, explain_lack, probe_offers
from igloo_sandbox.layers import (
    clean_start,
    identity,
    landlock,
    no_new_privileges,
    parent_death,
    rlimits,
    seccomp,
)
from igloo_sandbox.spec import (
    MAX_RECORD,
    RESTRICTIONS,
    STATUS_FD,
    Layer,
    PathRule,
    Restriction,
    Spec,
    SpecError,
    Status,
    dump_status,
    frame_record,
    parse_spec,
)

EXIT_REFUSED = 126

SPEC_DEADLINE = 5.0
"""Seconds for the whole spec. The hub writes it in one go when the launcher starts; slower means stuck."""


def launch(wire_fd: int, status_fd: int, broker_fd: int | None = None) -> int:
    """Become the provider, or return the exit code 126 when that is refused or fails."""
    channel = status_fd if clean_start.is_socket(status_fd) else -1
    layers: list[Layer] = []
    spec: Spec | None = None
    try:
        given = clean_start.place_descriptors(wire_fd, status_fd, broker_fd)
        channel = STATUS_FD
        clean_start.close_others(given)
        spec = receive_spec(channel)
        status = restrict(spec, channel, given, layers)
        send_status(channel, status)
    except BaseException as fault:
        return _refuse(channel, spec, layers, fault)
    try:
        clean_start.restore_sigpipe()
        os.execve(spec.command[0], spec.command, dict(spec.environment))
    except BaseException as fault:
        return _report_failed_exec(channel, spec, status, fault)


def receive_spec(channel: int) -> Spec:
    """The one record that the hub sends. Raises Refusal: too slow, too short, too long, or not a spec."""
    deadline = time.monotonic() + SPEC_DEADLINE
    length = int.from_bytes(_read_exactly(channel, 4, deadline), "little")
    if length > MAX_RECORD:
        raise Refusal(f"a spec of {length:,} bytes is announced; the most is {MAX_RECORD:,}")
    try:
        return parse_spec(_read_exactly(channel, length, deadline))
    except SpecError as fault:
        raise Refusal(f"the spec is wrong: {fault}", "hub and launcher must be of one version") from fault


def _read_exactly(channel: int, length: int, deadline: float) -> bytes:
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    data = bytearray()
    while len(data) < length:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise Refusal(f"the spec did not come within {SPEC_DEADLINE:g} s")
        part = os.read(channel, length - len(data))
        if not part:
            raise Refusal(f"the spec ended after {len(data)} of {length} bytes")
        data += part
    return bytes(data)


def restrict(spec: Spec, channel: int, given: frozenset[int], layers: list[Layer]) -> Status:
    """Apply every layer that the spec asks for and this machine has, in order; `layers` grows as they come.

    `channel` is the status socket, `given` are the descriptors that the provider keeps. Returns the status to
    report. Raises Refusal, or whatever a fault of ours is.
    """
    strict = spec.enforcement == "strict"
    held: dict[str, list[str]] = {name: [] for name in RESTRICTIONS}

    data_fd = open_rule_path(spec.data_dir)
    layers.append(clean_start.apply(spec.data_dir, data_fd, given))
    held["inheritance"].append(clean_start.NAME)

    if not strict:
        os.close(data_fd)
        layers.append(rlimits.apply(spec.limits, own_uid=False))
        layers.append(parent_death.apply(channel))
        absent = (identity.UID, identity.CAPABILITIES, no_new_privileges.NAME, landlock.NAME, seccomp.NAME)
        layers += [Layer(name, "absent", "enforcement is off") for name in absent]
        return _status(layers, held, "enforcement is off: this provider can do whatever the hub's user can")

    offers = probe_offers()
    rules = open_rules(spec, data_fd)
    rulesets = landlock.make_rules(offers.landlock, rules) if offers.landlock.abi else None
    filter = seccomp.make_filter(offers.seccomp) if offers.seccomp.architecture else None
    for path_fd, _ in rules:
        os.close(path_fd)

    layers.append(rlimits.apply(spec.limits, own_uid=spec.uid is not None))
    layers += identity.apply(spec.uid, spec.command[0], spec.data_dir)
    if spec.uid is not None and not can_signal(os.getppid()):
        held["signals"].append(identity.UID)
    layers.append(parent_death.apply(channel))
    layers.append(no_new_privileges.apply())
    held["new privileges"].append(no_new_privileges.NAME)

    if rulesets is None:
        layers.append(Layer(landlock.NAME, "absent", offers.landlock.lack))
    else:
        layer, names = landlock.apply(rulesets)
        layers.append(layer)
        for name in names:
            held[name].append(landlock.NAME)

    if filter is None:
        layers.append(Layer(seccomp.NAME, "absent", offers.seccomp.lack))
    else:
        layer, names = seccomp.apply(filter)
        layers.append(layer)
        # The filter sees no file names, so the way to their memory through /proc is for the others to close.
        walled = rulesets is not None or identity.UID in held["signals"]
        closed = walled and not can_open_memory(os.getppid())
        for name in names:
            if closed or name != "other processes":
                held[name].append(seccomp.NAME)

    missing = [name for name in RESTRICTIONS if not held[name]]
    unaccepted = [name for name in missing if name not in spec.accept_missing]
    if unaccepted:
        raise _lacking(unaccepted, offers)
    check_own_folder(spec.data_dir)
    accepted = f"started without: {', '.join(missing)} (accepted by the owner)" if missing else ""
    return _status(layers, held, accepted)


def open_rules(spec: Spec, data_fd: int) -> list[tuple[int, PathRule]]:
    """Each rule with an O_PATH descriptor of its path, the own data folder first. Raises Refusal."""
    rules = [(data_fd, PathRule(spec.data_dir, "write"))]
    for rule in spec.paths:
        if rule.path == "/":
            raise Refusal("a rule for / would grant every file of this machine")
        rules.append((open_rule_path(rule.path), rule))
    return rules


def open_rule_path(path: str) -> int:
    """An O_PATH descriptor of exactly this path: it exists, and no part of it is a symbolic link."""
    try:
        return kernel.open_path_without_links(path)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise Refusal(
                f"the path {path} is reached through a symbolic link: its real path is {os.path.realpath(path)}",
                "grant the real path",
            ) from fault
        if fault.errno == errno.ENOSYS:
            raise Refusal(
                "this kernel has no openat2 (ENOSYS)",
                "use Linux 5.6 or newer; if this is a container, let its seccomp profile allow openat2",
            ) from fault
        raise Refusal(f"the path {path} cannot be granted: {os.strerror(fault.errno or 0)}") from fault


def can_signal(process: int) -> bool:
    """Whether this process may send a signal to that one. Sends none."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return False
    return True


def can_open_memory(process: int) -> bool:
    """Whether this process may look into the memory of that one through /proc. Does not look."""
    try:
        os.close(os.open(f"/proc/{process}/mem", os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def check_own_folder(data_dir: str) -> None:
    """The counterpart of all denials: what is granted must still be possible. Raises Refusal."""
    try:
        os.close(os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    except OSError as fault:
        raise Refusal(f"the own folder {data_dir} is out of reach as well: {fault.strerror}") from fault


def _status(layers: list[Layer], held: dict[str, list[str]], reason: str) -> Status:
    restrictions = tuple(Restriction(name, tuple(by)) for name, by in held.items())
    return Status("enforced", tuple(layers), restrictions, reason)


def _lacking(names: list[str], offers: Offers) -> Refusal:
    lacks: list[str] = []
    helps: list[str] = []
    for name in names:
        lack, help = explain_lack(offers, name)
        if lack not in lacks:
            lacks.append(lack)
        if help and help not in helps:
            helps.append(help)
    quoted = ", ".join(f'"{name}"' for name in names)
    helps.append(f"or accept the gap for this instance: accept_missing = [{quoted}]")
    return Refusal(f"nothing on this machine holds: {', '.join(names)}; {'; '.join(lacks)}", "; ".join(helps))


def send_status(channel: int, status: Status) -> None:
    """One record to the hub. Raises OSError when nobody is there to read it: then nothing may run."""
    data = frame_record(dump_status(status))
    while data:
        data = data[os.write(channel, data) :]


def _refuse(channel: int, spec: Spec | None, layers: list[Layer], fault: BaseException) -> int:
    reason, help = _explain(fault)
    return _give_up(channel, spec, Status("refused", tuple(layers), (), reason, help))


def _report_failed_exec(channel: int, spec: Spec, status: Status, fault: BaseException) -> int:
    reason, help = _explain(fault)
    if isinstance(fault, OSError):
        reason = f"cannot execute {spec.command[0]}: {fault.strerror}"
        files_held = any(found.held_by for found in status.restrictions if found.name == "files")
        if isinstance(fault, PermissionError) and files_held:
            help = 'a rule with access "execute" must cover the program, and its interpreter or loader too'
    return _give_up(channel, spec, status._replace(verdict="exec failed", reason=reason, help=help))


def _give_up(channel: int, spec: Spec | None, status: Status) -> int:
    """Say why on both ways out, whichever is open, and return the exit code."""
    who = f"{spec.instance}: " if spec is not None else ""
    help = f" ({status.help})" if status.help else ""
    line = f"igloo_sandbox: {who}{status.verdict}: {status.reason}{help}\n"
    try:
        send_status(channel, status)
    except BaseException as fault:
        line += f"igloo_sandbox: {who}and the hub could not be told: {fault}\n"
    with contextlib.suppress(OSError):  # then the exit code is all that is left to say
        os.write(2, line.encode("utf-8", "backslashreplace"))
    return EXIT_REFUSED


def _explain(fault: BaseException) -> tuple[str, str]:
    if isinstance(fault, Refusal):
        return fault.reason, fault.help
    place = ""
    trace = fault.__traceback__
    while trace is not None:
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(fault).__name__} in the launcher ({place}): {fault}", ""
