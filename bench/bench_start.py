"""`make bench-start`: seconds from `make run` until a signed-in mechanic reads the workshop directory.

The first start and five warm ones, in a copy of the checkout whose packages are installed; exit code
1 when a target is missed. A running stack is left alone, but takes its share of the processors.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from local.progress import ticking
from local.scratch import copy_checkout

WARM_STARTS = 5
WARM_TARGET_S = 6.0  # median
FIRST_TARGET_S = 20.0
PATIENCE_S = 120.0


def start(checkout: Path) -> float:
    """Run `make run`, ask until the directory answers, end it; seconds from the one to the other."""
    begin = time.monotonic()
    with subprocess.Popen(
        ["make", "run"],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            while not directory_answers(checkout):
                assert running.poll() is None, "the stack does not start: see `make run`"
                assert time.monotonic() - begin < PATIENCE_S, "no answer"
                time.sleep(0.05)
            return time.monotonic() - begin
        finally:
            os.killpg(running.pid, signal.SIGINT)


def directory_answers(checkout: Path) -> bool:
    """Whether a signed-in mechanic gets the workshops now."""
    file = checkout / ".local/stack.json"
    described = json.loads(file.read_text()) if file.is_file() else {}
    login = described.get("logins", {}).get("mechanic")
    if not login:
        return False
    with httpx.Client(
        base_url=described["supabase_url"], headers={"apikey": described["publishable_key"]}
    ) as client:
        try:
            answer = client.post("/auth/v1/token?grant_type=password", json=login)
            if answer.status_code != httpx.codes.OK:
                return False
            token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            directory = client.get("/rest/v1/workshops", headers=token | {"Accept-Profile": "api"})
            return directory.status_code == httpx.codes.OK and bool(directory.json())
        except httpx.TransportError:
            return False


def report(figure: str, seconds: float, target: float) -> bool:
    """Print a row; whether the target is met."""
    met = seconds <= target
    print(f"{figure:<34}{seconds:8.2f} s{target:8.1f} s  {'yes' if met else 'NO'}")
    return met


def main() -> int:
    """1 when a target is missed."""
    starts = []
    with tempfile.TemporaryDirectory() as folder, ticking(print):
        checkout = Path(folder) / "checkout"
        copy_checkout(checkout)
        try:
            for number in range(1 + WARM_STARTS):
                starts.append(start(checkout))
                print(f"start {number + 1}: {starts[-1]:.2f} s", flush=True)
        finally:
            subprocess.run(["make", "--silent", "reset"], cwd=checkout, check=True)
    print(f"\n{'figure':<34}{'measured':>10}{'target':>10}  met")
    met = [
        report("first start", starts[0], FIRST_TARGET_S),
        report("warm start, median of 5", statistics.median(starts[1:]), WARM_TARGET_S),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
