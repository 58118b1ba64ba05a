"""Resource limits of one process. Knows the numbers; what they protect against is in Limits' own words."""

import resource

from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import Layer, Limits

NAME = "rlimits"

STACK = 8 * 1024 * 1024
"""Bytes of the main thread's stack, and with glibc of each other thread's: what programs are used to."""
CORE = 1
"""Bytes: too few for any core file. And of 0 the kernel takes no notice where core files are piped to a program, while 1
keeps it from that too (fs/coredump.c: "we use cprm.limit of 1 here as a special value")."""
MEMLOCK = 64 * 1024
"""Bytes that may be locked into memory: a key or two. Locked memory cannot be reclaimed from anybody."""


def apply(limits: Limits, own_uid: bool) -> Layer:
    """Set soft and hard limits, never above the hard ones that are there. Raises Refusal when one does not hold.

    Always "partial": DATA counts per process and misses shared memory, and only an own uid can be given a
    number of processes (the kernel counts those of the whole uid).

    Address space (AS) stays unlimited: threads reserve much more of it than they use.
    """
    wanted = [
        ("memory", resource.RLIMIT_DATA, limits.memory),
        ("descriptors", resource.RLIMIT_NOFILE, limits.descriptors),
        ("file size", resource.RLIMIT_FSIZE, limits.file_size),
        ("core files", resource.RLIMIT_CORE, CORE),
        ("locked memory", resource.RLIMIT_MEMLOCK, MEMLOCK),
        ("stack", resource.RLIMIT_STACK, STACK),
    ]
    if own_uid and limits.processes is not None:
        wanted.append(("processes", resource.RLIMIT_NPROC, limits.processes))
    for name, which, value in wanted:
        hard = resource.getrlimit(which)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (limit, limit))
        except (OSError, ValueError) as fault:
            raise Refusal(f"cannot limit {name} to {limit:,}: {fault}") from fault
        if resource.getrlimit(which) != (limit, limit):
            raise Refusal(f"the limit of {limit:,} for {name} did not take hold")
    gaps = "memory counts per process and misses what is shared"
    if not own_uid:
        gaps += "; the number of processes needs a uid of its own"
    return Layer(NAME, "partial", gaps)
