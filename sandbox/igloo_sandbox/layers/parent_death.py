"""The kernel kills the provider when the hub dies. Not a wall: a provider can switch it off for itself."""

import os
import signal
import socket
import struct

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import Layer

NAME = "parent death"


def apply(status_fd: int) -> Layer:
    """Ask for SIGKILL at the hub's end, and make sure that the hub is still there.

    Comes after any change of uid, which clears it. Raises Refusal when the parent is not the process that made
    the status socket: the hub has died since, or somebody else started this.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    channel = socket.socket(fileno=status_fd)
    try:
        credentials = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    finally:
        channel.detach()  # the descriptor is not this object's to close
    hub: int = struct.unpack("3i", credentials)[0]
    parent = os.getppid()
    if parent != hub:
        raise Refusal(f"its parent is process {parent}, but process {hub} asked for the start")
    return Layer(NAME, "enforced", f"SIGKILL when process {hub} ends")
