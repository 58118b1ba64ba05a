"""The entry point of `igloo-hub` and of `python -m igloo_hub`."""

from igloo_hub.cli import main

if __name__ == "__main__":
    main()
