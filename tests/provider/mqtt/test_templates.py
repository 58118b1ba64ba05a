"""Templates of strangers: what they can do, what they can't, and that none of them takes long."""

from __future__ import annotations

import gc
import json
import math
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt import budget, templates
from igloo_providers.mqtt.allowed import FILTERS, FROM_JINJA, GLOBALS, METHODS, TESTS, TESTS_FROM_JINJA
from igloo_providers.mqtt.patterns import STEPS_A_CHARACTER, full_match
from igloo_providers.mqtt.rendering import MAX_CODE, environment
from igloo_providers.mqtt.templates import NULL, Payload, Template, TemplateFault

# ── the common forms, which need no jinja2 ──

COMMON = [
    ("{{ value }}", " 21.5 ", "21.5"),
    ("{{value}}", "on", "on"),
    ("{{ value_json.temperature }}", '{"temperature": 21.5}', "21.5"),
    ("{{value_json.temperature}}", '{"temperature": 21.50}', "21.5"),
    ('{{ value_json["ntc status"] }}', '{"ntc status": "ok"}', "ok"),
    ("{{ value_json['a'] }}", '{"a": true}', "True"),
    ("{{ value_json.a.b }}", '{"a": {"b": 0}}', "0"),
    ("{{ value_json['a'].b[1] }}", '{"a": {"b": [1, 2]}}', "2"),
    ("{{ value_json.a }}", '{"a": {"b": [1, "x"]}}', "{'b': [1, 'x']}"),
    ("{{ value_json.items }}", '{"items": 3}', "3"),
    ("{{- value_json.a -}}", '{"a": 1}', "1"),
    ("a constant", "whatever", "a constant"),
    ("", "whatever", ""),
]


@pytest.mark.parametrize(("text", "payload", "expected"), COMMON)
def test_the_common_forms_say_what_jinja2_would(text: str, payload: str, expected: str) -> None:
    template = Template(text)
    assert template._program is None
    assert template.render(payload) == template.render(Payload(payload)) == expected
    if ".items" not in text:
        # A filter that changes nothing sends the same expression through jinja2.
        slow = Template(
            text.replace("-}}", "|string -}}") if "-}}" in text else text.replace("}}", "|string }}")
        )
        assert slow.render(payload) == expected


