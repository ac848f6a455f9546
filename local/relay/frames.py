"""Frames of the Phoenix protocol, in its versions 1.0.0 (JSON objects) and 2.0.0 (JSON arrays, two binary kinds)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

BROADCAST_PUSH, BROADCAST = 3, 4  # kinds of binary frame: from a client, to a client
RAW, JSON = 0, 1  # how a binary frame's payload is encoded


class FrameError(ValueError):
    """Bytes that are no frame of the socket's version."""


@dataclass(frozen=True)
class Frame:
    """One message. `topic` is the wire's, with its prefix; a broadcast's payload may hold raw bytes."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Mapping[str, Any]

    def encoded(self, version: str) -> str | bytes | None:
        """This frame for a socket of `version`, encoded once; None where it cannot be said."""
        return self._version_1 if version == "1.0.0" else self._version_2

    @cached_property
    def _version_1(self) -> str | None:
        if isinstance(self.payload.get("payload"), bytes):
            return None
        return _json(
            {"topic": self.topic, "event": self.event, "payload": self.payload, "ref": self.ref}
        )

    @cached_property
    def _version_2(self) -> str | bytes | None:
        if self.event == "broadcast":
            return self._broadcast()
        return _json([self.join_ref, self.ref, self.topic, self.event, self.payload])

    def _broadcast(self) -> str | bytes | None:
        content, meta = self.payload["payload"], self.payload.get("meta")
        names = [
            name.encode()
            for name in (self.topic, self.payload["event"], _json(meta) if meta else "")
        ]
        raw = isinstance(content, bytes)
        if any(len(name) > 255 for name in names):  # the header has one byte for each length
            return None if raw else _json([None, None, self.topic, self.event, self.payload])
        header = bytes([BROADCAST, *map(len, names), RAW if raw else JSON])
        return header + b"".join(names) + (content if raw else _json(content).encode())


def decode(data: str | bytes, version: str) -> Frame:
    """The frame a client sent. Raises FrameError."""
    try:
        if isinstance(data, bytes):
            return _broadcast_push(data)
        message = json.loads(data)
        if version == "1.0.0":
            message = [message.get(key) for key in ("join_ref", "ref", "topic", "event", "payload")]
        frame = Frame(*message)
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise FrameError(str(error)) from error
    if not is_name(frame.topic) or not is_name(frame.event) or not isinstance(frame.payload, dict):
        raise FrameError("a frame has a topic, an event, and an object as its payload")
    return frame


def is_name(value: object) -> bool:
    """Whether this can name a topic or an event: text that UTF-8 and PostgreSQL can hold."""
    return isinstance(value, str) and not re.search("[\0\ud800-\udfff]", value)


def _broadcast_push(data: bytes) -> Frame:
    kind, *lengths, encoding = data[:7]
    if kind != BROADCAST_PUSH or len(data) < 7 + sum(lengths):
        raise FrameError("not a user broadcast")
    names, start = [], 7
    for length in lengths:
        names.append(data[start : start + length].decode())
        start += length
    join_ref, ref, topic, event, _meta = names
    content = json.loads(data[start:]) if encoding == JSON else data[start:]
    payload = {"type": "broadcast", "event": event, "payload": content}
    return Frame(join_ref or None, ref or None, topic, "broadcast", payload)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
