"""The whole authorization surface of a database, as mutants."""

import re

import psycopg

from tools.mutation import by_hand, functions, policies, relations, surroundings
from tools.mutation.mutant import Mutant, numbered

WORD = re.compile(r"'(\w+)'::text")


def all_mutants(connection: psycopg.Connection) -> list[Mutant]:
    """Every mutant of the database, with names that are its own."""
    statuses = machines(connection)
    found = [
        *policies.mutants(connection, statuses),
        *relations.mutants(connection),
        *functions.mutants(connection, statuses),
        *surroundings.mutants(connection),
        *by_hand.MUTANTS,
    ]
    return list(numbered(found))


def machines(connection: psycopg.Connection) -> list[list[str]]:
    """The statuses of each state machine, in the order of its check."""
    rows = connection.execute(
        """
        select pg_get_constraintdef(k.oid)
        from pg_constraint as k
        inner join pg_attribute as a on k.conrelid = a.attrelid and a.attnum = any(k.conkey)
        where k.contype = 'c'
            and a.attname in ('status', 'state')
            and cardinality(k.conkey) = 1
            and k.connamespace = 'app'::regnamespace
        order by k.conrelid::regclass::text
        """
    )
    return [WORD.findall(text) for (text,) in rows]