def test_jinja2_is_imported_when_a_template_needs_it() -> None:
    program = (
        "import sys; from igloo_providers.mqtt.templates import Template; import igloo_providers.mqtt.platforms\n"
        "assert Template('{{ value_json.a }}').render('{\"a\": 1}') == '1'\n"
        "assert 'jinja2' not in sys.modules\n"
        "assert Template('{{ value_json.a|int + 1 }}').render('{\"a\": 1}') == '2'\n"
        "assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_a_message_lacks_is_not_the_same_as_null() -> None:
    template = Template("{{ value_json.a }}")
    assert template.read('{"b": 1}') is None
    assert template.render('{"b": 1}') == ""
    assert template.read('{"a": null}') is NULL
    assert template.read('{"a": "None"}') == "None"
    assert template.read('{"a": "None"}') is not NULL
    assert Template("{{ value_json.a.b }}").read('{"a": 5}') is None
    assert Template("{{ value_json.a[1] }}").read('{"a": [5]}') is None
    assert Template("{{ value_json.a }}").read("") is None


def test_a_payload_that_is_no_json_is_a_fault_that_names_it() -> None:
    with pytest.raises(TemplateFault, match="the payload is not JSON: 'offline'"):
        Template("{{ value_json.a }}").read("offline")
    # NaN is none either, but many devices send it for "no value".
    assert Template("{{ value_json.a }}").read('{"a": NaN}') is NULL


def test_json_is_parsed_once_for_all_templates_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    original = templates.parse_json

    def parse_and_note(text: str) -> object:
        parsed.append(text)
        return original(text)

    monkeypatch.setattr(templates, "parse_json", parse_and_note)
    payload = Payload('{"a": 1, "b": 2}')
    assert [Template(f"{{{{ value_json.{key} }}}}").read(payload) for key in "abc"] == ["1", "2", None]
    assert Template("{{ value_json.a + 1 }}").read(payload) == "2"
    assert len(parsed) == 1


def test_templates_with_the_same_text_are_one_for_as_long_as_somebody_holds_it() -> None:
    first = Template("{{ value_json.shared|int }}")
    assert Template("{{ value_json.shared|int }}") is first
    assert Template("{{ value_json.shared|int }}", "position") is not first
    known = len(Template._known)
    del first
    gc.collect()
    assert len(Template._known) < known


# ── what real configs use ──

USED = [
    ("{{ value_json['update'].get('progress', 'null') }}", {"update": {}}, "null"),
    ("{{ (value_json['update']['state'] == 'updating')|lower }}", {"update": {"state": "idle"}}, "false"),
    ("{{ value_json.update.state | upper }}", {"update": {"state": "idle"}}, "IDLE"),
    ("{{ value_json['x'] | default('',True) | string | truncate(254, True, '', 0) }}", {"x": None}, ""),
    (
        "{{ value_json['x'] | default('',True) | string | truncate(254, True, '', 0) }}",
        {"x": "y" * 300},
        "y" * 254,
    ),
    ("{% if value_json['x'] %}true{% else %}false{% endif %}", {"x": 1}, "true"),
    ("{% set v = {None:None,'heat':'heating'} %}{{ v[value_json['x']] }}", {"x": "heat"}, "heating"),
    ("{{ {'off':0, 'low':1}[value_json['x']] | default('None') }}", {"x": "low"}, "1"),
    ("{{ {'off':0, 'low':1}[value_json['x']] | default('None') }}", {"x": "mid"}, "None"),
    ("{{ value_json.x if value_json.x in ['auto'] else 'None' }}", {"x": "auto"}, "auto"),
    (
        '{% if "position" in value_json and value_json["position"] == 0 %}CLOSE{% endif %}',
        {"position": 0},
        "CLOSE",
    ),
    ("{{ value_json.timings | tojson }}", {"timings": [1, "<"]}, '[1,"<"]'),
    ("{{ value_json.t | float * 1.8 + 32 }}", {"t": "20"}, "68.0"),
    ("{{ (value_json.t | float * 1.8 + 32) | round(1) }}", {"t": 20.33}, "68.6"),
    ("{{ value_json.t | round }}", {"t": 20.6}, "21"),
    ("{{ value_json.t | round(1, 'floor') }}", {"t": 20.68}, "20.6"),
    ("{{ value_json.x | int(0) | bitwise_and(4) }}", {"x": "5"}, "4"),
    ("{{ value_json.x | multiply(0.1) | round(2) }}", {"x": 5}, "0.5"),
    ("{{ value_json.x | is_number }}", {"x": "five"}, "False"),
    ("{{ iif(value_json.x == 'ON', '1', '0') }}", {"x": "ON"}, "1"),
    ("{{ value_json.x | iif('a', 'b') }}", {"x": False}, "b"),
    ("{{ value_json.x | regex_replace('[^0-9.]', '') }}", {"x": "21.5 °C"}, "21.5"),
    ("{{ value_json.x | regex_findall_index('[0-9]+', 1) }}", {"x": "a1b22"}, "22"),
    ("{{ value_json.x | regex_search('ON', ignorecase=True) }}", {"x": "switch on"}, "True"),
    ("{{ 'a' if value_json.x is match('o.') else 'b' }}", {"x": "on"}, "a"),
    ("{{ value_json.x | timestamp_custom('%H:%M', false) }}", {"x": 3600}, "01:00"),
    ("{{ as_timestamp(value_json.x) | int }}", {"x": "2024-01-01T00:00:00+00:00"}, "1704067200"),
    (
        "{{ (as_datetime(value_json.x) + timedelta(days=1)).isoformat() }}",
        {"x": 0},
        "1970-01-02T00:00:00+00:00",
    ),
    ("{{ strptime(value_json.x, '%d.%m.%Y').year }}", {"x": "31.12.2023"}, "2023"),
    ("{{ now().year > 2000 and utcnow().year > 2000 }}", {}, "True"),
    ("{{ value_json.x.split(',')[1].strip() }}", {"x": "a, b"}, "b"),
    ("{{ value_json.x | from_json | length }}", {"x": "[1, 2]"}, "2"),
    ("{{ value_json.x | base64_decode }}", {"x": "aGk="}, "hi"),
    ("{{ value_json.x | slugify }}", {"x": "Küche 1"}, "kuche_1"),
    ("{{ value_json.x | ordinal }}", {"x": 12}, "12th"),
    ("{{ value_json.x | bool }}", {"x": "on"}, "True"),
    ("{{ value_json.x | log(10) | round(2) }}", {"x": 100}, "2.0"),
    ("{{ [value_json.x, 3] | max }} {{ min(1, 2) }}", {"x": 5}, "5 1"),
    ("{{ '%05.1f' % value_json.x }}|{{ '{:.2f}'.format(value_json.x) }}", {"x": 3.14159}, "003.1|3.14"),
    ("{{ value_json.x ~ '-' ~ 5 }}", {"x": "a"}, "a-5"),
    ("{% for i in value_json.x %}{{ i }}{{ ',' if not loop.last }}{% endfor %}", {"x": [1, 2]}, "1,2"),
    (
        "{% set ns = namespace(s=0) %}{% for i in range(4) %}{% set ns.s = ns.s + i %}{% endfor %}{{ ns.s }}",
        {},
        "6",
    ),
    ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", {}, "01"),
    ("{{ value_json.x | map('int') | sum }}", {"x": ["1", "2"]}, "3"),
    (
        "{{ value_json.x | selectattr('id', 'eq', 2) | map(attribute='v') | first }}",
        {"x": [{"id": 2, "v": 7}]},
        "7",
    ),
    ("{{ value_json.keys() | list }}", {"x": 1}, "['x']"),
    ("  {{ value_json.x }} W  ", {"x": 1}, "1 W"),
    ("{{ this.state | default(5) if this is defined else 6 }}", {}, "6"),
]


@pytest.mark.parametrize(("text", "state", "expected"), USED)
def test_what_configs_use_is_there(text: str, state: object, expected: str) -> None:
    assert Template(text).render(json.dumps(state)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{ value_json.x | is_defined }}",
        "{{ value_json.x.y | int }}",
        "{{ value_json.x.get('y') }}",
        "{{ value_json['x']['y'] | float }}",
    ],
)
def test_a_message_that_lacks_a_key_is_passed_over(text: str) -> None:
    assert Template(text).read('{"a": 1}') is None


