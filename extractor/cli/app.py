"""The command tree: which commands there are. What they do lies in the modules beside this one."""

import sys
from typing import Annotated

import typer

from extractor.cli.audit import audit
from extractor.cli.audit_log import audit_log
from extractor.cli.batch import batch_app
from extractor.cli.bulk import bulk
from extractor.cli.cache import cache_app
from extractor.cli.deliver import codebook, deliver, schema
from extractor.cli.doctor import doctor
from extractor.cli.document import text
from extractor.cli.evaluate import eval_app
from extractor.cli.explain import explain
from extractor.cli.extract import extract
from extractor.cli.forms import forms_app
from extractor.cli.guard import INTERRUPTED
from extractor.cli.keys import keys_app
from extractor.cli.label import label
from extractor.cli.llm import llm_app
from extractor.cli.panel import panel
from extractor.cli.review import review
from extractor.cli.serve import config_command, serve, worker
from extractor.cli.webhook_secret import webhook_secret

__all__ = ["app", "run"]

app = typer.Typer(
    name="gouji",
    no_args_is_help=True,
    add_completion=False,
    # Plain help: rich would cost three times what the rest of `--help` takes.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("extract", short_help="Extract checked, sourced figures from reports.")(extract)
app.command("bulk", short_help="Extract any number of reports into tables.")(bulk)
app.command("audit", short_help="Check reports of several years against each other.")(audit)
app.command("deliver", short_help="Turn results into Parquet, CSV, workbooks, DuckDB.")(deliver)
app.command("panel", short_help="Put bodies and years side by side, editions made comparable.")(panel)
app.command("codebook", short_help="Write what every table, field and identity means.")(codebook)
app.command("schema", short_help="Write the JSON Schema of a report.")(schema)
app.command("explain", short_help="Show why a cell holds what it holds.")(explain)
app.add_typer(forms_app, name="forms")
app.command("label", short_help="Start a label file for a report, or compare two.")(label)
app.add_typer(eval_app, name="eval")
app.command("review", short_help="Look at results beside their sources, and decide.")(review)
app.command("doctor", short_help="Examine the language model that is set up.")(doctor)
app.add_typer(llm_app, name="llm")
app.add_typer(cache_app, name="cache")
app.command("serve", short_help="Serve the HTTP API: documents and batches.")(serve)
app.command("worker", short_help="Work on the batches of a service.")(worker)
app.add_typer(batch_app, name="batch")
app.add_typer(keys_app, name="keys")
app.command("audit-log", short_help="Show who did what on the service.")(audit_log)
app.command("webhook-secret", short_help="Show or change what webhooks are signed with.")(webhook_secret)
app.command("config", short_help="Show all settings and where they come from.")(config_command)
app.command("text", short_help="Print the text that evidence offsets count in.")(text)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"gouji {version('gouji')}")
        except PackageNotFoundError:
            typer.echo("gouji (run from a checkout that is not installed)")
        raise typer.Exit


@app.callback()
def gouji(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Checked, sourced figures from Chinese open-government-information annual reports (政府信息公开工作年度报告)."""


def run() -> None:
    """Runs the command line; an interrupt outside any command ends as quietly as one inside."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
