"""Data and privacy: what of a session is kept, for how long, and who may hear it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from projects.access import project_for_admin
from projects.pages.forms import PrivacyForm
from projects.pages.frame import note, page, signed_in


@dataclass(frozen=True, slots=True)
class SwitchText:
    title: str
    text: str
    when_off: str
    is_part: bool = True
    """Below the main switch."""


KEPT = {
    "observability": SwitchText(
        "Agent observability",
        "Agents may send sessions to this project.",
        "Agents are told politely to stop; their calls go on undisturbed.",
        is_part=False,
    ),
    "audio": SwitchText(
        "Audio",
        "The stereo recording, sent once at the end of a session.",
        "Sessions have no waveform and cannot be played.",
    ),
    "transcripts": SwitchText(
        "Transcripts",
        "What was said, as text, with the prompts of models and the arguments and results of tools.",
        "Turns show their times but no words, tool calls their names but not what was asked and answered.",
    ),
    "traces": SwitchText(
        "Traces", "Spans of LLM, TTS, tools and turns.", "Turns, latencies and tool calls are not known."
    ),
    "logs": SwitchText(
        "Logs",
        "What the agent and its libraries log while they run.",
        "Errors that only a log line tells are not known; report, evaluations and tags still are.",
    ),
}


@dataclass(frozen=True, slots=True)
class SwitchRow:
    field: BoundField
    words: SwitchText
    is_on: bool
    is_saved_on: bool


@require_http_methods(["GET", "POST"])
@signed_in
def privacy_edit(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = PrivacyForm(request.POST or None, instance=project.privacy)
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=form.changed_data)
        for name in form.changed_data:
            note(request, project, "privacy.changed", f"{name}: {form.cleaned_data[name]}")
        messages.success(request, what_was_saved(form.changed_data))
        return redirect("projects:privacy-edit", project.slug)
    named: dict[str, Any] = {
        "form": form,
        "improvement_is_on": settings.MODEL_IMPROVEMENT,
        "kept_rows": [
            SwitchRow(form[name], words, bool(form[name].value()), bool(form.initial[name]))
            for name, words in KEPT.items()
        ],
    }
    status = 422 if form.errors else 200
    return page(
        request,
        "projects/privacy.html",
        project,
        section="settings",
        place="privacy",
        status=status,
        **named,
    )


def what_was_saved(names: Sequence[str]) -> str:
    """And from when on it counts: who may hear recordings at once, what is kept from the next session on."""
    if not names:
        return "Nothing was changed."
    if "audio_role" not in names:
        return "Saved. It counts for sessions that begin from now on."
    if len(names) == 1:
        return "Saved. It counts at once."
    return "Saved. Who may hear recordings counts at once, the rest for sessions that begin from now on."
