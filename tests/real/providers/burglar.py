"""A hostile provider: tries everything on the list in its note and reports how each attempt ended.

The note is a JSON object of attempts, each [verb, argument]; the answer goes into the component Text as JSON, "done"
or the name of the error.
"""

import json
import os
import socket
import sys

from peer import Peer

from igloo_wire import Text


def attempt(verb: str, argument: str) -> str:
    try:
        match verb:
            case "read":
                with open(argument, "rb") as file:
                    file.read(1)
            case "list":
                os.listdir(argument)
            case "write":
                with open(argument, "ab") as file:
                    file.write(b"x")
            case "connect":
                with socket.create_connection(("127.0.0.1", int(argument)), timeout=2):
                    pass
            case "signal":
                os.kill(int(argument), 0)
            case "descriptors":
                return ",".join(sorted(open_descriptors()))
            case "environment":
                return ",".join(sorted(os.environ))
            case "uid":
                return str(os.getuid())
            case _:
                return f"unknown verb {verb}"
    except OSError as error:
        return type(error).__name__
    return "done"


def open_descriptors() -> list[str]:
    found = []
    for number in range(1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(str(number))
    return found


def main() -> None:
    if len(sys.argv) > 1:  # by hand and unsandboxed: the positive control
        print(answers(sys.argv[1]))
        return
    peer = Peer()
    peer.introduce(Text(answers(peer.note)))
    peer.listen_for_ever()


def answers(attempts: str) -> str:
    return json.dumps({name: attempt(*words) for name, words in json.loads(attempts).items()})


if __name__ == "__main__":
    main()
