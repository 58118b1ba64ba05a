"""Templates that need jinja2: compiled and rendered in a sandbox. The only module that imports jinja2.

A template comes from whoever may publish on the broker. It reaches no attribute but a few of plain values, no
function but those of allowed.py, and whatever it does is paid for from a Budget, which ends before the event loop
is held up. For that the syntax tree is changed before it is compiled: loops, lists, comparisons and texts that are
put together go through the budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from igloo_providers.mqtt.allowed import (
    COSTS,
    FILTERS,
    FROM_JINJA,
    GLOBALS,
    METHODS,
    TESTS,
    TESTS_FROM_JINJA,
    WALKING,
    call_method,
)
from igloo_providers.mqtt.budget import CALL_COST, MAX_TEXT, Budget
from igloo_providers.mqtt.errors import TemplateFault, shorten
from igloo_providers.mqtt.functions import check_format, concatenate, regular_expressions
from igloo_providers.mqtt.templates import NOT_JSON, json_of

MAX_CODE: Final = 4096
"""Characters between braces, so that compiling is short too. The largest of real templates has 900."""
MAX_NODES: Final = 1500
"""Of the syntax tree."""
CODE: Final = re.compile(r"\{[{%#].*?(?:[}%#]\}|\Z)", re.DOTALL)
MAX_LOOPS: Final = 3
"""One in another."""
MAX_POWER: Final = 1024

ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.With,
    nodes.Assign,
    nodes.ExprStmt,
    nodes.Break,
    nodes.Continue,
    nodes.Scope,
    nodes.Name,
    nodes.NSRef,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
    nodes.Concat,
    nodes.BinExpr,
    nodes.UnaryExpr,
)
"""What a template may consist of. Not: macros, blocks, inheritance, imports, captured blocks of text."""

GIVEN: Final = frozenset({"value", "value_json", "this", "name", "entity_id", "loop"})

CALL_MARKS: Final = ("_block_vars", "_loop_vars")
"""What jinja2 adds to a call for functions that want the context. None here does."""

LOOP_ATTRIBUTES: Final = frozenset(
    [
        "depth",
        "depth0",
        "first",
        "index",
        "index0",
        "last",
        "length",
        "nextitem",
        "previtem",
        "revindex",
        "revindex0",
    ]
)


class Program:
    """A compiled template."""

    __slots__ = ("_template",)

    def __init__(self, template: jinja2.Template) -> None:
        self._template = template

    def render(self, value: str, variables: dict[str, object]) -> str | None:
        """None if the template asks for something in what the payload lacks. Raises TemplateFault."""
        found = json_of(value)
        known: dict[str, object] = {**variables, "value": str(value)}
        if found is not NOT_JSON:
            known["value_json"] = found
        return self._render(known)

    def compose(self, value: object, variables: dict[str, object]) -> str:
        return self._render({**variables, "value": value}) or ""

    def _render(self, known: dict[str, object]) -> str | None:
        sandbox = environment()
        budget = sandbox.budget
        budget.reset()
        try:
            for given in known.values():
                budget.handle(given)
            pieces = self._template.root_render_func(self._template.new_context(known))
            return "".join(bounded(pieces))
        except TemplateFault:
            raise
        except jinja2.UndefinedError:
            return None
        except Exception as error:
            # Whatever Python's operators and functions raise for values that don't fit.
            raise TemplateFault(f"{type(error).__name__}: {shorten(str(error), 200)}") from None


def bounded(pieces: Iterable[str]) -> Iterator[str]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > MAX_TEXT:
            raise TemplateFault(f"what the template makes has more than {MAX_TEXT:,} characters")
        yield piece


def compile_program(text: str, variables: tuple[str, ...]) -> Program:
    """Raises TemplateFault."""
    length = sum(len(code) for code in CODE.findall(text))
    if length > MAX_CODE:
        raise TemplateFault(f"a template with {length:,} characters of code is too long")
    sandbox = environment()
    sandbox.budget.reset()
    try:
        tree = sandbox.parse(text)
        Guard(sandbox, GIVEN.union(variables)).visit(tree)
        code = sandbox.compile(tree)
        return Program(jinja2.Template.from_code(sandbox, code, sandbox.make_globals(None)))
    except TemplateFault:
        raise
    except jinja2.TemplateError as error:
        raise TemplateFault(f"not a template: {error.message}") from None
    except (SyntaxError, RecursionError, MemoryError, ValueError, OverflowError):
        # From Python's compiler, which gets what jinja2 makes of it.
        raise TemplateFault("the template is nested too deeply") from None


class Sandbox(ImmutableSandboxedEnvironment):
    """jinja2's sandbox, with a list of what is allowed instead of one of what isn't, and a budget."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self) -> None:
        super().__init__(
            extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"],
            # Folding constants would do at compile time what a rendering has to pay for.
            optimized=False,
            cache_size=0,
        )
        self.budget = Budget()
        patterns = regular_expressions(self.budget)
        filters: dict[str, Callable[..., Any]] = {name: self.filters[name] for name in FROM_JINJA}
        filters |= {**FILTERS, **patterns, "is_defined": is_defined}
        self.filters = {name: self.paid(function, name) for name, function in filters.items()}
        self.filters |= {
            "_each": self.budget.turns,
            "_checked": self.budget.checked,
            "_concatenated": self.paid(concatenate),
        }
        tests: dict[str, Any] = {name: self.tests[name] for name in TESTS_FROM_JINJA}
        tests |= {**TESTS, "match": patterns["match"], "search": patterns["search"]}
        tests = {name: self.paid(function) for name, function in tests.items()}
        self.tests = tests
        self.globals = {**GLOBALS, "namespace": Box}
        self.functions = {
            id(function): CALL_COST + COSTS.get(name, 0)
            for name, function in self.globals.items()
            if callable(function)
        }
        """What each of them costs to call."""

    def paid(self, function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
        """The function, with what it is given and what it makes paid for. Keeps jinja2's marks on it."""
        budget = self.budget
        cost, is_walking = CALL_COST + COSTS.get(name, 0), name in WALKING

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401
            budget.spend(cost)
            for value in args:
                budget.handle(value)
                if is_walking and isinstance(value, str):
                    budget.spend(len(value))
            return budget.checked(function(*args, **named))

        return call

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401
        """A key before an attribute: `value_json.update` is what the device sent."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        if isinstance(obj, dict):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=str(argument))
        return super().getitem(obj, argument)

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:  # noqa: ANN401
        if isinstance(obj, dict) and not attribute.startswith("_"):
            return self.undefined(
                obj=obj, name=attribute
            )  # a key that is missing, and happens to be a method's name
        raise TemplateFault(f"{shorten(attribute)} of a {type(obj).__name__} can't be reached in a template")

    def wrap_str_format(self, value: object) -> None:
        """`call` sees to `format`."""
        return None

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        if isinstance(obj, Box):
            return not attr.startswith("_")
        if isinstance(obj, LoopContext):
            return attr in LOOP_ATTRIBUTES
        return attr in methods_of(obj)

    def call(__self, __context: Any, __obj: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401, PYI063
        # The names and their underscores are jinja2's.
        """Calls a function of allowed.py or a method of a plain value."""
        for mark in CALL_MARKS:
            named.pop(mark, None)
        budget = __self.budget
        for value in (*args, *named.values()):
            budget.handle(value)
        if isinstance(__obj, jinja2.Undefined):
            raise jinja2.UndefinedError("what is called is undefined")
        owner = getattr(__obj, "__self__", None)
        if id(__obj) in __self.functions:
            budget.spend(__self.functions[id(__obj)])
            return budget.checked(__obj(*args, **named))
        name = getattr(__obj, "__name__", "")
        if name not in methods_of(owner):
            raise TemplateFault(f"{shorten(str(name))} can't be called in a template")
        budget.spend(CALL_COST)
        budget.handle(owner)
        return budget.checked(call_method(owner, name, args, named))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        budget = self.budget
        budget.handle(left)
        budget.handle(right)
        if operator == "*":
            check_product(left, right)
            check_product(right, left)
        elif operator == "**":
            check_power(left, right)
        elif operator == "%" and isinstance(left, str):
            check_format(left)
        return budget.checked(self.binop_table[operator](left, right))


class Box(Namespace):
    """`namespace()`: what it holds is not shown, since it may hold itself."""

    def __repr__(self) -> str:
        return "namespace"


def methods_of(obj: object) -> frozenset[str]:
    for kind, names in METHODS.items():
        if isinstance(obj, kind):
            return names
    return frozenset()


def is_defined(value: object) -> object:
    """Raises UndefinedError, so that a message without the key is passed over."""
    if isinstance(value, jinja2.Undefined):
        raise jinja2.UndefinedError("it is undefined")
    return value


def check_product(value: object, times: object) -> None:
    if isinstance(value, str | list | tuple) and isinstance(times, int) and len(value) * times > MAX_TEXT:
        raise TemplateFault(f"{len(value) * times:,} characters or items are too many")


def check_power(base: object, exponent: object) -> None:
    if isinstance(exponent, int | float) and abs(exponent) > MAX_POWER:
        raise TemplateFault("a power is too large")
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > MAX_TEXT:
        raise TemplateFault("a power is too large")


class Guard(NodeTransformer):
    """Refuses what is not allowed, and leads through the budget what could be much."""

    def __init__(self, sandbox: Sandbox, known: frozenset[str]) -> None:
        self._sandbox = sandbox
        self._known = known
        self._nodes = 0
        self._loops = 0
        self._assigned: set[str] = set()

    def visit(self, node: nodes.Node, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise TemplateFault("the template has too many parts")
        if not isinstance(node, ALLOWED):
            raise TemplateFault(f"{type(node).__name__.lower()} is not allowed in a template here")
        return super().visit(node, *args, **named)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx == "store":
            self._assigned.add(node.name)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            raise TemplateFault("recursive loops are not allowed in a template here")
        self._loops += 1
        if self._loops > MAX_LOOPS:
            raise TemplateFault("so many loops in one another are not allowed in a template here")
        before = self._nodes
        self.generic_visit(node)
        self._loops -= 1
        cost = CALL_COST + self._nodes - before
        node.iter = nodes.Filter(node.iter, "_each", [nodes.Const(cost)], [], None, None)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self._refuse_stars(node)
        function = node.node
        if isinstance(function, nodes.Name):
            known = self._known | self._assigned
            if function.name not in self._sandbox.globals and function.name not in known:
                raise TemplateFault(f"{function.name}() is not known here")
        elif not isinstance(function, nodes.Getattr):
            raise TemplateFault("only functions and methods can be called in a template")
        return self.generic_visit(node)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self._refuse_stars(node)
        if node.node is None or node.name.startswith("_") or node.name not in self._sandbox.filters:
            raise TemplateFault(f"the filter {node.name} is not known here")
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        self._refuse_stars(node)
        if node.name not in self._sandbox.tests:
            raise TemplateFault(f"the test {node.name} is not known here")
        return self.generic_visit(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        is_slice = isinstance(node.arg, nodes.Slice)
        self.generic_visit(node)
        return checked(node) if is_slice else node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return nodes.Filter(nodes.Tuple(node.nodes, "load"), "_concatenated", [], [], None, None)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        return self._literal(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return self._literal(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        return self._literal(node) if node.ctx == "load" else self.generic_visit(node)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        self.generic_visit(node)
        node.expr = checked(node.expr)
        for operand in node.ops:
            operand.expr = checked(operand.expr)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [part if isinstance(part, nodes.TemplateData) else checked(part) for part in node.nodes]
        return node

    def _literal(self, node: nodes.Expr) -> nodes.Node:
        self.generic_visit(node)
        return checked(node)

    def _refuse_stars(self, node: nodes.Call | nodes.Filter | nodes.Test) -> None:
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise TemplateFault("* and ** are not allowed in a template here")


def checked(node: nodes.Expr) -> nodes.Expr:
    """The value of this expression, weighed. A constant was weighed with the text of the template."""
    if isinstance(node, nodes.Const):
        return node
    return nodes.Filter(node, "_checked", [], [], None, None)


@cache
def environment() -> Sandbox:
    """Made when the first template needs it: jinja2 and its tables take 5 MB."""
    return Sandbox()