def test_what_is_sent_keeps_its_type() -> None:
    assert Template("{{ {0:'off', 1:'low'}[value] | default('') }}").compose(1) == "low"
    assert Template("{{ value + 1 }}").compose(20.5) == "21.5"
    assert Template("{{ value }}").compose(7) == "7"
    assert Template('{ "position": {{ position }} }', "position").compose(position=40) == '{ "position": 40 }'
    assert Template("fixed").compose(1) == "fixed"
    with pytest.raises(TemplateFault, match="value_json"):
        Template("{{ value_json.a }}").compose(1)


# ── what is refused when it is compiled ──

REFUSED = {
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}": "macro is not allowed",
    "{% include 'x' %}": "include is not allowed",
    "{% import 'x' as y %}": "import is not allowed",
    "{% extends 'x' %}": "extends is not allowed",
    "{% block a %}{% endblock %}": "block is not allowed",
    "{% set a %}{{ value * 9 }}{% endset %}": "assignblock is not allowed",
    "{% filter upper %}{{ value }}{% endfilter %}": "filterblock is not allowed",
    "{% for a in value_json recursive %}{{ loop(a) }}{% endfor %}": "recursive loops",
    "{% for a in b %}" * 4 + "{% endfor %}" * 4: "so many loops",
    "{{ states('sensor.x') }}": r"states\(\) is not known here",
    "{{ cycler(1) }}": r"cycler\(\) is not known here",
    "{{ value | random }}": "the filter random is not known",
    "{{ value | attr('x') }}": "the filter attr is not known",
    "{{ value | _each(1) }}": "the filter _each is not known",
    "{{ 1 is callable }}": "the test callable is not known",
    "{{ range(*value_json) }}": "not allowed",
    "{{ value_json.f()() }}": "only functions and methods",
    "{{ value": "not a template",
    "{% if %}": "not a template",
    "{{ " + "(" * 400 + "1" + ")" * 400 + " }}": "nested too deeply",
    "{{ " + "not " * 900 + "1 }}": "nested too deeply",
    "{{ 1" + "+1" * 1600 + " }}": "nested too deeply|too many parts",
    "{% if 1 %}" * 120 + "{% endif %}" * 120: "nested too deeply",
    "{{ a }}" * 600: "characters of code",
    "{{ [" + "1," * 2000 + "] }}": "too many parts",
    "x" * (16 << 10) + "y": "too long",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=[text[:20] for text in REFUSED])
