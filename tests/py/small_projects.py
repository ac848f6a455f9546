"""A copy of small_project whose files a test may change."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from local.scratch import Database
from tools import migrate

SMALL = Path(__file__).parent / "small_project"
NewDatabase = Callable[[], AbstractContextManager[Database]]


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of small_project whose files a test may change."""

    root: Path

    def file(self, path: str) -> Path:
        return self.root / "supabase" / path

    def replay(self, dsn: str) -> None:
        """Write a migration of the sources as they are now, and apply it."""
        migration, _ = migrate.write(self.root, "access")
        migrate.apply(dsn, [migration])
