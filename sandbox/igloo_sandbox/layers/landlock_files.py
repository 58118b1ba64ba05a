"""Landlock's file rules, through the `landlock` package. The only file that imports it.

Knows which rights an access means for which kind of path. Probing comes first and is not done here.

The package's plain interface is not enough: it opens paths by name and through links, its default rights give
EXECUTE and MAKE_CHAR, it passes no flags, it takes an old errno for a new fault, and where it explains one it
stumbles over the names of many kernels. So its system calls are used one by one, with rights named for each kind
of path, and any complaint of theirs ends the start with the kernel's own errno.
"""

import ctypes
import os
import stat
from collections.abc import Callable

from landlock import FSAccess
from landlock.plumbing import (
    PathBeneathAttr,
    RulesetAttr,
    get_add_rule,
    get_create_ruleset,
    get_restrict_self,
)

_RULE_PATH_BENEATH = 1

_READ_FOLDER = FSAccess.READ_FILE | FSAccess.READ_DIR
# Not MAKE_SYM, MAKE_FIFO, MAKE_SOCK: a link or a pipe planted there would be a trap for a hub that reads it.
# Not REFER: nothing comes in from, or goes out to, another folder by rename or link.
_WRITE_FOLDER = (
    _READ_FOLDER
    | FSAccess.WRITE_FILE
    | FSAccess.TRUNCATE
    | FSAccess.REMOVE_DIR
    | FSAccess.REMOVE_FILE
    | FSAccess.MAKE_DIR
    | FSAccess.MAKE_REG
)
_FOLDER_RIGHTS = {
    "read": _READ_FOLDER,
    "execute": _READ_FOLDER | FSAccess.EXECUTE,
    "write": _WRITE_FOLDER,
}
_FILE_RIGHTS = {
    "read": FSAccess.READ_FILE,
    "execute": FSAccess.READ_FILE | FSAccess.EXECUTE,
    "write": FSAccess.READ_FILE | FSAccess.WRITE_FILE | FSAccess.TRUNCATE,
}


def rights_of_abi(abi: int) -> int:
    """Every file right that this ABI knows, and hence every one that is taken away unless a rule gives it."""
    rights = (1 << 13) - 1  # ABI 1: EXECUTE to MAKE_SYM
    if abi >= 2:
        rights |= FSAccess.REFER
    if abi >= 3:
        rights |= FSAccess.TRUNCATE
    if abi >= 5:
        rights |= FSAccess.IOCTL_DEV
    return rights


def open_ruleset(abi: int) -> int:
    """A ruleset that takes away all file rights of `abi`; its descriptor is close-on-exec."""
    attributes = RulesetAttr(rights_of_abi(abi))
    return _call(get_create_ruleset(), ctypes.byref(attributes), ctypes.sizeof(attributes), 0)


def allow(ruleset: int, path_fd: int, access: str, abi: int) -> None:
    """Give back what `access` means for the file or folder that `path_fd` (O_PATH) is."""
    mode = os.fstat(path_fd).st_mode
    rights = int((_FOLDER_RIGHTS if stat.S_ISDIR(mode) else _FILE_RIGHTS)[access])
    if stat.S_ISCHR(mode) and access == "write":
        rights |= FSAccess.IOCTL_DEV  # a serial port is no use without its ioctls
    attributes = PathBeneathAttr(rights & rights_of_abi(abi), path_fd)
    _call(get_add_rule(), ruleset, _RULE_PATH_BENEATH, ctypes.byref(attributes), 0)


def restrict(ruleset: int, flags: int) -> None:
    """Put this thread, and what it will execute, under the ruleset for good. Needs no_new_privs."""
    _call(get_restrict_self(), ruleset, flags)


def _call(function: Callable[..., int], *arguments: object) -> int:
    """One of the package's system calls. Raises OSError with the kernel's errno."""
    ctypes.set_errno(0)
    try:
        return function(*arguments)
    except ValueError as fault:
        # Explaining a fault, it reads the kernel's version as numbers: "6.12.117+deb13-arm64" is Debian 13's, and
        # a Raspberry Pi's is "6.12.34+rpt-rpi-v8".
        number = ctypes.get_errno()
        if not number:
            raise
        raise OSError(number, os.strerror(number)) from fault
