"""What a plan must not hold: a large table read whole, a function of ours called for each row."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

LARGE = 10_000  # rows
COLLECTORS = ("Sort", "Hash", "Aggregate", "Materialize", "Gather Merge")
OURS = re.compile(r"\b(?:app|api|backend)\.\w+\(")

Node = dict[str, Any]


def explain(connection: psycopg.Connection, query: str) -> Node:
    """The plan of `query` for the connection's present role; it is not run."""
    # Functions of a schema that is not on the path are named with it.
    connection.execute("set local search_path = ''")
    answer = connection.execute(f"explain (format json, verbose) {query}".encode()).fetchone()
    assert answer is not None
    root: Node = answer[0][0]["Plan"]
    return root


def large_tables(connection: psycopg.Connection, rows: int = LARGE) -> set[str]:
    """Tables of ours with more than `rows` rows, by the planner's count. Asked as the owner."""
    found = connection.execute(
        "select format('app.%%s', relname) from pg_catalog.pg_class"
        " where relnamespace = 'app'::regnamespace and relkind = 'r' and reltuples > %s",
        (rows,),
    )
    return {name for (name,) in found}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands in its plan."""

    is_repeated: bool = False  # run for each row of another
    stops_early: bool = False  # a limit above ends it, and nothing between wants all rows first

    def of(self, child: Node, parent: Node) -> "Place":
        relationship = child["Parent Relationship"]
        if relationship == "InitPlan":
            return Place()
        return Place(
            self.is_repeated or relationship == "SubPlan",
            parent["Node Type"] == "Limit"
            or (self.stops_early and parent["Node Type"] not in COLLECTORS),
        )


def nodes(root: Node) -> Iterator[tuple[Node, Place]]:
    """Every node of a plan and its place."""
    stack = [(root, Place())]
    while stack:
        node, place = stack.pop()
        yield node, place
        stack += [(child, place.of(child, node)) for child in node.get("Plans", [])]


def findings(root: Node, large: Collection[str]) -> list[str]:
    """What is wrong with a plan, in words; `large` are the tables that are not to be read whole."""
    found = []
    for node, place in nodes(root):
        table = f"{node.get('Schema')}.{node.get('Relation Name')}"
        if table in large:
            if node["Node Type"] == "Seq Scan":
                found.append(f"sequential scan of {table}")
            elif not (node.keys() & {"Index Cond", "Recheck Cond"} or place.stops_early):
                found.append(f"all of {table} by an index")
        # A Result without a source is one row: an InitPlan, or a view that reads no table.
        if node["Node Type"] == "Result" and "Plans" not in node and not place.is_repeated:
            continue
        for field, text in expressions(node):
            found += [f"{call}…) in {field} of {node['Node Type']}" for call in OURS.findall(text)]
    return found


def expressions(node: Node) -> Iterator[tuple[str, str]]:
    """Everything that a node computes, by the name of the field."""
    for field, value in node.items():
        if field == "Plans":
            continue
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield field, text
