"""A wire between a program and its server that a test can hold up, so that a kill comes at its moment."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

AT_ONCE = 64 * 1024  # bytes


@dataclass
class Hold:
    """Something that is held up: how many times, and until when."""

    direction: str
    caught: int = 0
    over: threading.Event = field(default_factory=threading.Event)


class Wire:
    """Carries whatever is said to a port on loopback, and the answers; `questions` is what was asked."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.questions = bytearray()
        self.hold: Hold | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @contextlib.contextmanager
    def held(self, direction: str) -> Iterator[Hold]:
        """Inside the block no "questions", or no "answers", get through.

        What was caught is lost, and its connection with it.
        """
        self.hold = hold = Hold(direction)
        try:
            yield hold
        finally:
            self.hold = None
            hold.over.set()

    def close(self) -> None:
        """End every connection."""
        for end in (self.listener, *self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                asking, _ = self.listener.accept()
            except OSError:
                return
            try:
                answering = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                asking.close()
                continue
            self.ends += asking, answering
            for source, sink, direction in (
                (asking, answering, "questions"),
                (answering, asking, "answers"),
            ):
                threading.Thread(
                    target=self._carry, args=(source, sink, direction), daemon=True
                ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(AT_ONCE):
                hold = self.hold
                if hold and hold.direction == direction:
                    hold.caught += 1
                    hold.over.wait()
                    break
                if direction == "questions":
                    self.questions += said
                sink.sendall(said)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(server_port: int) -> Iterator[Wire]:
    """A wire to that port, cut at the end of the block."""
    made = Wire(server_port)
    try:
        yield made
    finally:
        made.close()
