"""`make demo`: tells the story in a terminal, or with --json for machines.

It plays on a platform of its own, so a running one is not disturbed and the figures are the story's.
"""

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.cast import Chapter, Row, Scene
from demo.stage import open_stage
from demo.story import Story, tell

UPRIGHT = 6  # columns that no longer fit beside each other

out = Console(width=max(Console().width, 100) if not sys.stdout.isatty() else None)
progress = Console(stderr=True, style="dim")


def show_chapter(chapter: Chapter) -> None:
    """Print one chapter: each request, and what came of it."""
    out.print(f"\n[bold]{chapter.number}. {escape(chapter.title)}[/bold]")
    for scene in chapter.scenes:
        show_scene(scene)


def show_scene(scene: Scene) -> None:
    """Print a request with its rows, or with its refusal."""
    out.print(f"   [cyan]{escape(scene.who)}[/cyan]  {escape(scene.asks)}")
    if scene.refused:
        out.print(f"      [red]refused {escape(scene.refused)}[/red]  {escape(scene.says or '')}")
    elif scene.rows:
        out.print(table(scene.rows))
    else:
        out.print("      [dim]no rows[/dim]")


def table(rows: list[Row]) -> Table:
    """Rows as they came; money in cents stays in cents, with the amount beside it.

    A single wide row stands upright: a column a line.
    """
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    shown.add_column("     ")
    if len(rows) == 1 and len(rows[0]) >= UPRIGHT:
        shown.show_header = False
        shown.add_column(style="dim")
        shown.add_column(overflow="fold")
        for name, value in rows[0].items():
            shown.add_row(" " * 5, name, escape(cell(name, value)))
        return shown
    for name in rows[0]:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row("", *(escape(cell(name, value)) for name, value in row.items()))
    return shown


def cell(name: str, value: Any) -> str:
    """One value, as a reader takes it in."""
    if value is None:
        return "–"
    if name.endswith("_cents"):
        return f"{value} ({value / 100:,.2f})"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {cell('', part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(cell("", part) for part in value) or "nothing"
    text = str(value)
    return f"{text[:8]}…" if len(text) == 36 and text.count("-") == 4 else text


def show_sum(story: Story) -> None:
    """Close with the books, as the admin read them."""
    books = story.books
    amounts = {name: cell(name, value) for name, value in books.items()}
    out.print(
        f"\nThe platform took [bold]{amounts['gross_income_cents']}[/bold] gross,"
        f" [bold]{amounts['net_of_referral_cents']}[/bold] net of the referral;"
        f" the trial balance is {amounts['trial_balance_cents']}."
    )


def main() -> int:
    """Tell the story. Exit code 1 when it did not go as it must."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    as_json = parser.parse_args().json
    with open_stage(progress.print) as platform:
        story = tell(platform, (lambda _: None) if as_json else show_chapter)
    if as_json:
        print(json.dumps(story.as_json(), indent=2, default=str))
    else:
        show_sum(story)
    return 0


if __name__ == "__main__":
    sys.exit(main())
