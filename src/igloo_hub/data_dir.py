"""The hub's own folder: made, checked and held by one hub at a time. Knows nothing of what lies in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from igloo_hub.errors import DataDirError

LOCK_NAME = "hub.lock"


@contextmanager
def open_data_dir(path: Path) -> Iterator[Path]:
    """Makes the folder where it is missing and keeps other hubs out of it while the block runs.

    Gives its real path. The folder is 0711: a provider with a uid of its own must reach its own folder below, and
    everything else in here is 0600 or 0700. Raises DataDirError.
    """
    try:
        path.mkdir(mode=0o711, parents=True, exist_ok=True)
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
