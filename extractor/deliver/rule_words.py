"""What a kind of finding or failure says, in a few words: for whoever sees its id counted and not its message."""

from collections.abc import Mapping

from extractor.forms.load import load_forms
from extractor.forms.memo import once_for_each
from extractor.forms.model import Form

__all__ = ["failure_words", "rule_words"]

_FAILURES = {
    "unreadable": "empty, damaged, binary or of a type not read",
    "limit": "over a limit",
    "unrecognised": "no annual report of a known form",
    "crashed": "the process that read it died",
    "internal": "a defect of gouji, please report it",
}
_OTHERS = {
    "document.copies_differ": "the table is printed more than once, with different figures",
    "document.ambiguous_row": "rows that could be read in several ways",
    "document.unplaced_row": "a row of figures belongs to no row of the form",
    "document.nothing_read": "no figure of the form was found",
    "document.unasked": "a language model could not be asked",
    "document.reading": "what the reader put up with",
    "decision.outdated": "read otherwise than when a person decided",
    "decision.elsewhere": "came out otherwise because of what people decided",
    "decision.unapplied": "decisions that are not applied",
    "decision.not_understood": "decisions of a newer version, not applied",
}
_DOMAIN = "a figure that its cell does not admit"
_PROSE = "a sentence and the table disagree"


def failure_words(code: str) -> str:
    """For the code of a failure; empty for one that is not known."""
    return _FAILURES.get(code, "")


def rule_words(rule: str) -> str:
    """For the id of a finding's rule, in English; empty for one that is not known. Raises RulesError."""
    if rule in _OTHERS:
        return _OTHERS[rule]
    if rule.startswith("prose."):
        return _PROSE
    if ".domain." in rule:
        return _DOMAIN
    return _identities(load_forms()).get(rule, "")


@once_for_each
def _identities(forms: Mapping[str, Form]) -> dict[str, str]:
    return {edit.id: edit.message_en for form in forms.values() for edit in form.edits}
