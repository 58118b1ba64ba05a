"""A classic BPF machine as small as seccomp's filters need, so that one architecture can test another's filter.

Knows what the instructions do (linux/filter.h, Documentation/networking/filter.rst). Knows nothing of who wrote them.
"""

import struct
from collections.abc import Sequence

from igloo_sandbox.bpf import Instruction


def run(program: Sequence[Instruction], architecture: int, number: int, arguments: Sequence[int] = ()) -> int:
    """What the filter answers to one call: its raw action. The architecture is an audit number."""
    registers = [argument & 0xFFFF_FFFF_FFFF_FFFF for argument in [*arguments, *[0] * 6][:6]]
    data = struct.pack("<iIQ6Q", number - (number >> 31 << 32), architecture, 0, *registers)
    accumulator = 0
    place = 0
    while True:
        code, if_true, if_false, value = program[place]
        place += 1
        match code:
            case 0x06:
                return value
            case 0x20:
                assert value % 4 == 0, "the kernel refuses a load that is not aligned"
                accumulator = int.from_bytes(data[value : value + 4], "little")
            case 0x54:
                accumulator &= value
            case 0x15:
                place += if_true if accumulator == value else if_false
            case 0x25:
                place += if_true if accumulator > value else if_false
            case _:
                raise ValueError(f"instruction {place - 1} has the unknown code {code:#x}")
