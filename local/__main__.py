"""`python -m local run | up | stop | reset | status`: what make calls."""

import argparse
import sys

from local.cluster import ClusterError
from local.database import DatabaseError
from local.home import Home, SetupError
from local.stack import Stack
from local.supervisor import StartError


def main() -> int:
    """The command's exit code; what is wrong and mendable is said in one message."""
    parser = argparse.ArgumentParser(prog="python -m local")
    parser.add_argument("command", choices=("run", "up", "stop", "reset", "status"))
    parser.add_argument("--ready", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        stack = Stack(Home.open())
        if arguments.command == "run":
            return stack.run(arguments.ready)
        return int(getattr(stack, arguments.command)())
    except (SetupError, ClusterError, DatabaseError, StartError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
