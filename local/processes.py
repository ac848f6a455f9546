"""Processes that another, perhaps killed, run of ours has left: found again by id and start time."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

HAS_PROC = Path("/proc/self").exists()


def started_at(pid: int) -> str | None:
    """What tells process `pid` from a later one with the same number, or None if there is none.

    A zombie counts as gone: nobody can talk to it any more.
    """
    if not HAS_PROC:
        seen = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        return f" {seen.stdout.strip()}" if seen.stdout.strip() else None
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    # Clock ticks from boot to the process's start.
    return None if state in "ZX" else f"{_boot()} {fields[18]}"


def working_in(folder: Path) -> list[int]:
    """Processes whose working directory is `folder`; PostgreSQL's are those of its data folder.

    Empty where the system has no /proc.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(folder):
                found.append(int(entry.name))
    return found


def wait_until_gone(pid: int, start: str, seconds: float) -> bool:
    """Whether the process with this start time ends within `seconds`."""
    deadline = time.monotonic() + seconds
    while started_at(pid) == start:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(pid: int, start: str | None, polite: int = signal.SIGTERM, seconds: float = 10) -> None:
    """End process `pid` if it still is the one that began at `start`: politely, then by force."""
    for number, patience in ((polite, seconds), (signal.SIGKILL, 5)):
        if start is None or started_at(pid) != start:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until_gone(pid, start, patience):
            return
    raise RuntimeError(f"process {pid} does not end")


def end_group(pid: int, start: str) -> bool:
    """End the process group that a process made which began at `start`; whether it was alive.

    The process itself may be gone: as long as others are in its group, no other gets its number.
    """
    if started_at(pid) not in (None, start) or start.partition(" ")[0] != _boot():
        return False
    alive = started_at(pid) == start
    end(pid, start)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for member in _group(pid):
        end(member, started_at(member))
    return alive


def _group(number: int) -> list[int]:
    """Live processes of a process group; empty where the system has no /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, group, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(group) == number and state not in "ZX":
                found.append(int(entry.name))
    return found


def _boot() -> str:
    """Which start of the machine this is; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
