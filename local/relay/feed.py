"""Messages that the database has committed, carried to their rooms in the order of the commits."""

import asyncio
import contextlib
import logging
import uuid

import psycopg

from local.relay.channels import Rooms

RETRY_S = 0.5
PARTITIONS_EVERY_S = 3_600

log = logging.getLogger("relay")


class Feed:
    """Hears the id of each new message and fetches its row. What is sent while it is away is lost."""

    def __init__(self, dsn: str, rooms: Rooms) -> None:
        self._dsn = dsn
        self._rooms = rooms
        self.is_listening = False

    async def run(self) -> None:
        """Listen until cancelled, and again whenever the database comes back."""
        while True:
            with contextlib.suppress(psycopg.Error):
                await self._listen()
            if self.is_listening:
                log.warning("the database is away")
                self.is_listening = False
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connect = psycopg.AsyncConnection.connect
        async with (
            await connect(self._dsn, autocommit=True) as ears,
            await connect(self._dsn, autocommit=True) as eyes,
        ):
            await ears.execute("listen realtime_messages")
            while True:
                await eyes.execute("select development.keep_message_partitions()")
                self.is_listening = True
                async for notification in ears.notifies(timeout=PARTITIONS_EVERY_S):
                    await self._deliver(eyes, notification.payload)

    async def _deliver(self, connection: psycopg.AsyncConnection, message: str) -> None:
        """Send the message with this id to its room."""
        try:
            message_id = uuid.UUID(message)
        except ValueError:  # anybody may notify
            return
        found = await connection.execute(
            "select private, topic, event, payload from realtime.messages where id = %s",
            (message_id,),
        )
        if row := await found.fetchone():
            private, topic, event, payload = row
            self._rooms.broadcast(private, topic, event, payload, {"id": str(message_id)})
