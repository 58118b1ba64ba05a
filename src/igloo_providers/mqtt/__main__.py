"""Starts the provider, or says which of its libraries is missing: they come with the extra `igloo-hub[mqtt]`."""

import sys
from importlib.util import find_spec

from igloo_provider import EXIT_DO_NOT_RESTART

LIBRARIES = ("paho", "jinja2")


def main() -> None:
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        print(f"needs {' and '.join(missing)}: pip install 'igloo-hub[mqtt]'", file=sys.stderr)
        sys.exit(EXIT_DO_NOT_RESTART)  # nothing that a restart could mend
    from igloo_providers.mqtt.provider import provider

    provider.run()


if __name__ == "__main__":
    main()
