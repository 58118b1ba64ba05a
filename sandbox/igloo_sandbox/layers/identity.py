"""Who the provider is: a uid of its own when started as root, and no capability in any case.

Knows uids, groups and capabilities. Knows nothing of files but whether a uid can reach one.
"""

import os

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import Layer

UID = "uid"
CAPABILITIES = "capabilities"

_CAP_SETPCAP = 8
_HIGHEST_CAPABILITY = 63  # two words of 32; the kernel says EINVAL above its own highest


def apply(uid: int | None, program: str, data_dir: str) -> list[Layer]:
    """Drop to `uid` (and the gid of that number, no other group) and give up every capability, for good.

    Raises Refusal when the program cannot be executed or the data folder not be written afterwards, naming the
    folder in the way; when a uid is asked for by somebody who is not root; when a way back is left.
    """
    is_root = os.geteuid() == 0
    if uid is not None and not is_root:
        raise Refusal(
            f"is asked to run as uid {uid}, and only root can change its uid",
            "start the hub as root, or give the instance no uid of its own",
        )
    _drop_bounding_set()
    if uid is not None:
        os.setgroups(())
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kernel.clear_capabilities()
    if uid is None:
        if is_root:
            own = Layer(UID, "absent", "started as root, and no uid of its own is given")
        else:
            own = Layer(UID, "absent", "only a hub started as root can give one")
    else:
        _check_no_way_back(uid)
        own = Layer(UID, "enforced", f"uid {uid}")
    _check_reach(program, os.X_OK, uid)
    _check_reach(data_dir, os.W_OK | os.X_OK, uid)
    if any(kernel.read_capabilities()):
        raise Refusal("capabilities are left after giving them up")
    return [own, Layer(CAPABILITIES, "enforced", "none")]


def _drop_bounding_set() -> None:
    if not kernel.read_capabilities()[0] >> _CAP_SETPCAP & 1:
        return  # nothing to drop with; no_new_privs keeps exec from giving any
    for number in range(_HIGHEST_CAPABILITY + 1):
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, number)
            left = kernel.prctl(kernel.PR_CAPBSET_READ, number)
        except OSError:
            if number == 0:
                raise
            break  # above the kernel's highest
        if left:
            raise Refusal(f"capability {number} stays in the bounding set")


def _check_no_way_back(uid: int) -> None:
    same = (uid, uid, uid)
    if os.getresuid() != same or os.getresgid() != same or os.getgroups():
        raise Refusal(f"is not uid {uid} alone after the change")
    for change in (os.setresuid, os.setresgid):
        try:
            change(0, 0, 0)
        except PermissionError:
            continue
        raise Refusal(f"can go back to root from uid {uid}")


def _check_reach(path: str, use: int, uid: int | None) -> None:
    if os.access(path, use):
        return
    obstacle = _name_obstacle(path)
    if obstacle is None:
        return  # not there at all: the exec says so, and says it better
    who = "this user" if uid is None else f"uid {uid}"
    raise Refusal(
        f"{who} cannot use {path}: {obstacle}",
        "a provider must be able to execute its program and to write its own folder: install where every user "
        "can read (not below a home of mode 0700), and give it the folder of its own uid",
    )


def _name_obstacle(path: str) -> str | None:
    """Walk down the real path as this user and name what cannot be passed; None when something is not there."""
    place = "/"
    for part in os.path.realpath(path).split("/")[1:]:
        following = os.path.join(place, part)
        if not os.path.lexists(following):
            if os.access(place, os.X_OK):
                return None
            break
        place = following
    return f"{place} is {os.stat(place).st_mode & 0o7777:04o}"
