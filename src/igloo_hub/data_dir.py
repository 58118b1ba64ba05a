"""The folders on disk: the hub's own, held by one hub at a time, and one below it for each instance.

Knows who owns them and with which mode. Knows nothing of what lies in them.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from igloo_hub.errors import DataDirError
from igloo_hub.ids import InstanceId
from igloo_sandbox.spec import find_obstacle

LOCK_NAME = "hub.lock"

FIRST_UID = 1_900_000_000
"""Own uids of instances begin here: far above those of people and of systemd's dynamic users."""

PASSABLE = 0o711
"""Mode of the folders above an instance's: its uid must get through, and nobody may list them."""


@contextmanager
def open_data_dir(path: Path) -> Iterator[Path]:
    """Makes the folder where it is missing and keeps other hubs out of it while the block runs.

    Gives its real path. The folder is 0711: a provider with a uid of its own must reach its own folder below, and
    everything else in here is 0600 or 0700. One that was there before keeps its mode. Raises DataDirError.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise DataDirError(f"the data directory {str(path)!r} has a name that is no UTF-8 text") from None
    try:
        make_passable(path)
        lock = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise DataDirError(f"the data directory {path} is not a folder") from None
    except OSError as error:
        raise DataDirError(
            f"the data directory {path} can't be used: {error.strerror}. Name another one with --data-dir"
        ) from None
    try:
        # The kernel drops the lock with the process, however that ends, so there is never a stale one.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
    except BlockingIOError:
        holder = os.read(lock, 20).decode(errors="replace").strip()
        os.close(lock)
        raise DataDirError(f"another hub is running on {path} (process {holder or 'unknown'})") from None
    except OSError as error:
        os.close(lock)
        raise DataDirError(f"the data directory {path} can't be written: {error.strerror}") from None
    try:
        yield path.resolve()
    finally:
        os.close(lock)


def make_passable(path: Path) -> None:
    """Makes the folder where it is missing. Whatever the umask says: it would decide whether there are own uids."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(PASSABLE)


@attrs.frozen
class InstanceFolder:
    """DATA/providers/INSTANCE: the only place that an instance may write to."""

    path: Path
    uid: int | None
    """The instance's own uid, or None when it runs as the hub does."""
    why_no_uid: str = ""


def make_instance_folder(data_dir: Path, instance: InstanceId, obstacle: str | None) -> InstanceFolder:
    """Makes the folder where it is missing, and settles the instance's uid: the folder's owner says it.

    `obstacle` is why no other uid could run the provider ("/root is 0700"), or None. What the instance wrote under
    another uid is given to the one that it has now. Raises DataDirError.
    """
    path = data_dir / "providers" / instance
    try:
        make_passable(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        (path / "tmp").mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() != 0:
            return InstanceFolder(path, None, "the hub was not started as root")
        uid = own_uid(path)
        if obstacle is None:
            give(path, uid)
            obstacle = find_obstacle(str(path), uid)
        if obstacle is not None:
            give(path, os.geteuid())
            return InstanceFolder(path, None, obstacle)
        # The instance may have removed it, and then it was made anew just now.
        os.chown(path / "tmp", uid, uid, follow_symlinks=False)
    except OSError as error:
        raise DataDirError(f"{error.filename or path}: {error.strerror}") from None
    except RecursionError:
        raise DataDirError(
            f"{path}: its folders lie too deep in each other to be given to another owner"
        ) from None
    return InstanceFolder(path, uid)


def own_uid(folder: Path) -> int:
    """The uid that owns an instance's folder, or the next free one when it is still the hub's."""
    owner = folder.stat().st_uid
    if owner >= FIRST_UID:
        return owner
    return 1 + max(FIRST_UID - 1, *(sibling.stat().st_uid for sibling in folder.parent.iterdir()))


def give(folder: Path, uid: int) -> None:
    """Makes `uid` the owner of a folder and of all that is in it.

    The content is a stranger's, and this is root's work: no link is followed, and a file with a second name, which
    may be one outside, is left as it is.
    """
    if folder.stat().st_uid == uid:
        return
    for _, folders, files, place in os.fwalk(folder, follow_symlinks=False):
        for name in (*folders, *files):
            found = os.stat(name, dir_fd=place, follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode) or found.st_nlink == 1:
                os.chown(name, uid, uid, dir_fd=place, follow_symlinks=False)
    os.chown(folder, uid, uid, follow_symlinks=False)
