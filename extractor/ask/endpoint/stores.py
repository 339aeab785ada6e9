"""Which store of answers the settings name. A store is imported where it is used: most runs need none, or one."""

from pathlib import Path

from extractor.ask.endpoint.cache import AnswerCache, NoAnswers

__all__ = ["open_cache"]


def open_cache(setting: str | None) -> AnswerCache:
    """The store that the setting names: a folder, postgresql://…, or none. Raises UsageError."""
    if setting is None:
        return NoAnswers()
    if setting.startswith(("postgresql://", "postgres://")):
        from extractor.ask.endpoint.postgres import PostgresAnswers

        return PostgresAnswers(setting)
    from extractor.ask.endpoint.disk import DiskAnswers

    return DiskAnswers(Path(setting).expanduser())