def test_a_template_that_could_do_harm_is_not_compiled(text: str, reason: str) -> None:
    with pytest.raises(TemplateFault, match=reason):
        Template(text)


# ── what is refused while it runs ──

MANY = "[" + "1," * 9000 + "1]"
HARM = {
    "loops": (
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
        "",
        "too much",
    ),
    "range": ("{{ range(10**9) }}", "", "range of 1,000,000,000"),
    "string times": ("{{ 'x' * 10**9 }}", "", "too many"),
    "times string": ("{{ 10**9 * 'x' }}", "", "too many"),
    "list times": ("{{ [1] * 10**9 }}", "", "too many"),
    "power": ("{{ 9 ** 9999999 }}", "", "power"),
    "power of power": ("{{ (10 ** 1000) ** 1000 }}", "", "power"),
    "power by 1025": ("{{ 1.0 ** 1025 }}", "", "power is too large"),
    "doubled text": ("{% set a='xx' %}" + "{% set a=a+a %}" * 40, "", "too long"),
    "joined text": ("{% set a='xx' %}" + "{% set a=a~a %}" * 40, "", "too long"),
    "doubled list": ("{% set a=[1,1] %}" + "{% set a=[a,a] %}" * 60 + "{{ a }}", "", "too long|too much"),
    "doubled dict": ("{% set a={} %}" + "{% set a={1:a,2:a} %}" * 60 + "{{ a }}", "", "too long|too much"),
    "squared": ("{% set a=value_json %}" + "{% set a=a*a %}" * 60, "9" * 99, "too large"),
    "center": ("{{ 'x'|center(10**9) }}", "", "width"),
    "center method": ("{{ 'x'.center(10**9) }}", "", "width"),
    "ljust": ("{{ 'x'.ljust(10**9) }}", "", "width"),
    "zfill": ("{{ 'x'.zfill(10**9) }}", "", "width"),
    "indent": ("{{ 'a\nb'|indent(10**9) }}", "", "width"),
    "percent": ("{{ '%1000000000d' % 1 }}", "", "wide"),
    "percent star": ("{{ '%*d' % (10**9, 1) }}", "", "wide"),
    "percent key": ("{{ '%(a)1000000000d' % {'a': 1} }}", "", "wide"),
    "format filter": ("{{ '%1000000000d'|format(1) }}", "", "wide"),
    "format": ("{{ '{:1000000000d}'.format(1) }}", "", "wide"),
    "format nested": ("{{ '{:{}}'.format(1, 999) }}", "", "reach"),
    "percent long": ("{{ value % 1 }}", "%" * 65000, "a format of 65,000 characters is too long"),
    "format long": ("{{ value.format(1) }}", "{" * 65000, "a format of 65,000 characters is too long"),
    "format filter long": ("{{ value|format(1) }}", "%" * 257, "a format of 257 characters is too long"),
    "format class": ("{{ '{0.__class__}'.format(1) }}", "", "reach"),
    "format item": ("{{ '{0[0]}'.format('a') }}", "", "reach"),
    "replace": ("{{ value|replace('', value) }}", "x" * 999, "too long"),
    "replace method": ("{{ value.replace('', value) }}", "x" * 999, "too long"),
    "join": ("{{ value_json|join(value) }}", MANY, "too long"),
    "join method": ("{{ value.join(value_json|map('string')) }}", MANY, "too"),
    "regex": ("{{ value|regex_search('(a+)+$') }}", "a" * 40 + "b", "too long on this text"),
    "regex again": ("{{ value|regex_search('a*a*a*b') }}", "a" * 200, "too long on this text"),
    "regex often": (
        "{% for i in range(999) %}{% set a = value|regex_search('a*a*b') %}{% endfor %}",
        "a" * 50,
        "much",
    ),
    "regex growth": ("{{ value|regex_replace('(.+)', '\\\\1' * 9000) }}", "a" * 50, "too long"),
    "regex backtracking far": (
        "{{ value is search('(?:(?:a){2}){12000}c') }}",
        "a" * 64000,
        "too long on this",
    ),
    "regex far": ("{{ value is search('[^b]{30000}c') }}", "a" * 65000, "too long on this text"),
    "regex ahead": ("{{ value is match('.*" + "(?=[^b]{200})" * 15 + "c') }}", "a" * 440, "too long on this"),
    "regex back": ("{{ value is match('(.*)[^b]*\\\\1c') }}", "a" * 300, "too long on this text"),
    "regex wide": ("{{ value|regex_search('[\x00-\uffff]', true) }}", "a", "too wide classes"),
    "regex wide within": ("{{ value|regex_search('(?:a|(?i:[\x00-\uffff]))+') }}", "a", "too wide classes"),
    "regex many wide": ("{{ value|regex_search('" + "[\u0400-\u9999]" * 9 + "') }}", "a", "too wide classes"),
    "regex compiled often": (
        "{% for i in range(30) %}{{ value is search('(a|b)[c-f]{1,3}(?:x|yz)?' * 9 ~ i) }}{% endfor %}",
        "q",
        "does too much",
    ),
    "regex compiled oftener": (
        "{% for i in range(99) %}{{ value is search(i|string) }}{% endfor %}",
        "q",
        "more than 32 regular expressions",
    ),
    "formats of time": (
        "{% for i in range(99) %}{{ strptime('2024', '%Y' ~ i, none) }}{% endfor %}",
        "",
        "does too much",
    ),
    "filtered formats of time": (
        "{% for i in range(99) %}{{ '2024'|strptime('%Y' ~ i, none) }}{% endfor %}",
        "",
        "does too much",
    ),
    "indented": (
        "{{ value_json|to_json(pretty_print=true) }}",
        "[" * 200 + "1," * 18000 + "1" + "]" * 200,
        "too long",
    ),
    "round": ("{{ 1.5|round(10**9) }}", "", "15 digits"),
    "strftime": ("{{ now().strftime('%1000000000d') }}", "", "format of time"),
    "timestamp": ("{{ 0|timestamp_custom('%1000000000d') }}", "", "format of time"),
    "compared": (
        "{% for a in range(999) %}{% if value_json == value_json[:] %}{% endif %}{% endfor %}",
        MANY,
        "much",
    ),
    "searched": ("{% for a in range(9999) %}{% if 5 in value_json %}{% endif %}{% endfor %}", MANY, "much"),
    "sliced": ("{% for a in range(9999) %}{% set b = value_json[:] %}{% endfor %}", MANY, "much"),
    "sorted": ("{{ (value_json|sort)[0] }}" * 99, MANY, "much"),
    "sorted text": ("{{ (value|sort)[0] }}" * 9, "x" * 60000, "much"),
    "long input": ("{{ value|upper }}", "x" * 70000, "too long"),
    "many items": ("{{ value_json|length }}", "[" + "1," * 30000 + "1]", "too long"),
    "output": ("{% for a in range(9) %}{{ value }}{% endfor %}", "x" * 9999, "characters"),
    "zero": ("{{ 1 / 0 }}", "", "ZeroDivisionError"),
    "no number": ("{{ value|float }}", "x", "no default"),
    "wrong types": ("{{ 1 + 'x' }}", "", "TypeError"),
    "class": ("{{ ''.__class__.__mro__ }}", "", "reached"),
    "item class": ("{{ ''['__class__'].__mro__ }}", "", "reached"),
    "function": ("{{ range.__globals__.x }}", "", "reached"),
    "init": ("{{ namespace.__init__.__globals__ }}", "", "reached"),
    "int method": ("{{ (1).to_bytes(10**9, 'big') }}", "", "reached"),
    "append": ("{{ value_json.append(1) }}", "[]", "reached"),
    "encode": ("{{ 'x'.encode('punycode') }}", "", "reached"),
    "mapped name": ("{{ [1]|map('attr', '__class__')|list }}", "", "No filter named 'attr'"),
}


