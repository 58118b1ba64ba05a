"""A provider that never says hello."""

import time

if __name__ == "__main__":
    time.sleep(600)
