"""A YAML file read into a pydantic model, with every mistake reported by file and line.

`load_yaml(path, Model)` is all that a caller needs. A model's own validators may raise `MisplacedError` instead of a
plain ValueError, to say which key below the validated mapping is at fault.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from extractor.errors import RulesError

try:  # libyaml is about eight times faster; every wheel of PyYAML has it, not every build from source
    from yaml import CSafeLoader as _Base
except ImportError:
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

__all__ = ["MisplacedError", "load_yaml"]

Model = TypeVar("Model", bound=BaseModel)
Where = tuple[str | int, ...]


class _Loader(_Base):
    """Leaves dates as text: an impossible one (2021-13-45) would otherwise raise without saying where it stands."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in _Base.yaml_implicit_resolvers.items()
}


class MisplacedError(ValueError):
    """A model validator's complaint about the value at `where`: keys and indices below the model being validated."""

    def __init__(self, message: str, *where: str | int) -> None:
        super().__init__(message)
        self.where: Where = where


def load_yaml(path: Path, model: type[Model]) -> Model:
    """The file as an instance of `model`.

    Raises RulesError, one `file:line: message` a line, for anything wrong with the file: unreadable, not UTF-8, not
    YAML, a key twice, or not what the model wants.
    """
    text = _decoded(path)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise RulesError(f"{path}:1: the file is empty")
        repeated = [_at(path, key, f"key '{key.value}' stands twice in the same place") for key in _repeated_keys(node)]
        if repeated:
            raise RulesError("\n".join(repeated))
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise RulesError(f"{path}:{line}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RulesError(f"{path}:1: not valid YAML: {error}") from error
    finally:
        loader.dispose()
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = sorted({_explained(node, details) for details in _causes(error)})
        raise RulesError("\n".join(f"{path}:{line}: {message}" for line, message in found)) from error


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RulesError(f"{path}:1: cannot be read: {error.strerror}") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RulesError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from error
    control = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise RulesError(f"{path}:{line}: control character U+{ord(control[0]):04X}")
    return text


def _at(path: Path, node: yaml.Node, message: str) -> str:
    return f"{path}:{_line(node)}: {message}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    """`node` and all below it in file order, a node with aliases once."""
    seen: set[int] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, yaml.MappingNode):
            stack.extend(part for pair in reversed(one.value) for part in reversed(pair))
        elif isinstance(one, yaml.SequenceNode):
            stack.extend(reversed(one.value))


def _repeated_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    for one in _nodes(node):
        if isinstance(one, yaml.MappingNode):
            seen: set[str] = set()
            for key, _ in one.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        yield key
                    seen.add(key.value)


def _causes(error: ValidationError) -> list[ErrorDetails]:
    """The errors without those that only follow from one further down: a list "too short" for want of its bad item."""
    errors = error.errors(include_url=False)
    above = {details["loc"][:depth] for details in errors for depth in range(len(details["loc"]))}
    return [details for details in errors if details["loc"] not in above]


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value that `part` leads to, twice the item for a list; None where there is no such thing."""
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return key, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item
    return None


def _explained(root: yaml.Node, details: ErrorDetails) -> tuple[int, str]:
    """Line and message for one of pydantic's errors."""
    raised = details.get("ctx", {}).get("error")
    where: Where = details["loc"]
    if isinstance(raised, MisplacedError):
        where += raised.where
    node, key, path = root, root, ""
    for part in where:
        step = _step(node, part)
        if step is None:  # a missing key, or a name that pydantic puts in for the branch of a union
            continue
        key, node = step
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    last = where[-1] if where else ""
    match details["type"]:
        case "missing":
            return _line(key), f"{path or 'the file'} lacks the key '{last}'"
        case "extra_forbidden":
            return _line(key), f"unknown key '{last}'"
        case "value_error":
            if not isinstance(raised, MisplacedError):
                key = _named(node, str(raised)) or key
            return _line(key), str(raised)
        case _:
            given = f", not {node.value!r}" if isinstance(node, yaml.ScalarNode) else ""
            return _line(node), f"{path or 'the file'}: {details['msg']}{given}"


def _named(node: yaml.Node, message: str) -> yaml.Node | None:
    """Where the last thing that a message quotes stands in the file: a validator names what it complains of."""
    for name in reversed(re.findall(r"'([^']+)'", message)):
        hits = [one for one in _nodes(node) if isinstance(one, yaml.ScalarNode) and one.value == name]
        if hits:
            return hits[-1]
    return None