@pytest.mark.parametrize(("text", "payload", "reason"), HARM.values(), ids=HARM)
def test_a_template_that_does_harm_is_stopped_soon(text: str, payload: str, reason: str) -> None:
    environment()  # imports jinja2
    template = Template(text)
    begin = time.process_time()
    with pytest.raises(TemplateFault, match=reason):
        template.read(payload)
    # 50 ms is what the event loop can spare; the rest is for a slow machine. Without a bound these take minutes.
    assert time.process_time() - begin < 0.25


@pytest.mark.parametrize(
    "text",
    [
        "{{ a }}" * 580,
        "{{ value" + "|upper" * 600 + " }}",
        "{% set a=1 %}" * 300,
        "{% for a in b %}{% endfor %}" * 140,
        "{{ a" + ".b" * 2000 + " }}",
        "{{ (" + "1," * 2000 + ") }}",
        "{{ 1 " + "if 1 else 1 " * 300 + " }}",
        "{% if a %}" + "{% elif a %}" * 330 + "{% endif %}",
        "{{ '" + "x" * 4000 + "' }}",
    ],
    ids=lambda text: text[:20],
)
def test_compiling_is_short_too(text: str) -> None:
    environment()
    assert len(text) <= MAX_CODE
    begin = time.process_time()
    with suppress(TemplateFault):
        Template(text)
    assert time.process_time() - begin < 0.25


