"""Custom commands: a function's signature as parameters on the wire, a caller's values as the function's arguments.

Knows nothing of the conversation, of devices or of an event loop. Values are never named in a sentence: a caller may
have sent a password.
"""

from __future__ import annotations

import math
import types
from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, iscoroutinefunction, signature, unwrap
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from igloo_provider.errors import ProviderMistake, describe
from igloo_provider.outbox import clean_text
from igloo_wire import CustomParameter, InvalidValue, RegisterCustom, ValueKind

NAME_BYTES: Final = 64
"""Of a name that a caller made up, in a sentence."""
MISMATCHES: Final = 4
"""That one sentence names; who sent more finds the rest at the next try."""

DESCRIPTION_BYTES: Final = 1 << 10

KINDS: Final[Mapping[object, ValueKind]] = {
    Parameter.empty: ValueKind.ANY,
    Any: ValueKind.ANY,
    object: ValueKind.ANY,
    bool: ValueKind.BOOLEAN,
    int: ValueKind.INTEGER,
    float: ValueKind.REAL,
    str: ValueKind.TEXT,
    bytes: ValueKind.BYTES,
    list: ValueKind.LIST,
    dict: ValueKind.MAP,
}

NAMES: Final[Mapping[ValueKind, str]] = {
    ValueKind.ANY: "anything",
    ValueKind.BOOLEAN: "true or false",
    ValueKind.INTEGER: "a whole number",
    ValueKind.REAL: "a number",
    ValueKind.TEXT: "text",
    ValueKind.BYTES: "bytes",
    ValueKind.LIST: "a list",
    ValueKind.MAP: "a map",
}


TYPES: Final[Mapping[ValueKind, type]] = {
    ValueKind.BOOLEAN: bool,
    ValueKind.INTEGER: int,
    ValueKind.REAL: float,
    ValueKind.TEXT: str,
    ValueKind.BYTES: bytes,
    ValueKind.LIST: list,
    ValueKind.MAP: dict,
}


class Accepts(NamedTuple):
    """What a parameter takes: a kind, or nothing at all, and in a list or map the same of each element."""

    kind: ValueKind
    or_none: bool = False
    element: Accepts | None = None


class Command:
    """One custom command: its name, what the hub is told of it, and the function that does it."""

    __slots__ = ("_accepts", "_required", "description", "function", "name", "parameters")

    def __init__(
        self, name: str, function: Callable[..., Awaitable[object]], description: str, target: str = ""
    ) -> None:
        """`target` is what the function gets first, "device" or "entity"; "" for nothing.

        Raises ProviderMistake for a function that can't be called so, or with parameters that no caller could give.
        """
        self.name: Final = name
        self.function: Final = function
        self._accepts: dict[str, Accepts] = {}
        self._required: list[str] = []
        parameters = []
        for parameter in parameters_of(function, target):
            annotation, words = taken_apart(function, parameter)
            accepts = self._accepts[parameter.name] = read_annotation(function, parameter, annotation)
            is_required = parameter.default is Parameter.empty
            if is_required:
                self._required.append(parameter.name)
            parameters.append((parameter.name, accepts.kind, is_required, words))
        self.description = one_line(description or getattr(function, "__doc__", None) or "")
        try:
            self.parameters = tuple(CustomParameter(*parameter) for parameter in parameters)
            self.registration(None, None)
        except (InvalidValue, TypeError) as error:
            raise ProviderMistake(f"the custom command {name!r} can't be told to the hub: {error}") from error

    def registration(self, device: int | None, entity: int | None) -> RegisterCustom:
        return RegisterCustom(self.name, device, entity, self.description, self.parameters)

    def arguments(self, values: Mapping[str, object]) -> dict[str, object] | str:
        """The function's arguments by name, or the sentence for a caller who gave others."""
        wrong = [
            f"it has no parameter {clean_text(name, NAME_BYTES)!r}"
            for name in values
            if name not in self._accepts
        ]
        if wrong:
            wrong = [*wrong[:MISMATCHES], f"it takes {', '.join(self._accepts) or 'none'}"]
        for name in self._required:
            if name not in values:
                wrong.append(f"it needs {name}, {describe_kind(self._accepts[name])}")
        arguments: dict[str, object] = {}
        for name, value in values.items():
            if name in self._accepts:
                try:
                    arguments[name] = convert(name, self._accepts[name], value)
                except ValueError as error:
                    wrong.append(str(error))
        return f"{self.name}: {'; '.join(wrong[: 2 * MISMATCHES])}" if wrong else arguments


