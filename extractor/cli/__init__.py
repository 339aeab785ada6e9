"""The `gouji` command. Nothing heavy is imported until a command needs it: `--help` and completion stay instant."""

__all__ = ["main"]


def main() -> None:
    """Entry point of the `gouji` script."""
    from extractor.cli.app import run

    run()