def test_nothing_private_is_shown() -> None:
    for text in (
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ {}.__class__ }}",
        "{{ value_json|map(attribute='__class__')|list }}",
    ):
        with pytest.raises(TemplateFault, match="reached"):
            Template(text).render("[1]")
    assert Template("{{ value_json.update }}{{ value_json['get'] }}").render("{}") == ""
    assert (
        Template("{% set n = namespace() %}{% set n.n = n %}{{ n }}{{ [n] }}").render()
        == "namespace[namespace]"
    )


def test_a_budget_is_counted_and_not_timed() -> None:
    """The same template gets as far on any machine, and what one rendering used is there for the next."""
    text = "{% for i in range(9999) %}{{ i }},{% if i == N %}{{ 1 // 0 }}{% endif %}{% endfor %}"
    reached = [n for n in range(0, 3000, 100) if "Zero" in fault_of(text.replace("N", str(n)))]
    assert reached == list(range(0, reached[-1] + 1, 100))
    assert 500 < reached[-1] < 2900
    assert reached == [n for n in range(0, 3000, 100) if "Zero" in fault_of(text.replace("N", str(n)))]


def fault_of(text: str) -> str:
    with pytest.raises(TemplateFault) as caught:
        Template(text).read("")
    return caught.value.reason


def steps_of(text: str, payload: str) -> float:
    """Steps of one rendering; all of them if it was stopped."""
    template = Template(text)
    try:
        template.read(payload)
    except TemplateFault:
        return math.inf
    return budget.STEPS - environment().budget.left


