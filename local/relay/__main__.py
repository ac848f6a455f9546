"""`python -m local.relay`: serves the gateway on loopback until SIGTERM or SIGINT."""

import logging
import sys

from aiohttp import web

from local.relay.gateway import Config, Gateway


def main() -> None:
    """Exits 2 when configuration is missing."""
    logging.basicConfig(level=logging.WARNING, format="relay: %(message)s")
    try:
        config = Config.from_environment()
    except ValueError as error:
        sys.exit(f"relay: {error}")
    web.run_app(
        Gateway(config).application(),
        host="127.0.0.1",
        port=config.port,
        access_log=None,
        shutdown_timeout=2,  # seconds for requests under way
        print=lambda _: print(f"The gateway listens on http://127.0.0.1:{config.port}", flush=True),
    )


main()
