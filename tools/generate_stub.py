"""Write src/igloo_wire/_wire.pyi, the types of the Rust module, from the Rust.

PyO3's introspection knows the types, maturin asks it. This knows only where the result belongs.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUB = ROOT / "src" / "igloo_wire" / "_wire.pyi"
BIN = Path(sys.executable).parent  # maturin and ruff stand beside the Python that runs this

BANNER = """\
# Generated from wire-rs/src by tools/generate_stub.py; `python tools/generate_stub.py` writes it anew.
# ruff: noqa
"""


def run(*command: str | Path) -> None:
    """Run a command in the repository; its output is shown only if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()


def generate() -> str:
    """The text of the stub. Builds the crate with its feature `stubs`; quick if nothing changed since the last time."""
    with tempfile.TemporaryDirectory() as folder:
        run(BIN / "maturin", "generate-stubs", "--quiet", "--features", "stubs", "--out", folder)
        stub = Path(folder) / "igloo_wire" / "_wire.pyi"
        stub.write_text(BANNER + stub.read_text("utf-8"), "utf-8")
        run(BIN / "ruff", "format", "--quiet", "--config", ROOT / "pyproject.toml", stub)
        return stub.read_text("utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the stub, or with --check say whether it is stale."""
    parser = argparse.ArgumentParser(description="Write src/igloo_wire/_wire.pyi from the Rust in wire-rs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the stub is stale")
    options = parser.parse_args(arguments)
    try:
        text = generate()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the stub cannot be generated: {error}", file=sys.stderr)
        return 1
    if STUB.exists() and STUB.read_text("utf-8") == text:
        return 0
    if options.check:
        print(f"{STUB.relative_to(ROOT)} is stale: run `python tools/generate_stub.py`", file=sys.stderr)
        return 1
    STUB.write_text(text, "utf-8")
    print(f"wrote {STUB.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
