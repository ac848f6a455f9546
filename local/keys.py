"""Secrets of one installation: made up once, kept in a file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs tokens and tells callers apart. Nothing here is valid anywhere else."""

    jwt_secret: str
    publishable_key: str
    secret_key: str
    stripe_webhook_secret: str
    seed_password: str  # of every login of the seed world

    @classmethod
    def new(cls) -> "Keys":
        return cls(
            jwt_secret=secrets.token_urlsafe(48),
            publishable_key=f"sb_publishable_{secrets.token_urlsafe(24)}",
            secret_key=f"sb_secret_{secrets.token_urlsafe(24)}",
            stripe_webhook_secret=f"whsec_{secrets.token_urlsafe(24)}",
            seed_password=secrets.token_urlsafe(12),
        )

    @classmethod
    def open(cls, folder: Path) -> "Keys":
        """The keys in `folder`, made if there are none."""
        file = folder / "keys.json"
        if not file.is_file():
            write_private(file, json.dumps(asdict(cls.new())))
        return cls(**json.loads(file.read_text()))


def private(path: str | Path, flags: int) -> int:
    """An opener for `open`: the file, if it is new, is readable by its owner alone."""
    return os.open(path, flags, 0o600)


def write_private(file: Path, text: str) -> None:
    """Replace `file` at once; only its owner may read it."""
    making = file.with_name(f"{file.name}.{os.getpid()}")
    with open(making, "w", opener=private) as out:
        out.write(text)
    making.replace(file)
