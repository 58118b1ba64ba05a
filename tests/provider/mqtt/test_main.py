"""How the provider is started: as a module, with its libraries or a sentence."""

import subprocess
import sys

from igloo_provider import EXIT_DO_NOT_RESTART, EXIT_NO_HUB

WITHOUT = """
import runpy, sys
from importlib import util
real = util.find_spec
util.find_spec = lambda name, *more: None if name in sys.argv[1:] else real(name, *more)
runpy.run_module("igloo_providers.mqtt", run_name="__main__")
"""


def start(*missing: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *missing], capture_output=True, text=True, check=False, timeout=30
    )


def test_a_missing_library_is_named_with_what_installs_it() -> None:
    ended = start("paho", "jinja2")
    assert ended.returncode == EXIT_DO_NOT_RESTART
    assert ended.stderr == "needs paho and jinja2: pip install 'igloo-hub[mqtt]'\n"


def test_with_its_libraries_it_looks_for_its_hub() -> None:
    ended = start()
    assert ended.returncode == EXIT_NO_HUB
    assert "a provider is started by the hub" in ended.stderr
