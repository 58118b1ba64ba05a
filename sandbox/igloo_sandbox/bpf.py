"""Classic BPF as seccomp takes it: rules about system calls in, a program out.

Knows the five instructions that a filter needs and where the kernel puts what it shows to one. Knows no system
call by name and no reason to refuse one. Source: linux/filter.h and linux/seccomp.h; the kernel's own checker
has the last word on every program.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_FAIL = 0x00050000

MAX_INSTRUCTIONS = 4096
"""The kernel takes no longer program."""

_MAX_JUMP = 255
"""Instructions; a conditional jump has one byte for each way."""

# What the filter sees of a call: int nr; u32 arch; u64 instruction_pointer; u64 args[6]. A filter loads 32 bits at
# a time, and both architectures of ours store the low half first.
_NUMBER = 0
_ARCHITECTURE = 4
_ARGUMENTS = 16

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_ABOVE = 0x25  # BPF_JMP | BPF_JGT | BPF_K
_ANSWER = 0x06  # BPF_RET | BPF_K


class Instruction(NamedTuple):
    """One instruction; the jumps count from the next one on."""

    code: int
    if_true: int
    if_false: int
    value: int


class Condition(NamedTuple):
    """Holds when (half of an argument & mask) is one of `values`, or with `among` false when it is none of them."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    high: bool = False
    among: bool = True


class Rule(NamedTuple):
    """`answer`, for a call that meets all the conditions."""

    answer: int
    conditions: tuple[Condition, ...] = ()


def fail(error: int) -> int:
    """The answer by which the call is not made and ends in this errno."""
    return _FAIL | error


def assemble(
    architecture: int, last: int, rules: Mapping[int, Sequence[Rule]], unknown: int
) -> list[Instruction]:
    """The program: `rules` by a call's number, the first that fits answers, and what none fits is allowed.

    A call of another architecture kills the process: its numbers mean something else. A number above `last` is
    answered with `unknown`; on x86-64 that includes all of x32, whose numbers start at 2^30.
    """
    program = [
        _load(_ARCHITECTURE),
        Instruction(_IF_EQUAL, 1, 0, architecture),
        _answer(KILL_PROCESS),
        _load(_NUMBER),
        Instruction(_IF_ABOVE, 0, 1, last),
        _answer(unknown),
    ]
    for number, choices in rules.items():
        block = [instruction for rule in choices for instruction in _rule(rule)]
        if choices[-1].conditions:
            block.append(_answer(ALLOW))
        program += [Instruction(_IF_EQUAL, 0, _jump(len(block)), number), *block]
    program.append(_answer(ALLOW))
    if len(program) > MAX_INSTRUCTIONS:
        raise ValueError(f"a filter of {len(program)} instructions; the kernel takes {MAX_INSTRUCTIONS}")
    return program


def encode(program: Sequence[Instruction]) -> bytes:
    """The program as an array of struct sock_filter."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _rule(rule: Rule) -> list[Instruction]:
    # From its end, so that how far a condition that does not hold has to jump is known.
    made = [_answer(rule.answer)]
    for condition in reversed(rule.conditions):
        made = [*_condition(condition, len(made)), *made]
    return made


def _condition(condition: Condition, skipped: int) -> list[Instruction]:
    """Falls through when the condition holds, else jumps over the `skipped` instructions that follow."""
    made = [_load(_ARGUMENTS + 8 * condition.argument + 4 * condition.high)]
    if condition.mask != 0xFFFFFFFF:
        made.append(Instruction(_AND, 0, 0, condition.mask))
    for position, value in enumerate(condition.values):
        to_come = len(condition.values) - position - 1
        if condition.among:
            if_equal, otherwise = to_come, 0 if to_come else skipped
        else:
            if_equal, otherwise = to_come + skipped, 0
        made.append(Instruction(_IF_EQUAL, _jump(if_equal), _jump(otherwise), value))
    return made


def _load(offset: int) -> Instruction:
    return Instruction(_LOAD, 0, 0, offset)


def _answer(answer: int) -> Instruction:
    return Instruction(_ANSWER, 0, 0, answer)


def _jump(distance: int) -> int:
    if distance > _MAX_JUMP:
        raise ValueError(f"a jump over {distance} instructions; the most is {_MAX_JUMP}")
    return distance
