"""The Python that providers run on: where it is and what it must be able to read. Knows nothing of grants.

It is the hub's own. A sandbox that didn't let it read its standard library would keep it from starting.
"""

import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

import attrs
import trio

from igloo_hub.data_dir import FIRST_UID
from igloo_sandbox.spec import PathRule, find_obstacle

SYSTEM_FILES = ("/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
"""Shared libraries and time zones. Readable for anybody, and Python doesn't start without the first."""

AUTHORITIES = (
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
)
"""Whom this machine trusts to certify others, where Debian and Fedora keep it: public, and TLS is blind without it."""


@attrs.frozen
class Interpreter:
    """The Python that providers run on, which is the hub's own, and what it must be able to read."""

    executable: str
    """As given on the command line: in a virtual environment a link, which is how it finds its packages."""
    rules: tuple[PathRule, ...]
    obstacle_for_others: str | None
    """Why no other uid could run it ("/root is 0700"), or None."""


async def find_interpreter() -> Interpreter:
    """Asks the interpreter itself where it imports from when it runs isolated, as a provider does."""
    program = "import sys; print(*sys.path, sys.prefix, sys.base_prefix, sep='\\0', end='')"
    answer = await trio.run_process([sys.executable, "-I", "-c", program], capture_stdout=True)
    *import_paths, prefix, base_prefix = os.fsdecode(answer.stdout).split("\0")
    return describe_interpreter(import_paths, prefix, base_prefix)


def describe_interpreter(import_paths: list[str], prefix: str, base_prefix: str) -> Interpreter:
    """What this interpreter, with these paths, needs on this machine."""
    executable = os.path.realpath(sys.executable)
    # pyvenv.cfg is read before sys.path exists; libpython lies in the base's lib.
    wanted = [*import_paths, f"{prefix}/pyvenv.cfg", f"{base_prefix}/lib", *SYSTEM_FILES, *AUTHORITIES]
    rules = [PathRule(executable, "execute"), PathRule("/dev/null", "write")]
    if (loader := elf_interpreter(executable)) is not None:
        rules.append(PathRule(os.path.realpath(loader), "execute"))
    rules += [
        PathRule(path, "read")
        for path in dict.fromkeys(map(os.path.realpath, wanted))
        if os.path.exists(path)
    ]
    stranger = FIRST_UID
    obstacles = (
        find_obstacle(path, stranger) for path in [executable, *filter(os.path.exists, import_paths)]
    )
    return Interpreter(sys.executable, without_nested(rules), next(filter(None, obstacles), None))


def elf_interpreter(program: str) -> str | None:
    """The dynamic loader that a program names (ELF's PT_INTERP), or None for a static one or a script.

    The kernel opens it on exec, so it must be executable inside the sandbox; nothing else in its folder must.
    """
    with open(program, "rb") as file:
        head = file.read(64)
        if head[:4] != b"\x7fELF":
            return None
        order = "<" if head[5] == 1 else ">"
        is_64_bit = head[4] == 2
        (table,) = struct.unpack_from(order + ("Q" if is_64_bit else "I"), head, 32 if is_64_bit else 28)
        size, count = struct.unpack_from(order + "HH", head, 54 if is_64_bit else 42)
        for index in range(count):
            file.seek(table + index * size)
            entry = file.read(size)
            if struct.unpack_from(order + "I", entry)[0] == 3:  # PT_INTERP
                offset, length = (
                    (struct.unpack_from(order + "Q", entry, at)[0] for at in (8, 32))
                    if is_64_bit
                    else (struct.unpack_from(order + "I", entry, at)[0] for at in (4, 16))
                )
                file.seek(offset)
                return os.fsdecode(file.read(length).rstrip(b"\0"))
    return None


def without_nested(rules: Iterable[PathRule]) -> tuple[PathRule, ...]:
    """The rules without those that another of the same access covers already."""
    kept: list[PathRule] = []
    for rule in sorted(rules, key=lambda rule: len(rule.path)):
        if not any(rule.access == k.access and Path(rule.path).is_relative_to(k.path) for k in kept):
            kept.append(rule)
    return tuple(kept)
