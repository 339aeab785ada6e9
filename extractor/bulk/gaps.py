"""What the rules left open, asked in bulk: each question once, and the files that raised it read again with the answer.

Answers go into the store that `gouji extract` uses, and from there the same way into the cells: a file is read again
with a model that knows them (filed.py). What a model is asked again, because a quote was no good, is asked in the next
turn.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extractor.ask.endpoint.cache import key_of
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.stores import open_cache
from extractor.ask.model import Question
from extractor.ask.prompt import load_prompt
from extractor.bulk.house import House
from extractor.bulk.ledger import Asked, entries_of, questions_of
from extractor.bulk.tasks import Task, Todo
from extractor.errors import BudgetError, ModelError, ModelRefusedError

if TYPE_CHECKING:
    from extractor.ask.endpoint.cache import AnswerCache
    from extractor.ask.endpoint.connect import Connection
    from extractor.bulk.run import Going

__all__ = ["Answered", "as_kept", "ask_live", "question_of", "reconcile", "renew", "store_of", "unanswered"]

_TURNS = 4
_AHEAD = 4  # questions under way for each connection: some wait for others to be limited, or retried


@dataclass(slots=True)
class Answered:
    """`questions`: different ones that were asked; `kept`: of those, known from before; `failures`: without an answer.

    `reason`: what the first failure said. `files`: read again with answers. `open`: cells' questions still unanswered.
    """

    questions: int = 0
    kept: int = 0
    failures: int = 0
    reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    files: int = 0
    open: int = 0
    written: list[str] = field(default_factory=list)


def as_kept(settings: Settings) -> Settings:
    """The settings that answers are kept by, as `connect` has them; without the key."""
    kept = settings
    if settings.weights is not None:
        from extractor.ask.endpoint import embedded

        kept = embedded.as_kept(settings, settings.weights)
    return kept.model_copy(update={"api_key": None})


@asynccontextmanager
async def store_of(settings: Settings, house: House) -> AsyncIterator["AnswerCache"]:
    """Where answers are kept: as the settings say, and where they say nowhere, in the house."""
    store = open_cache(settings.cache or str(house.state / "answers"))
    try:
        yield store
    finally:
        await store.close()


def unanswered(house: House) -> Iterator[Asked]:
    """Every question that waits for an answer, once."""
    seen: set[bytes] = set()
    for shard in house.shards():
        still_open = {key for entry in entries_of(house, shard) for key in entry.open}
        for one in questions_of(house, shard) if still_open else ():
            if one.key in still_open and (digest := bytes.fromhex(one.key)) not in seen:
                seen.add(digest)
                yield one


def question_of(asked: Asked) -> Question | None:
    """The question; None where the prompt has changed since: then it would be another."""
    prompt = load_prompt()
    return Question(prompt.text, asked.user, prompt.id, asked.retort) if asked.prompt == prompt.id else None


def ask_live(going: "Going", settings: Settings) -> Answered:
    """Asks all there is to ask, and puts the answers where they belong; again for what these bring up."""
    out = Answered()
    renew(going, settings)
    for turn in range(2, _TURNS + 2):
        total = sum(1 for _ in unanswered(going.house))
        if not total or out.reason is not None:
            break
        going.watcher.begins("asking", total)
        asyncio.run(_ask_all(going, settings, out))
        if not reconcile(going, settings, turn, out):
            break
    out.open = sum(1 for _ in unanswered(going.house))
    return out


async def _ask_all(going: "Going", settings: Settings, out: Answered) -> None:
    from extractor.ask.endpoint.connect import connect

    async with store_of(settings, going.house) as store, connect(settings, cache=store) as model:
        under_way: set[asyncio.Task[bool]] = set()
        done = 0
        try:
            for one in unanswered(going.house):
                question = question_of(one)
                if question is None:
                    continue
                under_way.add(asyncio.create_task(_ask(model, question, out)))
                if len(under_way) >= _AHEAD * settings.concurrency:
                    finished, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    done += len(finished)
                    going.watcher.at(done)
                    if not all(task.result() for task in finished):
                        break
            await asyncio.gather(*under_way)
        finally:
            for task in under_way:
                task.cancel()
        usage = model.usage
        out.questions += usage.questions
        out.kept += usage.cached
        out.prompt_tokens += usage.prompt_tokens
        out.completion_tokens += usage.completion_tokens
        if usage.cost is not None:
            out.cost = (out.cost or 0.0) + usage.cost


async def _ask(model: "Connection", question: Question, out: Answered) -> bool:
    """Whether it makes sense to ask on."""
    try:
        await model.ask(question)
    except ModelError as error:
        out.failures += 1
        out.reason = out.reason or str(error)
        return not isinstance(error, ModelRefusedError | BudgetError)
    return True


def renew(going: "Going", settings: Settings) -> None:
    """Reads again the files whose questions were meant for another model, or worded by an earlier version."""
    kept, house = as_kept(settings), going.house
    shards: dict[str, int] = {}
    for shard in house.shards():
        questions = ((one.key, question_of(one)) for one in questions_of(house, shard))
        stale = {key for key, question in questions if question is None or key_of(question, kept) != key}
        todo = tuple(Todo(entry.file) for entry in entries_of(house, shard) if not stale.isdisjoint(entry.open))
        if todo:
            house.write(house.task(shard), Task(shard, todo).to_json())
            shards[shard] = len(todo)
    going.carry_out("reading", replace(going.order, turn=1), shards)


def reconcile(going: "Going", settings: Settings, turn: int, out: Answered) -> int:
    """Reads again the files whose questions are answered by now; how many they are."""
    order = replace(going.order, turn=turn)
    shards = asyncio.run(_answered_tasks(going.house, settings))
    going.carry_out("reconciling", order, shards)
    files = sum(shards.values())
    out.files += files
    return files


async def _answered_tasks(house: House, settings: Settings) -> dict[str, int]:
    shards: dict[str, int] = {}
    async with store_of(settings, house) as store:
        for shard in house.shards():
            todo = []
            for entry in entries_of(house, shard):
                if not entry.open:
                    continue
                answers = {}
                for key in entry.asked:
                    kept = await store.get(key)
                    if kept is not None:
                        answers[key] = kept.model_dump_json()
                if any(key in answers for key in entry.open):
                    todo.append(Todo(entry.file, answers=answers))
            if todo:
                house.write(house.task(shard), Task(shard, tuple(todo)).to_json())
                shards[shard] = len(todo)
    return shards
