"""What the README and DECISIONS.md say can be typed, opened and configured is there."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest

from backend.config import Config, MissingConfiguration, WorkerConfig
from local.scratch import Database
from tools import migrate

ROOT = migrate.ROOT
DOCUMENTS = ("README.md", "DECISIONS.md")
README = (ROOT / "README.md").read_text()
DEPLOYMENT = README.partition("\n## Deploy")[2]
CODE = re.compile(r"```\w*\n([^`]*)```|^ {4}(\S[^\n]*)$|`([^`\n]+)`", re.MULTILINE)
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".local"}


def code(document: str) -> list[str]:
    """Every piece of code in a document: blocks, indented lines, words between backticks."""
    return ["".join(found) for found in CODE.findall((ROOT / document).read_text())]


def anchors(document: Path) -> set[str]:
    """Where a link may lead inside a document, by its headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for text in code(document) for name in re.findall(r"\bmake ([\w-]+)", text)}
    assert named - targets == set()
    assert "demo" in named


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_named_exists(document: str) -> None:
    words = {word.rstrip(".,;:") for text in code(document) for word in text.split()}
    paths = {word for word in words if word.partition("/")[0] in FOLDERS and "/" in word}
    paths |= {word for word in words if re.fullmatch(r"[\w-]+\.(?:md|toml|json)", word)}
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert paths


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", (ROOT / document).read_text()):
        path, _, anchor = link.partition("#")
        target = ROOT / (path or document)
        if not link.startswith("https://") and (
            not target.exists() or (anchor and anchor not in anchors(target))
        ):
            broken.append(link)
    assert broken == []


def test_the_commands_of_a_policy_change_work() -> None:
    migrating = re.search(r"python -m (tools\.migrate write) (\w+)`", README)
    testing = re.search(r"python -m (pytest tests/sql/\S+\.sql)`", README)
    assert migrating and testing
    for arguments in ([*migrating[1].split(), "--help"], [*testing[1].split(), "--collect-only"]):
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_of_a_deployment_are_there() -> None:
    scripts = Path(sys.executable).parent
    for command in ("npx", "gunicorn", "python"):
        assert f"{command} " in DEPLOYMENT
        assert shutil.which(command, path=str(scripts))
    for module in re.findall(r"python -m ([\w.]+)", DEPLOYMENT):
        path = ROOT / module.replace(".", "/")
        assert module == "pytest" or path.is_dir() or path.with_suffix(".py").is_file()


def test_the_variables_named_are_those_that_are_read() -> None:
    class Asked(dict[str, str]):
        """An environment that has everything, and remembers what it was asked for."""

        def get(self, name: str, default: object = None) -> str:
            self[name] = "1"
            return "1"

    asked = Asked()
    Config.from_environment(asked)
    WorkerConfig.from_environment(asked)
    service = DEPLOYMENT.partition("**Service.**")[2].partition("**Stripe.**")[0]
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", service)) == set(asked)

    optional = set(re.findall(r"^\| `(\w+)` \| optional", service, re.MULTILINE))
    with pytest.raises(MissingConfiguration) as missing:
        Config.from_environment({})
    assert {*missing.value.names, *optional, "WORKER_DATABASE_URL"} == set(asked)


def test_the_client_tests_read_the_variables_that_the_readme_sets() -> None:
    command = README.rpartition("```sh")[2]
    readers = (ROOT / "tests/py/client/conftest.py", ROOT / "seed/__main__.py")
    read = {
        name
        for reader in readers
        for name in re.findall(r'os\.environ\["(\w+)"\]', reader.read_text())
    }
    assert set(re.findall(r"\b([A-Z_]+)=", command)) == read


def test_the_event_types_named_are_those_that_are_applied() -> None:
    source = (ROOT / "supabase/functions/record_stripe_event.sql").read_text()
    for endpoint, constant in (
        ("/stripe/webhook", "handled"),
        ("/stripe/webhook/connect", "handled_of_accounts"),
    ):
        [row] = re.findall(rf"^\| `{endpoint}` \| (.*) \|$", DEPLOYMENT, re.MULTILINE)
        handled = source.partition(f"{constant} constant")[2].partition("];")[0]
        assert re.findall(r"`([\w.]+)`", row) == re.findall(r"'([\w.]+)'", handled)


def test_the_settings_named_are_those_of_the_local_stack() -> None:
    config = tomllib.loads((ROOT / "supabase/config.toml").read_text())
    assert f"expire after {config['auth']['jwt_expiry']} seconds" in DEPLOYMENT
    assert config["api"]["schemas"] == ["api"]


@pytest.mark.attack(91)
def test_anonymous_sign_ins_are_switched_off() -> None:
    config = tomllib.loads((ROOT / "supabase/config.toml").read_text())
    assert config["auth"]["enable_anonymous_sign_ins"] is False


def test_the_statements_of_a_deployment_run(database: Database) -> None:
    statements = DEPLOYMENT.partition("```sql\n")[2].partition("```")[0]
    with psycopg.connect(database.dsn()) as connection:
        connection.execute(
            "update app.people set persona = 'customer'"
        )  # as before the first admin
        connection.execute(
            statements.replace("first_admin('…')", "first_admin('ada@example.test')").encode()
        )
        connection.rollback()  # roles belong to the whole cluster
