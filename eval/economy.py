"""python -m eval.economy: tokens that are sent for reports, against sending each whole and asking for its whole form.

Counted with the tokenizer of a llama.cpp server (--tokenizer URL, as `local-llm serve` runs one), else estimated.
"""

import argparse
import json
import urllib.request
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from eval.freetext import free_report
from eval.render import Case, make_case
from extractor.ask.endpoint.limits import estimate_tokens
from extractor.ask.prompt import load_prompt, question
from extractor.pipeline import draft
from extractor.read import read

__all__ = ["main"]

Count = Callable[[str], int]


def _tokenizer(url: str) -> Count:
    def count(text: str) -> int:
        body = json.dumps({"content": text}).encode()
        request = urllib.request.Request(f"{url}/tokenize", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return len(json.load(answer)["tokens"])

    return count


def _sent(data: bytes, name: str, count: Count) -> tuple[int, int, int]:
    """Tokens that we would send, in how many questions, and tokens of the whole text with the whole form."""
    first = draft(read(data, name=name))
    passages, _ = first.questions()
    ours = 0
    for passage in passages:
        asked = question(passage.text, [(f"q{at}", subject.asks) for at, (_, subject) in enumerate(passage.cells, 1)])
        ours += count(asked.system) + count(asked.user)
    whole = count(load_prompt().text) + count(first.document.text) + count("\n".join(first.form.cells))
    return ours, len(passages), whole


def _reports(count: int) -> Iterable[tuple[str, list[tuple[bytes, str]]]]:
    def made(layout: str, *mess: str) -> list[tuple[bytes, str]]:
        cases = (make_case(Case("ogi-2021", layout, seed, mess, 0.15)) for seed in range(count))
        return [(one.data, one.name) for one in cases]

    yield "clean page", made("html-cms")
    yield "text with rows lost", made("tab", "rows-dropped")
    yield "glued text", made("glued")
    yield "no tables, known words", made("prose")
    yield "no tables, other words", [(free_report(seed)[0], "report.txt") for seed in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.economy", description=__doc__)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--tokenizer", help="address of a llama.cpp server, without /v1")
    arguments = parser.parse_args()
    count = _tokenizer(arguments.tokenizer) if arguments.tokenizer else estimate_tokens
    table = Table(title="tokens sent a report" + ("" if arguments.tokenizer else " (estimated)"), title_justify="left")
    for head in ("reports", "questions", "tokens", "whole report, whole form", "share"):
        table.add_column(head, justify="left" if head == "reports" else "right")
    for name, reports in _reports(arguments.n):
        sums = [sum(values) for values in zip(*(_sent(*one, count) for one in reports), strict=True)]
        ours, asked, whole = (value / len(reports) for value in sums)
        table.add_row(name, f"{asked:.1f}", f"{ours:.0f}", f"{whole:.0f}", f"{100 * ours / whole:.1f} %")
    Console(width=110).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
