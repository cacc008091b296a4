"""What deploy/ holds is consistent: no Docker and no cluster run it here, but nothing in it names what is not there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest_assets.cli import app
from digest_assets.config import CONFIG_VARIABLE, load_settings
from digest_assets.store.lake import LakeStore
from digest_assets.store.opening import open_store

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = DEPLOY / "compose"
FROM_THE_SHELL = {"DIGEST_STORE_PASSWORD"}


def variables(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def named(value: Any) -> set[str]:
    """Every variable that `{env: NAME}` names, at any depth."""
    if isinstance(value, dict):
        own = {value["env"]} if set(value) == {"env"} else set()
        return own.union(*map(named, value.values()))
    return set().union(*map(named, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("name", ["dagster.yaml", "dagster_celery_config.py", "workspace.yaml"])
def test_every_variable_that_dagster_and_celery_read_is_set_by_compose(name: str) -> None:
    text = (COMPOSE / name).read_text("utf-8")
    wanted = named(yaml.safe_load(text)) if name.endswith(".yaml") else set(re.findall(r'environ\["(\w+)"\]', text))
    assert wanted
    assert wanted <= set(variables((COMPOSE / "digest.env").read_text("utf-8"))) | FROM_THE_SHELL


def test_compose_starts_programs_with_files_that_the_image_has() -> None:
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))["services"]
    image = (COMPOSE / "Dockerfile").read_text("utf-8")
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        for word in service.get("command", ()):
            assert not word.endswith(".yaml") or word in image
    for source in re.findall(r"deploy/compose/(\S+)", image.split("FROM")[1]):
        assert (COMPOSE / source).is_file()
    assert services["worker"]["deploy"]["replicas"] == most_runs_at_once()


def most_runs_at_once() -> int:
    instance = yaml.safe_load((COMPOSE / "dagster.yaml").read_text("utf-8"))
    return int(instance["concurrency"]["runs"]["max_concurrent_runs"])


@pytest.mark.parametrize("kind", ["compose", "helm"])
def test_the_settings_are_settings_and_name_a_lake(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "compose":
        given = variables((COMPOSE / "digest.env").read_text("utf-8"))
    else:
        values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text("utf-8"))
        given = values["dagster-user-deployments"]["deployments"][0]["env"]
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "digest.toml").write_text("")
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "digest.toml"))
    store = open_store(load_settings())
    assert isinstance(store, LakeStore)
    assert not store.address.in_bucket
    for folder in ("LAKE", "POSTS", "SITE"):
        assert any(value.startswith("/srv/digest/") and folder.lower() in value for value in given.values())


def test_the_chart_has_the_version_of_dagster_that_was_tested() -> None:
    """Its webserver and daemon are images of that version, and talk to ours."""
    said = re.search(r"--version (\S+)", (DEPLOY / "helm" / "values.yaml").read_text("utf-8"))
    tested = re.search(r"^dagster==(\S+)$", (DEPLOY.parent / "constraints.txt").read_text("utf-8"), re.M)
    assert said
    assert tested
    assert said[1] == tested[1]


def test_pods_can_write_what_the_image_s_user_writes() -> None:
    """A new volume belongs to root: both the code server and each run get the user's group on it."""
    values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text("utf-8"))
    (user,) = re.findall(r"useradd .*?--uid (\d+)", (COMPOSE / "Dockerfile").read_text("utf-8").replace("\\\n", " "))
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    for context in (
        values["dagster-user-deployments"]["deployments"][0]["podSecurityContext"],
        launcher["runK8sConfig"]["podSpecConfig"]["securityContext"],
    ):
        assert context["fsGroup"] == int(user)


def test_no_password_stands_in_any_file() -> None:
    for path in DEPLOY.rglob("*.*"):
        for line in path.read_text("utf-8").splitlines():
            assert not re.search(r"(password|secret|key)\w*\s*[:=]\s*['\"]?[A-Za-z0-9]{8,}['\"]?$", line, re.I) or (
                "digest-assets" in line or "{" in line
            ), f"{path}: {line}"


@pytest.mark.slow
def test_a_worker_is_celery_itself_with_our_settings() -> None:
    """A program that starts celery and passes no signal on makes each stop a kill, a minute late."""
    start = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))["services"]["worker"]["command"]
    assert start[:2] == ["celery", "-A"]
    show = f"from {start[2]} import app; c = app.conf; print(c.broker_url, c.result_backend, c.worker_concurrency)"
    said = subprocess.run(
        [sys.executable, "-c", show],
        cwd=COMPOSE,
        env={**os.environ, "DIGEST_REDIS_URL": "redis://redis.example.org/0", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert said.stdout.split() == ["redis://redis.example.org/0"] * 2 + ["1"], said.stderr


def test_the_image_is_built_from_files_that_the_build_is_given() -> None:
    image = (COMPOSE / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    given = {line[1:] for line in (DEPLOY.parent / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
    sources = [each for copy in re.findall(r"^COPY (.*)$", image, re.M) for each in copy.split()[:-1]]
    assert sources
    for each in sources:
        assert each.startswith("--") or any(f"{each}/".startswith(f"{folder}/") for folder in given), each


SYSTEMD = DEPLOY / "systemd"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in SYSTEMD.iterdir():
        text = unit.read_text("utf-8").replace("/opt/digest-assets/bin/digest", sys.executable)
        (tmp_path / unit.name).write_text(
            text.replace("User=digest", "User=daemon").replace("/srv/digest", "/tmp"), "utf-8"
        )
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_units_name_commands_that_there_are() -> None:
    for unit in SYSTEMD.glob("*.service"):
        (command,) = re.findall(r"^ExecStart=\S+/digest (\w+)$", unit.read_text("utf-8"), re.MULTILINE)
        assert command in {each.callback.__name__ for each in app.registered_commands if each.callback}
