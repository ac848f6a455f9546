"""What is missing is said with the way to mend it, and a killed test run harms no later one."""

import os
import queue
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local import processes, scratch
from local.home import CHECKOUT, Home
from local.progress import ticking

NOBODY_LISTENS = "http://127.0.0.1:9/"
TEST_RUN = """
from local import scratch
from local.home import Home

with scratch.clusters(Home.open()) as make:
    print(make().data, flush=True)
    input()
"""


@pytest.fixture
def fresh_clone(tmp_path: Path) -> Path:
    """What set-up reads, and nothing installed."""
    folder = tmp_path / "a clone"
    (folder / "local").mkdir(parents=True)
    for file in ("Makefile", "requirements.lock", "package-lock.json", "local/setup.py"):
        shutil.copy(CHECKOUT / file, folder / file)
    return folder


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "setup"],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_with_the_version_that_is_needed(
    fresh_clone: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("python3", *(f"python3.{minor}" for minor in range(11, 15))):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")  # none is new enough
        (programs / name).chmod(0o755)
    tried = set_up(fresh_clone, PATH=f"{programs}:/usr/bin:/bin")
    assert tried.returncode != 0
    assert "needs Python 3.11 or newer" in tried.stderr


def test_an_unreachable_package_index_is_named(fresh_clone: Path) -> None:
    tried = set_up(
        fresh_clone,
        PIP_CONFIG_FILE="/dev/null",
        PIP_INDEX_URL=NOBODY_LISTENS,
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
    )
    assert tried.returncode != 0
    assert "Is the Python package index reachable" in tried.stderr
    assert not (fresh_clone / ".venv/installed").exists()


def test_an_unreachable_npm_registry_is_named(fresh_clone: Path) -> None:
    (fresh_clone / ".venv").symlink_to(CHECKOUT / ".venv")
    shutil.copy(CHECKOUT / "package.json", fresh_clone / "package.json")
    tried = set_up(
        fresh_clone,
        NPM_CONFIG_REGISTRY=NOBODY_LISTENS,
        NPM_CONFIG_CACHE=str(fresh_clone / "cache"),
        NPM_CONFIG_FETCH_RETRIES="0",
    )
    assert tried.returncode != 0
    assert "Is the npm registry reachable" in tried.stderr
    assert not (fresh_clone / "node_modules/.installed").exists()


def test_whoever_waits_hears_every_two_seconds() -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    with ticking(said.put):
        heard = [said.get(timeout=30), said.get(timeout=30)]
    assert heard == ["… 2 s", "… 4 s"]
    assert said.empty()


def test_what_a_killed_test_run_leaves_is_removed_by_the_next() -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", TEST_RUN],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert killed.stdout is not None
    data = Path(killed.stdout.readline().strip())
    left = processes.working_in(data)
    assert left
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    with scratch.clusters(Home.open()):
        assert not any(processes.started_at(pid) for pid in left)
        assert not data.exists()
