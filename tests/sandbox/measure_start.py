"""What the launcher costs a start: minima of interleaved runs. `PYTHONPATH=src python -m tests.sandbox.measure_start`

Times from the spawn to the end of /bin/true, which each variant executes last. No test: numbers are for people.
"""

import argparse
import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable

from igloo_sandbox.spec import RESTRICTIONS, PathRule
from tests.sandbox.house import OWN_UID, House, Interpreter, make_root, remove_root, start
from tests.sandbox.old_kernel import CREATE_RULESET, refusing, refusing_filters

TRUE = os.path.realpath("/bin/true")
NO_SUCH_CALL = 9999
EXEC = f"import os; os.execv({TRUE!r}, ['true'])"


def spawn(*command: str) -> None:
    subprocess.run(command, check=True, env={})


def make_variants(house: House) -> dict[str, Callable[[], object]]:
    """What is compared, by name; each call is one whole run."""
    libraries = [("/usr/lib", "execute"), ("/lib", "execute"), ("/lib64", "execute"), (TRUE, "execute")]
    rules = {(os.path.realpath(path), access) for path, access in libraries if os.path.exists(path)}
    spec = house.spec(command=(TRUE,), paths=tuple(PathRule(*rule) for rule in sorted(rules)), uid=None)
    off, accepting = spec._replace(enforcement="off"), spec._replace(accept_missing=RESTRICTIONS)
    # Preparing a child takes its time too, so a prepared one is compared with one that is prepared for nothing.
    nothing = refusing(NO_SUCH_CALL, errno.ENOSYS)
    no_landlock, no_filter = refusing(CREATE_RULESET, errno.ENOSYS), refusing_filters(errno.EINVAL)
    variants: dict[str, Callable[[], object]] = {
        "/bin/true": lambda: spawn(TRUE),
        "python -I -S, then exec": lambda: spawn(sys.executable, "-I", "-S", "-c", EXEC),
        "launcher, enforcement off": lambda: start(off),
        "launcher, strict": lambda: start(spec),
        "prepared, strict": lambda: start(spec, prepare=nothing),
        "prepared, all but Landlock": lambda: start(accepting, prepare=no_landlock),
        "prepared, all but the filter": lambda: start(accepting, prepare=no_filter),
    }
    if os.geteuid() == 0:
        owned = spec._replace(uid=OWN_UID, data_dir=str(house.other))
        os.chown(house.other, OWN_UID, OWN_UID)
        variants["launcher, strict, own uid"] = lambda: start(owned)
    return variants


def main() -> None:
    """Run every variant in turn, many times, and print the least time of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="runs of each variant (40)")
    rounds: int = parser.parse_args().rounds
    root = make_root()
    try:
        variants = make_variants(House(root, None, Interpreter(TRUE, ())))
        least = dict.fromkeys(variants, float("inf"))
        for _ in range(rounds):
            for name, run in variants.items():
                began = time.perf_counter()
                run()
                least[name] = min(least[name], time.perf_counter() - began)
    finally:
        remove_root(root)
    for name, seconds in least.items():
        print(f"{name:30} {seconds * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
