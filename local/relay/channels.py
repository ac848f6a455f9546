"""Sockets, the channels they join, and the rooms where the channels of one topic meet."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from local.relay.authorization import Authorization
from local.relay.frames import Frame, FrameError, decode, is_name
from local.relay.tokens import Claims, Refused, Tokens

Payload = Mapping[str, Any]

PREFIX = "realtime:"  # of every topic on the wire
QUEUED_FRAMES = 1_000  # for one socket; a client that falls further behind is cut off
VERIFY_EVERY_S = 300

log = logging.getLogger("relay")


class Room:
    """The channels of one topic, and who is present. Private and public rooms never meet."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self.channels: set[Channel] = set()
        self._present: dict[Channel, dict[str, Any]] = {}

    def broadcast(
        self,
        event: str,
        content: object,
        meta: Payload | None = None,
        sender: "Channel | None" = None,
    ) -> None:
        """Send to every channel that may read, and to `sender` only if it wants to hear itself.

        `content` is JSON, or bytes, which reach sockets of version 2.0.0 alone.
        """
        payload = {"type": "broadcast", "event": event, "payload": content}
        frame = self._frame("broadcast", payload | ({"meta": meta} if meta else {}))
        for channel in self.channels:
            if "broadcast" in channel.readable and (channel is not sender or channel.hears_itself):
                channel.socket.send(frame)

    def presence_state(self) -> dict[str, Any]:
        """What each presence key tracks."""
        state: dict[str, Any] = {}
        for channel, meta in self._present.items():
            state.setdefault(channel.presence_key, {"metas": []})["metas"].append(meta)
        return state

    def track(self, channel: "Channel", tracked: Payload | None) -> None:
        """Let `channel` be present with `tracked` in place of what it tracked before; None: be absent."""
        left, joined = self._present.pop(channel, None), None
        if tracked is not None:
            joined = {**tracked, "phx_ref": uuid.uuid4().hex}
            if left:
                joined["phx_ref_prev"] = left["phx_ref"]
            self._present[channel] = joined
        if not left and not joined:
            return
        diff = {
            change: {channel.presence_key: {"metas": [meta]}} if meta else {}
            for change, meta in (("joins", joined), ("leaves", left))
        }
        frame = self._frame("presence_diff", diff)
        for reader in self.channels:
            if "presence" in reader.readable:
                reader.socket.send(frame)

    def _frame(self, event: str, payload: Payload) -> Frame:
        return Frame(None, None, PREFIX + self._topic, event, payload)


class Rooms:
    """Every room that somebody is in."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[bool, str], Room] = {}

    def broadcast(
        self, private: bool, topic: str, event: str, content: object, meta: Payload | None = None
    ) -> None:
        """Send what comes from no channel: from the database, or over HTTP."""
        if room := self._rooms.get((private, topic)):
            room.broadcast(event, content, meta)

    def enter(self, channel: "Channel") -> Room:
        """The room of the channel's topic, with the channel in it."""
        room = self._rooms.setdefault((channel.private, channel.topic), Room(channel.topic))
        room.channels.add(channel)
        return room

    def leave(self, channel: "Channel") -> None:
        """Take the channel out of its room."""
        room = self._rooms[channel.private, channel.topic]
        room.channels.remove(channel)
        room.track(channel, None)
        if not room.channels:
            del self._rooms[channel.private, channel.topic]


@dataclass(frozen=True, slots=True)
class Project:
    """What all sockets share."""

    tokens: Tokens
    authorization: Authorization
    private_only: bool  # public channels are refused
    rooms: Rooms = field(default_factory=Rooms)


