"""What every test may ask for: a feature of the kernel, by name. Knows nothing of the hub or the sandbox.

``@pytest.mark.kernel("landlock", abi=6)`` skips a test, naming what is missing, on a machine whose kernel lacks it. The
environment variable IGLOO_REQUIRE_KERNEL (names, comma between them) turns that skip into a failure: a machine that is
known to have the feature must not go green without having used it. At the end of the run the features are printed
together with the number of tests that passed with each.
"""

import ctypes
import errno
import os
import platform
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import settings

# The same examples in every run: what fails here failed for whoever made the change. HYPOTHESIS_PROFILE=search looks
# further, with other examples each time; what it finds becomes a case of its own.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Asking landlock_create_ruleset for its version creates nothing. The number is the same on every architecture.
_SYS_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_CREATE_RULESET_VERSION = 1

# Showing prctl no filter at all puts none in force: it complains of that (EFAULT) where filters are to be had.
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

_PROPERTY = "kernel"


def landlock_abi() -> int:
    """The kernel's Landlock ABI; 0 when it has none or it is not switched on."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    abi = libc.syscall(
        ctypes.c_long(_SYS_LANDLOCK_CREATE_RULESET),
        None,
        ctypes.c_size_t(0),
        ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION),
    )
    return max(int(abi), 0)


def own_uid() -> int:
    """1 when this process may give its children a uid of their own, else 0."""
    return int(os.geteuid() == 0)


def seccomp() -> int:
    """1 when this process may be given a system call filter, and the launcher has one for this machine."""
    libc = ctypes.CDLL(None, use_errno=True)
    shown_no_program = libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), None, None, None)
    has_filters = shown_no_program == -1 and ctypes.get_errno() == errno.EFAULT
    return int(has_filters and platform.machine() in ("x86_64", "aarch64"))


# Each probe gives the ABI or version of a feature, 0 when it can't be had here.
PROBES: Mapping[str, Callable[[], int]] = {"landlock": landlock_abi, "own-uid": own_uid, "seccomp": seccomp}
ABSENT: Mapping[str, str] = {
    "landlock": "this kernel has no landlock, or it is not switched on",
    "own-uid": "no own-uid: only root can give a provider a uid of its own",
    "seccomp": "no seccomp: this kernel, or the container around it, gives no system call filter",
}


def required_features(text: str) -> frozenset[str]:
    """The features named in IGLOO_REQUIRE_KERNEL. An unknown name is an error: misspelt, it would demand nothing."""
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := names - PROBES.keys():
        raise pytest.UsageError(
            f"IGLOO_REQUIRE_KERNEL names {', '.join(sorted(unknown))}; known features: {', '.join(sorted(PROBES))}"
        )
    return names


def lacking(feature: str, wanted: int, found: int) -> str | None:
    """Why a test that wants `feature` can't run here; None when it can."""
    if found == 0:
        return ABSENT[feature]
    if found < wanted:
        return f"this kernel has {feature} version {found}, the test needs {wanted}"
    return None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "kernel(feature, abi=1): needs this feature of the kernel")
    required_features(os.environ.get("IGLOO_REQUIRE_KERNEL", ""))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("kernel"):
        feature: str = marker.args[0]
        if feature not in PROBES:
            pytest.fail(f"no probe for the kernel feature {feature!r} in tests/conftest.py")
        reason = lacking(feature, marker.kwargs.get("abi", 1), PROBES[feature]())
        if reason is None:
            item.user_properties.append((_PROPERTY, feature))
        elif feature in required_features(os.environ.get("IGLOO_REQUIRE_KERNEL", "")):
            pytest.fail(f"{reason}, and IGLOO_REQUIRE_KERNEL says that it must be here")
        else:
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    exercised = Counter(
        feature
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for feature in {value for name, value in report.user_properties if name == _PROPERTY}
    )
    for feature, probe in PROBES.items():
        found = probe()
        has = f"version {found}" if found else "not to be had here"
        terminalreporter.write_line(
            f"kernel feature {feature} ({has}): passed tests that used it: {exercised[feature]}"
        )