def parameters_of(function: Callable[..., Awaitable[object]], target: str) -> list[Parameter]:
    """The parameters that a caller fills. Raises ProviderMistake."""
    name = getattr(function, "__name__", repr(function))
    if not iscoroutinefunction(function):
        raise ProviderMistake(f"a custom command needs `async def {name}`, not a plain function")
    parameters = list(signature(function).parameters.values())
    if target:
        if not parameters or parameters[0].kind not in (
            Parameter.POSITIONAL_ONLY,
            Parameter.POSITIONAL_OR_KEYWORD,
        ):
            raise ProviderMistake(
                f"{name} would be called with the {target} first: `async def {name}({target}, …)`"
            )
        parameters = parameters[1:]
    for parameter in parameters:
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            raise ProviderMistake(
                f"{name} takes any number of arguments; a custom command says which (a dict takes whatever comes)"
            )
        if parameter.kind is Parameter.POSITIONAL_ONLY:
            raise ProviderMistake(f"{name} takes {parameter.name} only by its place; callers give it by name")
    return parameters


def taken_apart(function: Callable[..., object], parameter: Parameter) -> tuple[object, str]:
    """A parameter's annotation, and what `Annotated` says of it in words."""
    annotation = parameter.annotation
    if isinstance(annotation, str):
        # Each by itself: those of others, such as the device, may be imported for the type checker only.
        plain = unwrap(getattr(function, "func", function))
        try:
            annotation = eval(annotation, getattr(plain, "__globals__", {}))
        except Exception as error:
            raise ProviderMistake(
                f"the type of {parameter.name}, {annotation}, is not known while the provider runs: {describe(error)}"
            ) from error
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        return annotation, one_line(next((note for note in notes if isinstance(note, str)), ""))
    return annotation, ""


def read_annotation(function: Callable[..., object], parameter: Parameter, annotation: object) -> Accepts:
    """Raises ProviderMistake for a type that no value on the wire has."""
    accepts = accepted_by(annotation)
    if accepts is None:
        raise ProviderMistake(
            f"{parameter.name} of {getattr(function, '__name__', function)} is {annotation!r}; a custom command takes "
            "bool, int, float, str, bytes, list[…], dict[str, …], Any, and each of these or None"
        )
    return accepts


def accepted_by(annotation: object) -> Accepts | None:
    if annotation in (Parameter.empty, Any, object, bool, int, float, str, bytes, list, dict):
        return Accepts(KINDS[annotation])
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (types.UnionType, Union):
        others = [argument for argument in arguments if argument is not types.NoneType]
        if len(others) < len(arguments) and len(others) == 1 and (accepts := accepted_by(others[0])):
            return accepts._replace(or_none=True)
    elif (origin is list or (origin is dict and arguments[0] is str)) and (
        element := accepted_by(arguments[-1])
    ):
        return Accepts(KINDS[origin], element=element)
    return None


def convert(where: str, accepts: Accepts, value: object) -> object:
    """The value in the function's own type. Raises ValueError with a sentence that names `where`."""
    kind = accepts.kind
    if kind == ValueKind.ANY or (accepts.or_none and value is None):
        return value
    if kind in (ValueKind.INTEGER, ValueKind.REAL) and isinstance(value, int | float):
        # Whoever writes JSON may not be able to tell 5.0 from 5.
        is_whole = isinstance(value, int) or value.is_integer()
        if kind == ValueKind.INTEGER and is_whole and not isinstance(value, bool):
            return int(value)
        if kind == ValueKind.REAL and math.isfinite(value) and not isinstance(value, bool):
            return float(value)
    elif isinstance(value, TYPES[kind]):
        if accepts.element is None:
            return value
        if isinstance(value, list):
            return [convert(f"{where}[{at}]", accepts.element, one) for at, one in enumerate(value)]
        if isinstance(value, dict):
            return {
                key: convert(f"{where}[{clean_text(key, NAME_BYTES)!r}]", accepts.element, one)
                for key, one in value.items()
            }
    raise ValueError(f"{where} must be {describe_kind(accepts)}, not {describe_value(value)}")


def describe_kind(accepts: Accepts) -> str:
    return NAMES[accepts.kind] + (" or nothing" if accepts.or_none else "")


def describe_value(value: object) -> str:
    """What kind it is, and never what it says."""
    if isinstance(value, float) and not math.isfinite(value):
        return "infinity or no number"
    if isinstance(value, float) and not value.is_integer():
        return "a fraction"
    return "nothing" if value is None else NAMES[KINDS[type(value)]]


def one_line(text: str) -> str:
    """The first paragraph of a docstring, or a sentence, as the wire takes it."""
    return clean_text(" ".join(text.strip().split("\n\n")[0].split()), DESCRIPTION_BYTES)