LONG = 64_000
"""Characters of a payload that is still taken."""


def ways_to_use(value: str) -> list[str]:
    """Every filter, test, method and operator, given this."""
    sandbox = environment()
    own = {"_each", "_checked", "_concatenated"}
    return [
        *(f"{{{{ {value}|{name} }}}}" for name in sorted(sandbox.filters.keys() - own)),
        *(f"{{{{ {value} is {name} }}}}" for name in sorted(TESTS.keys() | {"lower", "match", "upper"})),
        *(f"{{{{ {value}.{name}({value}) }}}}" for name in sorted(METHODS[str])),
        *(f"{{{{ {value} {sign} {value} }}}}" for sign in ("+", "*", "%", "~", "<", "==", "in", "**")),
    ]


@pytest.mark.parametrize("character", ["x", "%", "{", "9", " ", "A", "é", "\n", "[", "a,"])
def test_whatever_is_done_with_a_long_payload_is_paid_for(character: str) -> None:
    payload = Payload(character * (LONG // len(character)))
    given = steps_of("{{ 1 }}", payload)
    begin = time.process_time()
    free = [
        way
        for way in ways_to_use("value")
        if steps_of(way, payload) < given + LONG // budget.CHARACTERS_A_STEP
    ]
    assert free == []
    # A way that takes longer than it costs: each is 25 ms at most, and nearly all are far less.
    assert time.process_time() - begin < 5.0


def test_an_expression_is_paid_for_once_in_a_rendering_and_again_in_the_next() -> None:
    once, twice = "{{ value is search('ab+c') }}", "{{ value is search('ab+c') }}" * 2
    assert steps_of(once, "x") == steps_of(once, "x")
    assert steps_of(twice, "x") <= 2 * steps_of(once, "x") - STEPS_A_CHARACTER * len("ab+c")


def test_a_replacement_is_bounded_before_it_is_made() -> None:
    """Of 65,536 characters, where the result is shortened again: what lies between counts too."""
    template = Template("{{ value|regex_replace('a', '" + "x" * 400 + "')|length }}")
    assert template.render("a" * 163) == "65200"
    with pytest.raises(TemplateFault, match="a text of 66,165 characters is too long"):
        template.render("a" * 165)


def test_json_of_1024_characters_may_be_indented() -> None:
    template = Template("{{ value_json|to_json(pretty_print=true)|length }}")
    assert template.render(json.dumps(["x" * 1020])) == "1028"
    with pytest.raises(TemplateFault, match="a text of 1,025 characters is too long"):
        template.render(json.dumps(["x" * 1021]))


def test_a_power_may_be_1024() -> None:
    assert Template("{{ 1.0 ** 1024 }}").render() == "1.0"


def test_what_replaces_is_paid_for_twice() -> None:
    """It looks how often it will, and does it."""
    text = "a" * 300
    search = steps_of("{{ value|regex_search('a*c') }}", text)
    assert steps_of("{{ value|regex_replace('a*c', '') }}", text) > 1.8 * search


def test_a_real_template_uses_a_hundredth_of_the_budget() -> None:
    state = json.dumps({f"key{n}": n for n in range(50)})
    Template("{{ value_json['key1'] | default('',True) | string | truncate(254, True, '', 0) }}").read(state)
    assert environment().budget.left > 0.99 * budget.STEPS


def test_only_what_is_listed_can_be_called() -> None:
    """A later jinja2 adds nothing by itself."""
    sandbox = environment()
    own = {"is_defined", "match", "search", "_each", "_checked", "_concatenated"}
    regexes = {name for name in sandbox.filters if name.startswith("regex_")}
    assert set(sandbox.filters) == {*FROM_JINJA, *FILTERS, *regexes, *own}
    assert set(sandbox.tests) == {*TESTS_FROM_JINJA, *TESTS, "match", "search"}
    assert set(sandbox.globals) == {*GLOBALS, "namespace"}


# ── anything ──

WORDS = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "value",
            "value_json",
            ".a",
            "['b']",
            "|",
            "int",
            "float",
            "default(0)",
            "~",
            "+",
        ),
        *(
            "*",
            "**",
            "9",
            "'x'",
            "(",
            ")",
            "[",
            "]",
            "for i in",
            "endfor",
            "if",
            "else",
            "endif",
            "set a =",
            "a",
            "%",
        ),
        *(
            "range(99)",
            "|list",
            "|join(',')",
            ".split()",
            ".get('a')",
            "is defined",
            "not",
            "in",
            "{",
            "}",
            ":",
            ",",
        ),
        *(
            "==",
            "loop.index",
            "namespace()",
            "now()",
            "|tojson",
            "|round(1)",
            "__class__",
            "|map('int')",
            "\n",
            "-",
        ),
    ]
)


