"""The workflow files that a code host runs are such files: read with the host's own schema, as a package ships it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = [".github/workflows/ci.yml", ".github/workflows/digest.yml"]


@pytest.mark.parametrize("path", WORKFLOWS)
def test_a_workflow_is_one_by_its_schema(path: str) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_that_is_none_is_told_apart(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((ROOT / WORKFLOWS[0]).read_text("utf-8").replace("runs-on:", "runs-at:"), "utf-8")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(wrong)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


def test_the_host_runs_what_everybody_runs() -> None:
    loaded = yaml.safe_load((ROOT / WORKFLOWS[0]).read_text("utf-8"))
    commands = [step.get("run", "") for step in loaded["jobs"]["ci"]["steps"]]
    assert any(".ci/run" in command for command in commands)
    assert loaded["permissions"] == {"contents": "read"}


def test_the_host_runs_the_quick_tests_at_both_ends_of_what_is_allowed() -> None:
    ends = yaml.safe_load((ROOT / WORKFLOWS[0]).read_text("utf-8"))["jobs"]["ends"]
    tried = {each["target"]: each["python"] for each in ends["strategy"]["matrix"]["include"]}
    assert f'requires-python = ">={tried["test-lowest"]}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert ends["steps"][-1]["run"] == "make ${{ matrix.target }}"
    for target in tried:
        told = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert "pytest -n auto -m 'not slow'" in told
        assert ("--resolution lowest-direct" in told) is (target == "test-lowest")
