"""Milliseconds from a message to the other party's socket: 25 conversations, 50 messages a second, supabase-js.

A platform of its own, with the PostgreSQL settings of `make run`. An insert counts from the start of
its transaction, by the database's clock. Exit code 1 when a target is missed.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jwt
import psycopg
from rich.console import Console
from rich.table import Table

from local import scratch
from local.home import Home
from local.progress import ticking
from local.services import NODE
from local.stack import SETTINGS
from tools import migrate

FOLDER = Path(__file__).parent
RATE = 50  # messages a second
WARM_UP_S = 5  # connections are made, functions compiled; sent and counted, but not timed
P50_MS, P99_MS = 25, 100


def build(database: scratch.Database) -> list[dict[str, str]]:
    """Bring the database to today's migrations; 25 conversations: their ids, topics and parties."""
    migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
    with psycopg.connect(database.dsn()) as connection:
        connection.execute((FOLDER / "chat.sql").read_bytes())
        found = connection.execute(
            """
            select c.thread_id::text, t.topic, c.customer_id::text, c.mechanic_id::text
            from pg_temp.conversations as c
            inner join app.threads as t on c.thread_id = t.id
            """
        )
        names = ("id", "topic", "customer", "mechanic")
        return [dict(zip(names, row, strict=True)) for row in found]


def measure(
    platform: scratch.Platform, conversations: list[dict[str, str]], seconds: float, floods: int = 0
) -> dict[str, Any]:
    """What bench/chat.mjs saw."""

    def token(persona: str, person_id: str) -> str:
        claims = {
            "sub": person_id,
            "role": persona,
            "aud": "authenticated",
            "exp": int(time.time()) + 3600,
        }
        return jwt.encode(claims, platform.keys.jwt_secret, "HS256")

    said = {
        "url": platform.url,
        "key": platform.publishable_key,
        "warm_up": WARM_UP_S,
        "seconds": seconds,
        "rate": RATE,
        "floods": floods,
        "threads": [
            talk | {persona: token(persona, talk[persona]) for persona in ("customer", "mechanic")}
            for talk in conversations
        ],
    }
    seen = subprocess.run(
        [str(NODE), str(FOLDER / "chat.mjs")],
        input=json.dumps(said),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(seen.stdout))


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed; infinite if there is none."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else math.inf


class Report:
    """A table of figures beside their targets."""

    def __init__(self) -> None:
        self.is_met = True
        self.table = Table("figure", "measured", "target", "met", title="chat")
        for column in self.table.columns[1:3]:
            column.justify = "right"

    def add(self, figure: str, measured: str, target: str = "", is_met: bool = True) -> None:
        self.is_met &= is_met
        met = ("[green]yes" if is_met else "[red]no") if target else ""
        self.table.add_row(figure, measured, target, met)

    def add_run(self, name: str, seen: dict[str, Any]) -> None:
        """Delivery of one run: nothing lost, and how fast."""
        insert = [of_insert for of_insert, _ in seen["delays"]]
        call = [of_call for _, of_call in seen["delays"]]
        count = f"{seen['arrived']} of {seen['sent']}"
        self.add(f"{name}: delivered", count, "all", seen["arrived"] == seen["sent"])
        for code, times in Counter(seen["refused"]).most_common():
            self.add(f"{name}: refused {code}", str(times), "0", False)
        for percent, target in ((50, P50_MS), (99, P99_MS)):
            figure = percentile(insert, percent)
            self.add(
                f"{name}: insert to socket p{percent}",
                f"{figure:.1f} ms",
                f"≤ {target} ms",
                figure <= target,
            )
        self.add(f"{name}: call to socket p50", f"{percentile(call, 50):.1f} ms")
        self.add(f"{name}: call to socket p99", f"{percentile(call, 99):.1f} ms")


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of even load (default 60)")
    parser.add_argument("--flood-seconds", type=int, default=15, help="beside a flood (default 15)")
    arguments = parser.parse_args()
    console = Console()
    report = Report()
    with scratch.clusters(Home.open()) as make, ticking(console.print):
        console.print("Building a platform with 25 conversations.")
        database = scratch.create_database(make(SETTINGS), "chat")
        conversations = build(database)
        with scratch.platform(database) as platform:
            console.print(f"{RATE} messages a second for {arguments.seconds} s.")
            report.add_run("even load", measure(platform, conversations, arguments.seconds))
            with psycopg.connect(database.dsn()) as connection:
                connection.execute("delete from app.limit_uses")
            console.print(f"The same beside a flooding customer for {arguments.flood_seconds} s.")
            seen = measure(platform, conversations, arguments.flood_seconds, floods=4)
    report.add_run("beside a flood", seen)
    flood = seen["flood"]
    limited = flood["limited"] > 0 and not flood["other"]
    report.add(
        "flooding customer: let through, PT429",
        f"{flood['sent']}, {flood['limited']}",
        "90 a minute",
        limited and flood["sent"] <= 90,
    )
    console.print(report.table)
    return 0 if report.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
