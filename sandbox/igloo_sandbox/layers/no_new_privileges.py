"""no_new_privs: no execve gives a privilege any more, setuid programs included. Landlock needs it."""

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import Layer

NAME = "no new privileges"


def apply() -> Layer:
    """Set it and read it back. The kernel never takes it away again."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) != 1:
        raise Refusal("no_new_privs did not take hold")
    return Layer(NAME, "enforced", "no_new_privs")