class Socket:
    """One client's connection. Whoever owns it feeds `receive` and empties `outgoing` into the wire."""

    def __init__(
        self,
        project: Project,
        version: str,
        key: str,
        headers: Mapping[str, str],
        cut_off: Callable[[], None],
    ) -> None:
        self.project = project
        self.key = key
        self.headers = headers  # the upgrade's x-* headers: policies may read them
        self.outgoing: asyncio.Queue[str | bytes] = asyncio.Queue(QUEUED_FRAMES)
        self.channels: dict[str, Channel] = {}  # by wire topic
        self._version = version
        self._cut_off = cut_off

    def send(self, frame: Frame) -> None:
        """Queue a frame. A client that does not keep up loses its connection, and nobody waits for it."""
        encoded = frame.encoded(self._version)
        if encoded is None:
            return
        try:
            self.outgoing.put_nowait(encoded)
        except asyncio.QueueFull:
            self._cut_off()

    def reply(self, to: Frame, status: str, response: Payload | None = None) -> None:
        """Answer a frame."""
        payload = {"status": status, "response": response or {}}
        self.send(Frame(to.join_ref, to.ref, to.topic, "phx_reply", payload))

    async def receive(self, data: str | bytes) -> None:
        """Do what a frame asks for. One that cannot be decoded is ignored, as by Realtime."""
        try:
            frame = decode(data, self._version)
        except FrameError as error:
            log.info("ignored a frame: %s", error)
            return
        channel = self.channels.get(frame.topic)
        if frame.topic == "phoenix":
            if frame.event == "heartbeat":
                self.reply(frame, "ok")
        elif frame.event == "phx_join" and frame.topic.startswith(PREFIX):
            if channel:
                channel.close()
            await self._join(frame)
        elif channel:
            try:
                await channel.receive(frame)
            except psycopg.Error as error:
                log.warning("%s: %s", frame.topic, error)
                channel.close("phx_error")
        elif frame.event == "phx_leave":
            self.reply(frame, "ok")
        else:
            self.reply(frame, "error", {"reason": "unmatched topic"})

    def gone(self) -> None:
        """The connection is lost: leave every room."""
        for channel in self.channels.values():
            channel.leave()

    async def _join(self, frame: Frame) -> None:
        channel = Channel(self, frame)
        try:
            await channel.join()
        except Refused as refusal:
            self.reply(frame, "error", {"reason": f"{refusal.code}: {refusal}"})
        except psycopg.Error as error:
            log.warning("%s: %s", frame.topic, error)
            reason = (
                "UnableToConnectToProject: Realtime was unable to connect to the project database"
            )
            self.reply(frame, "error", {"reason": reason})
        else:
            self.channels[frame.topic] = channel


