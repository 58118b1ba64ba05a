"""A provider that does what its note says, after it is ready."""

import os
import signal
import subprocess
import sys
import time

from peer import Peer

from igloo_wire import Integer, NamedEvent, Switch, Text, WriteOutcome, WriteRequest, WriteResult


def main() -> None:
    peer = Peer()
    verb, _, rest = peer.note.partition(" ")
    if verb == "never-ready":
        peer.listen_for_ever()
    peer.introduce(Switch(False), Integer(os.getpid()), Text(""))
    match verb:
        case "count":
            for number in range(1, 1_000_000):
                peer.write(NamedEvent(str(number)))
                peer.hear(0.01)
        case "flood":
            for number in range(1_000_000_000):
                peer.write(Text(f"{number} " * 500))
                if number % 100 == 0:
                    peer.hear(0)
        case "exit":
            raise SystemExit(int(rest))
        case "garbage":
            peer.socket.sendall(b"\xff" * 64)
            peer.listen_for_ever()
        case "close":
            peer.socket.close()
            time.sleep(60)
        case "spawn":
            # A child that ignores SIGTERM and stays in the process group.
            child = subprocess.Popen(
                [sys.executable, "-c", "import signal,time; signal.signal(15, 1); time.sleep(600)"]
            )
            peer.write(Integer(child.pid))
            peer.listen_for_ever()
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(60)
        case "print":
            for _ in range(int(rest)):
                print("\x1b[2J\x1b]0;owned\x07 line")
            sys.stdout.flush()
            peer.listen_for_ever()
        case "obey":
            while True:
                for message in peer.hear():
                    if isinstance(message, WriteRequest):
                        peer.write(*message.components)
                        peer.say(WriteResult(message.request, WriteOutcome.CONFIRMED, ""))
        case _:
            peer.listen_for_ever()


if __name__ == "__main__":
    main()
