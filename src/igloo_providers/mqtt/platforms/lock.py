"""The platform `lock`: LOCKED and UNLOCKED, the ways between them, and a PIN that is handed on and forgotten.

A form of PIN (`code_format`) is told to clients and never run here: it is a regular expression from the network, and
there are short ones that take for ever. That a PIN is right is for the lock to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    discreet,
    look_up,
    reading,
    unknown_of,
)
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import Code, CodeRequired, CodeUse, Command, Commands, Component, DoorLock, Pattern

STATES: Final[Mapping[str, tuple[str, DoorLock]]] = {
    "state_locked": ("LOCKED", DoorLock.LOCKED),
    "state_unlocked": ("UNLOCKED", DoorLock.UNLOCKED),
    "state_locking": ("LOCKING", DoorLock.LOCKING),
    "state_unlocking": ("UNLOCKING", DoorLock.UNLOCKING),
    "state_jammed": ("JAMMED", DoorLock.JAMMED),
    "state_open": ("OPEN", DoorLock.OPEN),
    "state_opening": ("OPENING", DoorLock.OPENING),
}
"""The key under which a config says the device's word, the word if it doesn't, and what it means."""


def map_lock(config: Config) -> Mapped:
    send = needed_sender(config, "command_topic", "command_template", "code")
    readings: list[tuple[str, Reading]] = []
    topic = config.topic("state_topic")
    if topic is not None:
        # What the config says itself goes before what is only assumed: "OPEN" may well mean unlocked.
        assumed = {word: state for key, (word, state) in STATES.items() if not config.has(key)}
        said = {config.text(key, word): state for key, (word, state) in STATES.items() if config.has(key)}
        reset = config.text("payload_reset", "None")
        words = assumed | said
        read = partial(read_state, words, reset)
        readings.append((topic, discreet(reading(DoorLock, config.template("value_template"), read, words))))
    payloads = {
        DoorLock.LOCKED: config.text("payload_lock", "LOCK"),
        DoorLock.UNLOCKED: config.text("payload_unlock", "UNLOCK"),
    }
    unlatch = config.text("payload_open")
    facts: list[Component] = []
    writable: list[type[Component]] = [DoorLock]
    if unlatch is not None:
        facts.append(Commands([Command.UNLATCH]))
        writable.append(Command)
    code_format = config.text("code_format")
    if code_format is not None:
        facts.append(config.made("code_format", partial(Pattern, code_format)))
        uses = [CodeUse.LOCK, CodeUse.UNLOCK, *([CodeUse.OPEN] if unlatch is not None else [])]
        facts.append(CodeRequired(uses))
    is_optimistic = config.is_optimistic
    return Mapped(
        assemble(config, *facts, unknown=[DoorLock], writable=writable, optimistic=is_optimistic),
        readings,
        partial(write_lock, payloads, unlatch, code_format is not None, send),
        reported=(DoorLock,) if config.is_reported() else (),
    )


def read_state(states: Mapping[str, DoorLock], reset: str, text: str) -> Component:
    if text == reset and text not in states:
        return unknown_of(DoorLock)
    return look_up(states, text)


def write_lock(
    payloads: Mapping[DoorLock, str], unlatch: str | None, needs_code: bool, send: Sender, wanted: Wanted
) -> list[Publish]:
    demand_only(wanted, frozenset({DoorLock, Command}))
    state, command, code = (
        wanted_of(wanted, DoorLock),
        wanted_of(wanted, Command),
        wanted_of(wanted, Code),
    )
    if state is not None and command is not None:
        raise Rejected("a lock is locked, unlocked or unlatched: write one of them")
    if command is not None:
        if command != Command.UNLATCH or unlatch is None:
            raise Rejected(
                f"this lock does not take the command {command.name}"
                + ("; it takes UNLATCH" if unlatch is not None else "")
            )
        payload = unlatch
    elif state is not None:
        if state not in payloads:
            raise Rejected(f"a lock can be set to LOCKED or UNLOCKED, not to {state.name}")
        payload = payloads[state]
    else:
        raise Rejected("nothing of this can be written to a lock; write DoorLock")
    if needs_code and (code is None or not code.value):
        raise Rejected("this lock asks for a PIN: write Code along with it")
    return [send(payload, code=None if code is None else code.value)]
