"""What deploy/ says is what there is: settings, commands, extras; and systemd takes the units."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

pytest.importorskip("dbos", reason="the service is not installed: pip install 'gouji[service]'")

from extractor.ask.endpoint.settings import Settings
from extractor.cli.app import app
from extractor.service.settings import ServiceSettings
from tests.served import ROOT

DEPLOY = ROOT / "deploy"
FILES = sorted(path.name for path in DEPLOY.iterdir())
UNITS = [name for name in FILES if name.endswith(".service")]
COMMANDS = {command.name for command in app.registered_commands}


@pytest.mark.parametrize("name", FILES)
def test_settings_that_are_named_exist(name: str) -> None:
    named = re.findall(r"GOUJI_(SERVICE|LLM)_([A-Z_]+)", (DEPLOY / name).read_text(encoding="utf-8"))
    assert named
    for part, setting in named:
        fields = {"SERVICE": ServiceSettings, "LLM": Settings}[part].model_fields
        assert setting.lower() in fields, f"{name}: GOUJI_{part}_{setting}"


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("NO SYSTEMD HERE: the units are not verified (install systemd)")
    text = (DEPLOY / name).read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=/opt/gouji/bin/gouji (\w+)$", text, re.MULTILINE)
    assert command in COMMANDS
    unit = tmp_path / name
    unit.write_text(text.replace("/opt/gouji/bin/gouji", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, encoding="utf-8", check=False)
    # It looks at what else there is on this machine, too: only what it says of ours counts.
    assert [line for line in done.stderr.splitlines() if name in line] == []


def test_compose_starts_what_there_is() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert set(compose["services"]) == {"database", "server", "worker"}
    for name, service in compose["services"].items():
        assert set(service.get("command", [])) <= COMMANDS, name
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
        volumes = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(compose["volumes"]), name


def test_the_image_installs_extras_that_there_are() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extras,) = re.findall(r"^ARG EXTRAS=(\S+)$", text, re.MULTILINE)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    copied = re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE)
    assert all((ROOT / path).exists() for path in copied)
