"""What the service is told by its environment: read once at start, then frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class MissingConfiguration(Exception):
    """The environment lacks required variables; `names` are all of them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("missing configuration: " + ", ".join(names))
        self.names = names


@dataclass(frozen=True, slots=True)
class Config:
    """The web process. Secrets stay out of its repr."""

    database_url: str = field(repr=False)
    supabase_url: str
    supabase_publishable_key: str
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    public_url: str
    stripe_connect_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_thin_secrets: tuple[str, ...] = field(default=(), repr=False)
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_api_base: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Config":
        """Read the configuration; raises MissingConfiguration naming everything that is absent.

        STRIPE_WEBHOOK_SECRETS holds several secrets, comma-separated, while one is being replaced;
        so do STRIPE_CONNECT_WEBHOOK_SECRETS and STRIPE_THIN_WEBHOOK_SECRETS of the other endpoints.
        Without STRIPE_SECRET_KEY no checkout can be started; STRIPE_API_BASE points elsewhere than
        at Stripe.
        """
        values = _required(
            environment,
            "DATABASE_URL",
            "SUPABASE_URL",
            "SUPABASE_PUBLISHABLE_KEY",
            "STRIPE_WEBHOOK_SECRETS",
            "PUBLIC_URL",
        )
        return cls(
            database_url=values["DATABASE_URL"],
            supabase_url=values["SUPABASE_URL"].rstrip("/"),
            supabase_publishable_key=values["SUPABASE_PUBLISHABLE_KEY"],
            stripe_webhook_secrets=_several(values["STRIPE_WEBHOOK_SECRETS"]),
            stripe_connect_secrets=_several(environment.get("STRIPE_CONNECT_WEBHOOK_SECRETS", "")),
            stripe_thin_secrets=_several(environment.get("STRIPE_THIN_WEBHOOK_SECRETS", "")),
            public_url=values["PUBLIC_URL"].rstrip("/"),
            stripe_secret_key=environment.get("STRIPE_SECRET_KEY", "").strip() or None,
            stripe_api_base=environment.get("STRIPE_API_BASE", "").strip() or None,
        )


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """The job worker. Its connection must be direct or in session mode: the queue uses LISTEN."""

    database_url: str = field(repr=False)
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_api_base: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "WorkerConfig":
        """Read the configuration; raises MissingConfiguration.

        Without STRIPE_SECRET_KEY no money is moved.
        """
        values = _required(environment, "WORKER_DATABASE_URL")
        return cls(
            database_url=values["WORKER_DATABASE_URL"],
            stripe_secret_key=environment.get("STRIPE_SECRET_KEY", "").strip() or None,
            stripe_api_base=environment.get("STRIPE_API_BASE", "").strip() or None,
        )


def _several(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _required(environment: Mapping[str, str], *names: str) -> dict[str, str]:
    """The stripped values of `names`; blanks and commas alone count as absent."""
    values = {name: environment.get(name, "").strip() for name in names}
    missing = [name for name, value in values.items() if not value.strip(", ")]
    if missing:
        raise MissingConfiguration(missing)
    return values
