"""Clusters that are kept under .local between runs of a benchmark, since making them takes minutes.

A cluster is known by what made it; when that changes, it is made anew.
"""

import contextlib
import fcntl
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from local.bootstrap import bootstrap_cluster
from local.cluster import Cluster
from local.home import CHECKOUT, Home
from tools import migrate


def digest(generator: Iterable[Path]) -> str:
    """Changes when the migrations do, the generator, or what a database is before both."""
    files = [
        *migrate.migrations(CHECKOUT),
        *sorted((CHECKOUT / "local/bootstrap").glob("*.sql")),
        *generator,
    ]
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()[:16]


@contextlib.contextmanager
def cluster(bench: str, name: str, settings: Mapping[str, str], needed: int) -> Iterator[Cluster]:
    """The started cluster `name` of a benchmark, for a `with` block; its others are removed.

    `needed` are the bytes that a new one will take. Raises SystemExit, in words, where the disk is
    too small or another run holds it.
    """
    home = Home.open()
    folder = home.place / bench
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as ending:
        lock = ending.enter_context((folder / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"Another run holds {folder}.") from None
        for other in folder.glob("*/"):
            if other.name != name:
                Cluster(home, other, port=0, settings={}).remove()
        if not (folder / name).exists():
            require_space(folder, needed)
        made = Cluster.open(home, f"{bench}/{name}", settings=settings)
        ending.callback(made.stop)
        made.start()
        bootstrap_cluster(made)
        yield made


def require_space(folder: Path, needed: int) -> None:
    """SystemExit if so many bytes are not free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SystemExit(
            f"This world needs {needed / 1e9:.1f} GB under {folder}, where {free / 1e9:.1f} GB are "
            "free. Make room, or ask for a smaller one."
        )
