"""Where the rules lie, and the forms in them.

A form is one file `rules/forms/<id>.yaml`. A checkout has rules/ at its root, an installed package has it inside.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from extractor.errors import RulesError
from extractor.forms.model import Form
from extractor.forms.yamlfile import load_yaml

__all__ = ["load_form", "load_forms", "rules_dir"]

_PACKAGE = Path(__file__).resolve().parents[1]


def rules_dir(directory: Path | None = None) -> Path:
    """The rules directory: `directory` if given, else the package's own, else the checkout's.

    Raises RulesError where there is none.
    """
    places = (_PACKAGE / "rules", _PACKAGE.parent / "rules") if directory is None else (directory,)
    for place in places:
        if place.is_dir():
            return place
    raise RulesError(f"{places[-1]}:1: no rules here: there is no such folder")


def load_form(path: Path) -> Form:
    """The form in one file. Raises RulesError, `file:line: message`, for any mistake in it."""
    form = load_yaml(path, Form)
    if path.stem != form.id:
        raise RulesError(f"{path}:1: form '{form.id}' must be in a file of its own name, {form.id}.yaml")
    return form


def load_forms(directory: Path | None = None) -> Mapping[str, Form]:
    """Every form of a rules directory by id, in the order of the ids; read once for each directory.

    Raises RulesError for the first file with a mistake, or if there is no form at all.
    """
    return _load_forms(rules_dir(directory).resolve())


@cache
def _load_forms(directory: Path) -> Mapping[str, Form]:
    forms = [load_form(path) for path in sorted((directory / "forms").glob("*.yaml"))]
    if not forms:
        raise RulesError(f"{directory / 'forms'}:1: no form here: there is no file *.yaml in it")
    return MappingProxyType({form.id: form for form in forms})
