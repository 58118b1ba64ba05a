"""The tape of relay.c in Python, for a machine without a C compiler: `python -I -S tape.py FD FILE`. Standard library only."""

import os
import struct
import sys
import time


def main() -> None:
    descriptor, path = int(sys.argv[1]), sys.argv[2]
    notes = []
    while data := os.read(descriptor, 65536):
        notes.append((time.monotonic_ns(), data))
    with open(path, "wb") as file:
        for at, data in notes:
            file.write(struct.pack("<QI", at, len(data)) + data)


if __name__ == "__main__":
    main()
