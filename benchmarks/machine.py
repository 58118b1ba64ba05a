"""On what a run was made: the facts without which its numbers say nothing."""

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.runs import REPOSITORY

LIBRARIES = ("igloo-hub", "trio", "attrs", "cattrs", "click", "landlock")
MEASURED = ("src", "sandbox")


def load_average() -> str:
    return " ".join(f"{average:.2f}" for average in os.getloadavg())


def facts(arguments: list[str]) -> dict[str, str]:
    """Machine, versions, date, command. The load averages are as they are now: taken before the run."""
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": " ".join(["python -m benchmarks", *arguments]),
        "machine": f"{processor()}, {len(os.sched_getaffinity(0))} of {os.cpu_count()} processors, {memory()}",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "versions": ", ".join(versions()),
        "source": source(),
        "load before": load_average(),
    }


def processor() -> str:
    for line in read("/proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip() + (" (virtual machine)" if "hypervisor" in read("/proc/cpuinfo") else "")
    return platform.machine()


def memory() -> str:
    for line in read("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return f"{int(line.split()[1]) / (1 << 20):.1f} GiB"
    return "memory unknown"


def versions() -> Iterator[str]:
    yield f"{platform.python_implementation()} {platform.python_version()}"
    for library in LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            yield f"{library} (not installed as a package)"
    if (compiler := find_compiler()) is not None:
        answer = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
        yield answer.partition("\n")[0]


def source() -> str:
    """The commit, and whether what was measured differs from it."""
    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", *MEASURED, "wire-rs")
    except (OSError, subprocess.CalledProcessError):
        return "not a git working copy"
    return commit + (f" with {len(changed.splitlines())} changed files" if changed else "")


def fingerprint() -> str:
    """Of all that is measured, as it lies in the folders: the same as long as nobody edits or builds."""
    digest = hashlib.sha256()
    for folder in MEASURED:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.suffix in {".py", ".so", ".toml"} and path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def git(*arguments: str) -> str:
    answer = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def find_compiler() -> str | None:
    """The C compiler, as make would call it; None when there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