@given(
    st.lists(WORDS, max_size=14), st.sampled_from(["", "1", '{"a": {"b": [1, 2.5, null, "x"]}}', "[", "NaN"])
)
def test_no_template_raises_anything_but_a_template_fault(words: list[str], payload: str) -> None:
    with suppress(TemplateFault):
        result = Template("{{ " + " ".join(words) + " }}").read(payload)
        assert result is None or isinstance(result, str)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_and_any_payload(text: str, payload: str) -> None:
    for template in (text, "{{ value_json" + text + " }}", "{{ value|" + text + " }}"):
        with suppress(TemplateFault):
            Template(template).read(payload)


def test_a_format_may_have_256_characters() -> None:
    assert Template("{{ value % 1 }}").render("x" * 254 + "%d") == "x" * 254 + "1"


# ── patterns ──


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[0-9]{4}", "1234", True),
        ("[0-9]{4}", "12345", False),
        (r"(?:[0-9]{2}:){2}[0-9]{2}", "12:34:56", True),
        (r"\d{1,3}(\.\d{1,3}){3}", "192.168.1.1", True),
        (".*c", "a" * 440, False),
        ("[0-9a-f]{32}", "a" * 5000, False),
        ("abc|x", "a" * 30000, False),
        ("(?i)[a-zа-я]{2,20}", "БЮ", True),
        ("[一-鿿]+", "中文", True),
        ("(a|b)*c?", "abab", True),
        ("", "", True),
    ],
)
def test_usual_patterns_are_tried(pattern: str, text: str, fits: bool) -> None:
    assert full_match(pattern, text) is fits


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+", "a" * 30),
        ("(a*)*b", "a" * 30),
        ("(a|aa)+$", "a" * 60),
        ("(?:a?){40}a{40}", "a" * 40),
        ("(.*)(.*)(.*)(.*)x", "y" * 60),
        ("((a{1,9}){1,9}){1,9}", "a" * 100),
        ("(?=(a+)+$)b", "a" * 40),
        ("[", "x"),
        ("(?P<a", "x"),
        ("a{99999999999999999999}", "x"),
        ("x" * 300, "x"),
        ("(?:(?:a){2}){30}c", "a" * 5500),
        ("(?:ab|cd)(?=x{900})", "a" * 2500),
        ("(?:){4000000000}", ""),
        (r"(a*)\1c", "a" * 200),
        ("(?i)[一-鿿]", "x"),
    ],
)
def test_slow_and_broken_patterns_are_refused_at_once(pattern: str, text: str) -> None:
    begin = time.process_time()
    with pytest.raises(TemplateFault):
        full_match(pattern, text)
    assert time.process_time() - begin < 0.25


@given(
    st.recursive(
        st.sampled_from(["a", "b", "[ab]", ".", "\\w"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2,5}", "{9}"])).map(
                lambda pair: f"({pair[0]}){pair[1]}"
            ),
        ),
        max_leaves=8,
    ),
    st.text("ab", max_size=60),
)
def test_a_pattern_that_is_tried_is_quick(pattern: str, text: str) -> None:
    begin = time.process_time()
    with suppress(TemplateFault):
        full_match(pattern, text + "!")
    assert time.process_time() - begin < 0.25
