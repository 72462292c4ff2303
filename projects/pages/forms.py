"""What people fill in on the settings pages. The forms check; projects.actions does."""

from typing import Any

from django import forms

from projects.actions import MIN_SECRET_LENGTH
from projects.models import PrivacySwitches, Project, Role

CODE = {"class": "input input--code", "autocomplete": "off", "spellcheck": "false"}
HEARERS = [
    (Role.VIEWER, "Everybody in the project"),
    (Role.MEMBER, "Members, admins and owners"),
    (Role.ADMIN, "Admins and owners"),
    (Role.OWNER, "Owners only"),
]


class RegisterKeyForm(forms.Form):
    key = forms.CharField(
        label="API key",
        max_length=120,
        help_text="LIVEKIT_API_KEY, as in the keys: of your livekit-server.",
        widget=forms.TextInput(attrs=CODE),
    )
    secret = forms.CharField(
        label="API secret",
        max_length=500,
        min_length=MIN_SECRET_LENGTH,
        help_text="LIVEKIT_API_SECRET. It is stored encrypted and never shown again. "
        "Whoever knows it can upload: keep LiveKit’s “devkey” and “secret” to your own machine.",
        widget=forms.PasswordInput(attrs=CODE | {"autocomplete": "new-password"}),
    )


class AccessTokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What will use it, such as “nightly report”.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    may_send = forms.BooleanField(
        label="May send too (scope ingest)",
        required=False,
        help_text="OpenTelemetry exports and imported sessions. Without it the token only reads.",
        widget=forms.CheckboxInput(attrs={"class": "check"}),
    )


class ProjectNameForm(forms.Form):
    """Whoever deletes a project types its name, so that it is not another one."""

    name = forms.CharField(
        label="Name of the project",
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed != self.project.name.strip():
            raise forms.ValidationError(f"This project’s name is “{self.project.name}”. Nothing was deleted.")
        return typed


class PrivacyForm(forms.ModelForm[PrivacySwitches]):
    audio_role = forms.ChoiceField(
        label="Who may hear recordings", choices=HEARERS, widget=forms.Select(attrs={"class": "input"})
    )

    class Meta:
        model = PrivacySwitches
        fields = ["observability", "audio", "transcripts", "traces", "logs", "redaction", "audio_role"]