class Channel:
    """One socket's part in one topic, from its join until either side closes it."""

    def __init__(self, socket: Socket, join: Frame) -> None:
        config = _object(join.payload.get("config"))
        broadcast, presence = _object(config.get("broadcast")), _object(config.get("presence"))
        self.socket = socket
        self.topic = join.topic.removeprefix(PREFIX)
        self.private = _is_true(config.get("private"))
        self.hears_itself = _is_true(broadcast.get("self"))
        self.presence_key = str(presence.get("key") or uuid.uuid4())
        self.readable: frozenset[str] = frozenset()  # extensions; holds until the next token
        self._join = join
        self._acknowledges = _is_true(broadcast.get("ack"))
        self._tells_when_ready = _is_true(broadcast.get("replication_ready"))
        self._asked = {"broadcast"} | ({"presence"} if _is_true(presence.get("enabled")) else set())
        self._writable: dict[str, bool] = {}  # by extension, as far as asked
        self._claims: Claims = {}
        self._token = ""
        self._timer: asyncio.TimerHandle | None = None
        self._room: Room | None = None

    async def join(self) -> None:
        """Answer ok and be in the room. Raises Refused, or psycopg.Error when the database is away."""
        project = self.socket.project
        if project.private_only and not self.private:
            raise Refused("PrivateOnly", "This project only allows private channels")
        payload = self._join.payload
        await self._admit(payload.get("user_token") or payload.get("access_token"))
        self.socket.reply(self._join, "ok", {"postgres_changes": []})
        self._room = project.rooms.enter(self)
        if self._tells_when_ready:
            self._say("ok", "Replication connection established")
        if "presence" in self.readable:
            self._push("presence_state", self._room.presence_state())

    async def receive(self, frame: Frame) -> None:
        """Do what a frame asks for; an unknown event is ignored. Raises psycopg.Error."""
        match frame.event:
            case "access_token":
                await self._renew(frame.payload.get("access_token"))
            case "broadcast":
                await self._broadcast(frame)
            case "presence":
                await self._track(frame)
            case "phx_leave":
                self.socket.reply(frame, "ok")
                self.close()

    def leave(self) -> None:
        """Be in the room no more; the client is not told."""
        if self._timer:
            self._timer.cancel()
        if self._room:
            self.socket.project.rooms.leave(self)
            self._room = None

    def close(self, event: str = "phx_close") -> None:
        """Leave and tell the client: after `phx_close` it stays away, after `phx_error` it joins again."""
        self.leave()
        if self.socket.channels.pop(self._join.topic, None):
            self._push(event, {}, self._join.ref)

    async def _admit(self, token: object) -> None:
        """Verify a token and read the policies with it. Raises Refused, then nothing has changed."""
        project = self.socket.project
        if not isinstance(token, str) or token.startswith("sb_"):
            token = self.socket.key
        claims = project.tokens.claims(token)
        readable = frozenset(self._asked)
        if self.private:
            readable = await project.authorization.readable(
                self.topic, self._asked, claims, self.socket.headers
            )
        if not readable:
            raise Refused(
                "Unauthorized",
                f"You do not have permissions to read from this Channel topic: {self.topic}",
            )
        if self.readable - readable:
            raise Refused(
                "Unauthorized",
                f"You no longer have permission to read from this Channel topic: {self.topic}",
            )
        self._token, self._claims, self.readable, self._writable = token, claims, readable, {}
        self._watch(claims)

    async def _renew(self, token: object) -> None:
        """Go on with a new token, or close: what it may no longer read it shall not hear."""
        if not isinstance(token, str) or token.startswith("sb_") or token == self._token:
            return
        if self._timer:
            self._timer.cancel()
        try:
            await self._admit(token)
        except Refused as refusal:
            self._close_because(refusal)

    def _watch(self, claims: Claims) -> None:
        """Look at the token again when it expires, and at least every five minutes."""
        delay = min(claims["exp"] - time.time(), VERIFY_EVERY_S)
        self._timer = asyncio.get_running_loop().call_later(delay, self._verify)

    def _verify(self) -> None:
        try:
            self._watch(self.socket.project.tokens.claims(self._token))
        except Refused as refusal:
            self._close_because(refusal)

    async def _broadcast(self, frame: Frame) -> None:
        """Pass a client's broadcast on, or drop it without a word if the policies do not let it send."""
        event = frame.payload.get("event")
        if not isinstance(event, str) or not is_name(event):
            return
        if not await self._may_write("broadcast") or self._room is None:
            return
        self._room.broadcast(event, frame.payload.get("payload", {}), sender=self)
        if self._acknowledges:
            self.socket.reply(frame, "ok")

    async def _track(self, frame: Frame) -> None:
        """Be present, or absent again."""
        tracked = None
        if frame.payload.get("event") == "track":
            tracked = _object(frame.payload.get("payload"))
            if not await self._may_write("presence"):
                self.socket.reply(frame, "error")
                return
        if self._room:
            self._room.track(self, tracked)
            self.socket.reply(frame, "ok")

    async def _may_write(self, extension: str) -> bool:
        """Whether the policies let this channel send; asked at the first use with each token."""
        if not self.private:
            return True
        if extension not in self._writable:
            self._writable[extension] = await self.socket.project.authorization.writable(
                self.topic, extension, self._claims, self.socket.headers
            )
        return self._writable[extension]

    def _close_because(self, refusal: Refused) -> None:
        self._say("error", str(refusal))
        self.close()

    def _say(self, status: str, message: str) -> None:
        text = {"extension": "system", "status": status, "message": message, "channel": self.topic}
        self._push("system", text)

    def _push(self, event: str, payload: Payload, ref: str | None = None) -> None:
        self.socket.send(Frame(self._join.join_ref, ref, self._join.topic, event, payload))


def _object(value: object) -> Payload:
    return value if isinstance(value, dict) else {}


def _is_true(value: object) -> bool:
    return value is True or value == "true"
