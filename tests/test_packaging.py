"""The extras and the versions that CI installs: one environment in which all pins meet."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in found}


def test_constraints_fit_what_the_extras_ask_for() -> None:
    pinned = pins()
    wanted = [Requirement(one) for extra in (PROJECT["dependencies"], *EXTRAS.values()) for one in extra]
    for one in wanted:
        name = canonicalize_name(one.name)
        if name != "gouji" and name in pinned:
            assert one.specifier.contains(pinned[name]), f"{one} is pinned to {pinned[name]}"
    # Where the pins of others meet.
    assert {"daft", "dbos", "instructor", "openai", "pyarrow", "ray"} <= pinned.keys()


def test_all_is_all_of_them() -> None:
    (all_of,) = (Requirement(one) for one in EXTRAS["all"])
    assert all_of.extras == EXTRAS.keys() - {"all", "dev"}


def test_ci_installs_these_versions() -> None:
    assert 'PIP_CONSTRAINT="$PWD/constraints.txt"' in (ROOT / ".ci" / "run").read_text("utf-8")
