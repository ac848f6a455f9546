"""Whoever waits is told every two seconds that something still goes on."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

EVERY_S = 2.0


@contextlib.contextmanager
def ticking(say: Callable[[str], object]) -> Iterator[None]:
    """Say so until the block ends, first after two seconds."""
    begin = time.monotonic()
    over = threading.Event()

    def tick() -> None:
        while not over.wait(EVERY_S):
            say(f"… {time.monotonic() - begin:.0f} s")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
