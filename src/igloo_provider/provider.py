"""What a provider author writes against: Provider, its decorators, and what it knows once the hub has spoken.

Belongs to no event loop. The functions marked `async` here only ever wait through the face that runs the provider.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn, TypeVar, overload

from igloo_provider.broker import Network
from igloo_provider.conversation import (
    MAX_COMMANDS,
    MODIFIERS,
    Call,
    Conversation,
    Device,
    Entity,
    hello_of,
    names_of,
    too_many_commands,
)
from igloo_provider.custom import Command
from igloo_provider.errors import ProviderMistake
from igloo_wire import Component, Configure, Health, InvalidValue, WriteOutcome

if TYPE_CHECKING:
    import ssl

    from igloo_provider.on_trio import DatagramSocket, Stream, TlsStream

ID_FORM: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)

SENT: Final = WriteOutcome.SENT
"""A write handler, or a custom command, returns it when the wish was handed on and the device does not report back."""

C1 = TypeVar("C1", bound=Component)
C2 = TypeVar("C2", bound=Component)
C3 = TypeVar("C3", bound=Component)
C4 = TypeVar("C4", bound=Component)
TaskFunction = TypeVar("TaskFunction", bound=Callable[[], Awaitable[object]])
CommandFunction = TypeVar("CommandFunction", bound=Callable[..., Awaitable[object]])
Outcome = Awaitable[WriteOutcome | None]


class Task(NamedTuple):
    """A task of the provider. `ends`: that it returns while others run is meant."""

    name: str
    function: Callable[[], Awaitable[object]]
    ends: bool


class Handler(NamedTuple):
    kinds: tuple[type[Component], ...]
    function: Callable[..., Awaitable[object]]


class BaseProvider:
    """One provider: its tasks, its write handlers, and while it runs its conversation with the hub.

    What is the same on every event loop. Authors take a Provider, which says on which one it runs.
    """

    def __init__(self, id: str, *, version: str = "") -> None:
        if not ID_FORM.fullmatch(id):
            raise ProviderMistake(
                f"the provider id {id!r} must be 1 to 32 of a-z, 0-9 and _, beginning with a letter, as in its manifest"
            )
        try:
            hello_of(id, version)
        except (InvalidValue, TypeError) as error:
            raise ProviderMistake(f"the version {version!r} can't be told to the hub: {error}") from error
        self._id = id
        self._version = version
        self._tasks: list[Task] = []
        self._handlers: list[Handler] = []
        self._commands: dict[str, Command] = {}
        self._conversation: Conversation | None = None
        self._network: Network | None = None
        self._log = logging.getLogger(f"provider.{id}")
        self._log.setLevel(logging.INFO)

    def __repr__(self) -> str:
        return f"<Provider {self._id}>"

    @property
    def id(self) -> str:
        """As in the manifest."""
        return self._id

    @property
    def version(self) -> str:
        """What the hub is told at hello; "" if the author didn't say."""
        return self._version

    @property
    def log(self) -> logging.Logger:
        """An ordinary logger, from INFO upwards; its records are shown by the hub. Set its level for more."""
        return self._log

    # ── what the provider does ──

    @overload
    def task(self, function: TaskFunction, /) -> TaskFunction: ...
    @overload
    def task(self, function: None = None, /, *, ends: bool) -> Callable[[TaskFunction], TaskFunction]: ...

    def task(self, function: Callable[[], Awaitable[object]] | None = None, /, *, ends: bool = False) -> Any:
        """Marks an async function without parameters that is run once the hub has said hello.

        If it raises, the provider ends, and the hub starts it again. If it returns while others run, that is said
        in the log, because a polling loop that ended is a common mistake; `@provider.task(ends=True)` says that it
        is meant.
        """

        def add(function: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
            self._check_function(function, "task", ())
            self._tasks.append(Task(name_of(function), function, ends))
            return function

        return add if function is None else add(function)

    @overload
    def on_write(
        self, component: type[C1], /
    ) -> Callable[[Callable[[Entity, C1], Outcome]], Callable[[Entity, C1], Outcome]]: ...
    @overload
    def on_write(
        self, first: type[C1], second: type[C2], /
    ) -> Callable[
        [Callable[[Entity, C1 | None, C2 | None], Outcome]], Callable[[Entity, C1 | None, C2 | None], Outcome]
    ]: ...
    @overload
    def on_write(
        self, first: type[C1], second: type[C2], third: type[C3], /
    ) -> Callable[
        [Callable[[Entity, C1 | None, C2 | None, C3 | None], Outcome]],
        Callable[[Entity, C1 | None, C2 | None, C3 | None], Outcome],
    ]: ...
    @overload
    def on_write(
        self, first: type[C1], second: type[C2], third: type[C3], fourth: type[C4], /
    ) -> Callable[
        [Callable[[Entity, C1 | None, C2 | None, C3 | None, C4 | None], Outcome]],
        Callable[[Entity, C1 | None, C2 | None, C3 | None, C4 | None], Outcome],
    ]: ...
    @overload
    def on_write(
        self, first: type[Component], /, *others: type[Component]
    ) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]: ...

    def on_write(self, *components: type[Component]) -> Any:
        """Marks the async function that carries out what the hub wants of these components.

        With one component it is called with the entity and the value: `async def switch(lamp, wanted: Switch)`.
        With several it is called once per write, with what the write holds of each, or None: a lamp takes Switch,
        Dimmer and TransitionDuration together. Returning means done (say so with `entity.set` first), returning
        SENT that it was handed on, raising Rejected that it can't be; any other exception refuses the write and is
        logged. Writes to one device are carried out one after the other, those to different devices side by side.
        At the write's deadline the handler is cancelled.
        """

        def add(function: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
            self._check_function(function, "on_write", ("entity", *components))
            if all(kind in MODIFIERS for kind in components):
                raise ProviderMistake(
                    f"{names_of(components)} only comes with another component: name that one in on_write too"
                )
            for handler in self._handlers:
                both = set(handler.kinds) & set(components) - MODIFIERS
                if both:
                    raise ProviderMistake(
                        f"{names_of(both)} is handled by {name_of(handler.function)} and by {name_of(function)}"
                    )
            self._handlers.append(Handler(components, function))
            return function

        for kind in components:
            if not is_component_class(kind):
                raise ProviderMistake(f"on_write takes component classes, such as Switch, not {kind!r}")
        if not components or len(set(components)) < len(components):
            raise ProviderMistake("on_write takes one or more different component classes")
        return add

    def custom(self, name: str, *, description: str = "") -> Callable[[CommandFunction], CommandFunction]:
        """Marks an async function that does something which no component says, for the provider as a whole.

        Its parameters are the command's: bool, int, float, str, bytes, list, dict, or Any, each of them or None; one
        with a default may be left out. `Annotated[float, "seconds"]` says in words what it means. What the caller
        gives is checked before the function is called. It returns the result, of the same types, or nothing, or
        SENT; raises Rejected to refuse, and any other exception refuses too and is logged. At the deadline it is
        cancelled. Eight are carried out side by side. Without a description it is the docstring's first paragraph.
        For what concerns one device or entity: `device.custom(name, function)`, `entity.custom(name, function)`.
        """

        if callable(name):
            raise ProviderMistake(f'@provider.custom needs a name: @provider.custom("{name_of(name)}")')

        def add(function: CommandFunction) -> CommandFunction:
            self._must_not_run("custom")
            command = Command(name, function, description)
            if name in self._commands:
                both = name_of(self._commands[name].function), name_of(function)
                raise ProviderMistake(f"the custom command {name!r} is done by {both[0]} and by {both[1]}")
            if len(self._commands) >= MAX_COMMANDS:
                raise too_many_commands(f"the provider {self._id}")
            self._commands[name] = command
            return function

        return add

    # ── while it runs ──

    async def device(self, key: str, *, name: str = "") -> Device:
        """The device with this key, introduced to the hub by the first call.

        The key is the provider's own and never changes: after a restart the same key is the same device, with all
        that the owner set for it. Returns without a checkpoint unless much is waiting to be sent.
        """
        conversation = self._running("device")
        if conversation.is_crowded:
            await conversation.face.wait_for_room()
        return conversation.create_device(key, name)

    def health(self, health: Literal["ok", "degraded"], reason: str = "") -> None:
        """How the provider as a whole is doing, in words for the owner."""
        kinds = {"ok": Health.OK, "degraded": Health.DEGRADED}
        if health not in kinds:
            raise ProviderMistake(f'health is "ok" or "degraded", not {health!r}')
        self._running("health").set_health(kinds[health], reason)

    @property
    def config(self) -> Mapping[str, Any]:
        """What the owner configured: the keys and types of `[config.…]` in the manifest, checked by the hub."""
        return self._configure("config").config

    @property
    def data_dir(self) -> Path:
        """The folder of this instance: the only place where it may write. It survives restarts."""
        return Path(self._configure("data_dir").data_dir)

    @property
    def instance(self) -> str:
        """Which of several instances of this provider this one is; the provider's id if there is only one."""
        return self._configure("instance").instance

    def secret(self, name: str) -> str:
        """A secret that the owner set. Raises LookupError if there is none of this name."""
        try:
            return self._configure("secret").secrets[name]
        except KeyError:
            raise LookupError(f"the owner has set no secret {name!r}") from None

    # ── connections, through the hub ──

    async def connect_socket(self, host: str, port: int) -> socket.socket:
        """As `connect`, and gives the bare TCP socket, non-blocking, for a library that has its own way with one."""
        return await self._connections("connect_socket").connect_socket("tcp", host, port)

    # ── what faces and conversation use ──

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(self._tasks)

    @property
    def commands(self) -> Mapping[str, Command]:
        """The custom commands of the provider as a whole, by name."""
        return self._commands

    def attach(self, conversation: Conversation | None, network: Network | None = None) -> None:
        """A face says which conversation is this provider's, and who connects for it; None when it is over."""
        self._conversation = conversation
        self._network = network

    def calls_for(self, components: tuple[Component, ...]) -> tuple[Call, ...] | str:
        """The handler calls that a write asks for, or the sentence with which it is refused."""
        held = {type(component): component for component in components}
        handled: set[type[Component]] = set()
        calls: list[Call] = []
        for kind in held:
            if kind in MODIFIERS or kind in handled:
                continue
            handler = next((h for h in self._handlers if kind in h.kinds), None)
            if handler is None:
                return f"{self._id} takes no writes of {kind.__name__}"
            handled.update(handler.kinds)
            calls.append((handler.function, tuple(held.get(k) for k in handler.kinds)))
        if not calls:
            return "nothing to write"
        return tuple(calls)

    def _check_function(
        self, function: Callable[..., Awaitable[object]], decorator: str, arguments: tuple[object, ...]
    ) -> None:
        """Finds now what would fail at the first call."""
        name = name_of(function)
        if not iscoroutinefunction(function):
            raise ProviderMistake(f"@provider.{decorator} needs `async def {name}`, not a plain function")
        try:
            signature(function).bind(*arguments)
        except TypeError as error:
            raise ProviderMistake(
                f"{name} would be called with {len(arguments)} arguments: {error}. (A method is no function before "
                f"its object is there; then it can be handed to provider.{decorator}.)"
            ) from None
        self._must_not_run(decorator)

    def _must_not_run(self, decorator: str) -> None:
        if self._conversation is not None:
            raise ProviderMistake(f"@provider.{decorator} comes too late: the provider runs already")

    def _running(self, what: str) -> Conversation:
        if self._conversation is None:
            raise ProviderMistake(
                f"provider.{what} works only while the provider runs: use it in a task or a handler"
            )
        return self._conversation

    def _connections(self, what: str) -> Network:
        self._running(what)
        assert self._network is not None, "a face that runs a provider connects for it"
        return self._network

    def _configure(self, what: str) -> Configure:
        configure = self._running(what).configure
        if configure is None:
            raise ProviderMistake(
                f"provider.{what} is known once the hub has said hello: use it in a task or a handler"
            )
        return configure


class Provider(BaseProvider):
    """A provider on trio: its tasks and handlers are trio's. On asyncio it is the Provider of `on_asyncio.py`."""

    @overload
    async def connect(self, host: str, port: int, *, tls: Literal[False] = False) -> Stream: ...
    @overload
    async def connect(
        self, host: str, port: int, *, tls: Literal[True] | ssl.SSLContext, server_hostname: str | None = None
    ) -> TlsStream: ...
    @overload
    async def connect(
        self, host: str, port: int, *, tls: bool | ssl.SSLContext, server_hostname: str | None = None
    ) -> Stream | TlsStream: ...

    async def connect(
        self,
        host: str,
        port: int,
        *,
        tls: bool | ssl.SSLContext = False,
        server_hostname: str | None = None,
    ) -> Any:
        """A TCP connection as a stream; with `tls` after the handshake. It is the caller's to close.

        The hub makes it, if the owner granted this host and port: the host as in `[[grants.connect]]`, a name or an
        address. `tls=True` trusts the authorities that the system trusts, an ssl.SSLContext whom it says.
        `server_hostname` is the name in the certificate, if it is not the host. Raises ConnectError: NotGranted and
        NoBroker are two of its kinds. It takes at most 15 s, and 10 for TLS, from when its turn comes: 16 are made at
        once.
        """
        return await self._connections("connect").connect(
            host, port, tls=tls, server_hostname=server_hostname
        )

    async def connect_udp(self, host: str, port: int) -> DatagramSocket:
        """A UDP socket that sends to and receives from this host and port only, with `send` and `recv`.

        As `connect`, with `[[grants.udp]]` in the manifest.
        """
        sock: DatagramSocket = await self._connections("connect_udp").connect_udp(host, port)
        return sock

    def run(self) -> NoReturn:
        """Runs the provider in this process, against the hub on file descriptor 3, and exits.

        0 after the hub said Stop or went away, or SIGTERM; otherwise one of the EXIT_… codes.
        """
        # Only a face knows an event loop; a provider that is imported, by a test or a checker, needs none.
        from igloo_provider import on_trio

        on_trio.run(self)


def name_of(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", repr(function))


def is_component_class(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Component)
