#!/bin/sh
# What the Makefile needs of this machine: a Python, a Rust toolchain, a C linker. Knows nothing of our packages.
#
#   tools/setup.sh venv    make .venv, or keep a good one          (PYTHON=… names the interpreter)
#   tools/setup.sh rust    check cargo and the linker
#   tools/setup.sh lint    check cargo fmt and cargo clippy
#   tools/setup.sh test    check mosquitto, which the tests of the provider mqtt start  (SYSTEM=… for tests of this file)
#
# Whatever is missing is installed when we may (root on a machine with apt-get), and else named in one sentence.
# The versions wanted are read from pyproject.toml and wire-rs/Cargo.toml: they are written down there only.
set -eu
cd "$(dirname "$0")/.."
# In a shell that has activated .venv, its Python must not be asked to make it anew.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$PWD/.venv/bin" | paste -sd : -)

die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
say() { printf 'setup: %s\n' "$*" >&2; }

# install SENTENCE PACKAGE…: the system packages, or the sentence and their names.
install() {
    sentence=$1
    shift
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        die "$sentence; on Debian or Ubuntu: sudo apt-get install $*"
    fi
    say "$sentence; installing $*"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
        >&2 </dev/null || die "$sentence, and apt-get could not install $*"
}

# ------------------------------------------------------------------------------------------------------ Python

wanted_python=$(sed -n 's/^requires-python = ">=\([0-9.]*\)"$/\1/p' pyproject.toml)

# "3.12.1" when the interpreter can be used at all: it runs, is CPython and released, and loads abi3 modules,
# which a free-threaded build does not.
python_version() {
    "$1" -c '
import sys, sysconfig
if sys.implementation.name == "cpython" and sys.version_info[3] == "final" and not sysconfig.get_config_var("Py_GIL_DISABLED"):
    print("%d.%d.%d" % sys.version_info[:3])
' 2>/dev/null </dev/null || true
}

new_enough() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 </dev/null; }

# Sets `python` to the newest suitable interpreter; one that can make a venv goes before one that can't.
find_python() {
    python='' bare='' old=''
    minor=30    # far ahead of today's; asking for a command that is not there costs nothing
    candidates=${PYTHON:-}
    if [ -z "$candidates" ]; then
        while [ "$minor" -ge 3 ]; do
            candidates="$candidates python3.$minor"
            minor=$((minor - 1))
        done
        candidates="$candidates python3"
        set -- $candidates
    else
        set -- "$candidates"
    fi
    for candidate; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        version=$(python_version "$candidate")
        [ -n "$version" ] || continue
        if ! new_enough "$version" "$wanted_python"; then
            old=${old:-"$candidate is Python $version"}
        elif has_venv "$candidate"; then
            python=$candidate
            return
        else
            bare=${bare:-$candidate}
        fi
    done

    need="Igloo Hub needs Python $wanted_python or newer"
    if [ -n "$bare" ]; then
        name=$("$bare" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        install "$bare has no venv and ensurepip modules, with which the set-up makes .venv" "$name-venv"
        has_venv "$bare" || die "$bare still has no venv and ensurepip modules; name another Python: make PYTHON=…"
        python=$bare
    elif [ -n "$old" ]; then
        die "$need, and $old; install a newer one or name it: make PYTHON=/path/to/python3"
    elif [ -n "${PYTHON:-}" ]; then
        die "$need, and PYTHON=$PYTHON is not a released CPython that runs here"
    else
        die "$need, and none is on the PATH; install it (Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3"
    fi
}

# A venv is kept when it was finished, in this place, its interpreter still runs and has pip, and is the one asked for.
venv_is_good() {
    [ -x .venv/bin/python ] && [ ! -e .venv/.unfinished ] || return 1
    # In a copy of the repository the venv would go on using the original's files.
    [ ! -e .venv/.place ] || [ "$(cat .venv/.place)" = "$(pwd -P)" ] || return 1
    .venv/bin/python -c 'import pip' >/dev/null 2>&1 </dev/null || return 1
    has=$(python_version .venv/bin/python)
    [ -n "$has" ] && new_enough "$has" "$wanted_python" || return 1
    [ -z "${PYTHON:-}" ] || [ "$has" = "$(python_version "$PYTHON")" ]
}

make_venv() {
    if ! venv_is_good; then
        find_python
        say "making .venv with $python ($(python_version "$python"))"
        # An interrupted set-up leaves .unfinished behind, and the next one starts from nothing.
        rm -rf .venv
        mkdir .venv
        : >.venv/.unfinished
        "$python" -m venv .venv || die "$python could not make .venv"
        rm -f .venv/.unfinished
    fi
    pwd -P >.venv/.place
}

# -------------------------------------------------------------------------------------------------------- Rust

check_rust() {
    wanted=$(sed -n 's/^rust-version = "\([0-9.]*\)"$/\1/p' wire-rs/Cargo.toml)
    need="Igloo Hub's wire is written in Rust and needs cargo $wanted or newer"
    command -v cargo >/dev/null 2>&1 || die "$need, and there is none; see https://rustup.rs"
    answer=$(cargo --version 2>&1 </dev/null) || die "$need, and the one here does not run: $answer"
    has=${answer#cargo }
    has=${has%% *}
    new_enough "$has" "$wanted" || die "$need, and this is cargo $has; with rustup: rustup update stable"
    command -v cc >/dev/null 2>&1 || install "Rust links with a C compiler, and there is no cc" gcc libc6-dev
}

check_lint() {
    for tool in fmt clippy; do
        cargo $tool --version >/dev/null 2>&1 </dev/null ||
            die "make lint needs cargo $tool, and this Rust toolchain lacks it; with rustup: rustup component add rustfmt clippy"
    done
}

# ------------------------------------------------------------------------------------------------------- tests

# Distributions put it where a user's PATH does not lead.
has_mosquitto() { (PATH="$PATH:${SYSTEM:-}/usr/sbin:${SYSTEM:-}/usr/local/sbin"; command -v mosquitto) >/dev/null 2>&1; }

# Debian starts a service that it installs, now and at each boot. Nobody asked for one: tests start their own.
check_test() {
    has_mosquitto && return
    if [ "$(id -u)" -eq 0 ]; then
        unit=${SYSTEM:-}/etc/systemd/system/mosquitto.service
        if [ -d "${unit%/*}" ] && [ ! -e "$unit" ] && [ ! -L "$unit" ]; then
            say "keeping the service mosquitto switched off; systemctl unmask mosquitto allows it"
            ln -s /dev/null "$unit"
        fi
        policy=${SYSTEM:-}/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap 'rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod 755 "$policy"
        fi
    fi
    need="the tests of the provider mqtt start the program mosquitto, and there is none"
    install "$need" mosquitto
    has_mosquitto || die "$need, also after its package was installed"
}

case "${1:-}" in
    venv) make_venv ;;
    rust) check_rust ;;
    lint) check_lint ;;
    test) check_test ;;
    *) die "usage: tools/setup.sh venv | rust | lint | test" ;;
esac
