"""`gouji forms`: the statutory forms known, and each of them as it is printed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import guard

if TYPE_CHECKING:
    from extractor.forms.model import Form

__all__ = ["check_form", "forms_app"]

forms_app = typer.Typer(help="List the statutory forms that are known.", rich_markup_mode=None)


@forms_app.callback(invoke_without_command=True)
def overview(context: typer.Context) -> None:
    """List the statutory forms that are known, with their years, tables and identities."""
    if context.invoked_subcommand is not None:
        return
    with guard():
        from extractor.cli.output import console_on, stdout
        from extractor.deliver.blank_form import forms_overview
        from extractor.forms.load import load_forms

        console_on(stdout()).print(forms_overview(load_forms().values()))


@forms_app.command()
def show(
    form: Annotated[str, typer.Argument(help="A form id, such as ogi-2021.", metavar="FORM", show_default=False)],
) -> None:
    """Show one form: its tables, rows, columns and identities."""
    with guard():
        from extractor.cli.output import console_on, stdout
        from extractor.deliver.blank_form import blank_form
        from extractor.forms.load import load_forms

        console_on(stdout()).print(blank_form(check_form(form, load_forms())))


def check_form(form: str, forms: "Mapping[str, Form]") -> "Form":
    """The form with that id; a UsageError that names the known ones where there is none."""
    if form not in forms:
        from extractor.errors import UsageError

        raise UsageError(f"unknown form '{form}'; known: {', '.join(forms)}")
    return forms[form]
