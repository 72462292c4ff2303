"""What people fill in on the settings pages. The forms check; projects.actions does."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils.safestring import SafeString
from django.utils.text import slugify

from accounts.models import User
from projects.actions import MIN_SECRET_LENGTH
from projects.models import Membership, PrivacySwitches, Project, Role
from projects.roles import HEARERS
from projects.trail import DAYS_IN_USE, DELETED, SCRIPTS, SERVER, Wanted
from projects.trail_words import ACTIONS

WORDS = {"class": "input", "autocomplete": "off"}
CODE = {"class": "input input--code", "autocomplete": "off", "spellcheck": "false"}
SELECT = {"class": "filter__value"}


def minutes_to_choose() -> list[tuple[int, str]]:
    """The longest is what the operator's server allows."""
    most = settings.STAFF_ACCESS_MAX_MINUTES
    shorter = [minutes for minutes in (15, 60, 4 * 60, 12 * 60) if minutes < most]
    return [(minutes, in_words(minutes)) for minutes in [*shorter, most]]


def in_words(minutes: int) -> str:
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {unit}{pluralize(count)}"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs=SELECT, format="%Y-%m-%d")


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
        widget=forms.TextInput(attrs=WORDS),
    )
    may_read_settings = forms.BooleanField(
        label="May read what admins see (scope settings)",
        required=False,
        help_text="Members, keys without secrets, privacy, usage and the audit trail, such as for a SIEM.",
        widget=forms.CheckboxInput(attrs={"class": "check"}),
    )
    may_send = forms.BooleanField(
        label="May send too (scope ingest)",
        required=False,
        help_text="OpenTelemetry exports and imported sessions. Without it the token only reads.",
        widget=forms.CheckboxInput(attrs={"class": "check"}),
    )


NOT_AN_ADDRESS = {"invalid": "Use lower-case letters, digits and hyphens."}
"""As the model says it."""


class NewProjectForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs=WORDS))
    slug = forms.SlugField(
        label="Address",
        max_length=50,
        required=False,
        error_messages=NOT_AN_ADDRESS,
        help_text="Lower-case letters, digits and hyphens, as in /p/front-desk. Left empty, it is made from the name.",
        widget=forms.TextInput(attrs=CODE),
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:50].strip("-_")
        slug = slug.lower().replace("_", "-")
        if not slug:
            raise forms.ValidationError("Choose an address: none can be made from this name.")
        return slug

    def add_error(self, field: str | None, error: Any) -> None:
        """The error says what the hint says, and takes the place of that half."""
        super().add_error(field, error)
        if self.has_error("slug"):
            self["slug"].help_text = "Left empty, it is made from the name."


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What people call the project. Its address stays.",
        widget=forms.TextInput(attrs=WORDS),
    )


class AddressForm(forms.Form):
    slug = forms.SlugField(
        label="Address",
        max_length=50,
        error_messages=NOT_AN_ADDRESS,
        help_text="Lower-case letters, digits and hyphens.",
        widget=forms.TextInput(attrs=CODE),
    )

    def add_error(self, field: str | None, error: Any) -> None:
        """The error says what the hint says, and takes its place."""
        super().add_error(field, error)
        if self.has_error("slug"):
            self["slug"].help_text = ""


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", widget=forms.Select(attrs={"class": "input"}))

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, role.label) for role in roles]  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.MEMBER


class ProjectNameForm(forms.Form):
    """Whoever deletes a project types its name, so that it is not another one."""

    nothing_done = "Nothing was deleted."

    name = forms.CharField(
        label="Name of the project",
        max_length=80,
        widget=forms.TextInput(attrs=WORDS),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed != self.project.name.strip():
            raise forms.ValidationError(f"This project’s name is “{self.project.name}”. {self.nothing_done}")
        return typed


class TransferForm(ProjectNameForm):
    """Whoever gives a project away types its name too."""

    nothing_done = "Nothing was changed."
    field_order = ["to", "name"]
    to = forms.ModelChoiceField(
        label="New owner",
        queryset=Membership.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, project: Project, by: User, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        others = project.memberships.exclude(user=by).select_related("user").order_by("user__email")
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda each: str(each.user)  # type: ignore[attr-defined]


MIN_REASON_LENGTH = 10
"""Characters: fewer say nothing to those who read it."""


class StaffAccessForm(forms.Form):
    """An operator says which project, why, and for how long."""

    project = forms.SlugField(
        label="Project",
        max_length=50,
        help_text="Its address, as in /p/front-desk.",
        widget=forms.TextInput(attrs=CODE),
    )
    reason = forms.CharField(
        label="Reason",
        min_length=MIN_REASON_LENGTH,
        max_length=300,
        help_text=f"At least {MIN_REASON_LENGTH} characters, such as “Support request 4711”. "
        "The project’s admins read it.",
        widget=forms.TextInput(attrs=WORDS),
    )
    minutes = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=minutes_to_choose,
        initial=lambda: min(60, settings.STAFF_ACCESS_MAX_MINUTES),
        widget=forms.Select(attrs={"class": "input"}),
    )


class TrailForm(forms.Form):
    """What of the audit trail is wanted. Days are in UTC."""

    who = forms.ChoiceField(label="Who", required=False, widget=forms.Select(attrs=SELECT))
    verb = forms.ChoiceField(
        label="Action",
        required=False,
        choices=[("", "any"), *ACTIONS.items()],
        widget=forms.Select(attrs=SELECT),
    )
    first_day = forms.DateField(label="From", required=False, widget=DayInput(), validators=DAYS_IN_USE)
    last_day = forms.DateField(label="Until", required=False, widget=DayInput(), validators=DAYS_IN_USE)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        persons = [(str(person.pk), person.email) for person in people]
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "anybody"),
            *persons,
            (SCRIPTS, "scripts"),
            (SERVER, "this server"),
            (DELETED, "deleted accounts"),
        ]

    @property
    def wanted(self) -> Wanted:
        """What is no choice wants nothing in particular, and the page says so beside it."""
        return Wanted(**self._chosen)

    @property
    def query(self) -> dict[str, str]:
        return {name: str(value) for name, value in self._chosen.items()}

    @property
    def _chosen(self) -> dict[str, Any]:
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PrivacyForm(forms.ModelForm[PrivacySwitches]):
    """`changed_data` names what differs from what the reader was shown, whatever others have saved since."""

    audio_role = forms.ChoiceField(
        label="Who may hear recordings",
        choices=HEARERS.items(),
        widget=forms.Select(attrs={"class": "input", "aria-describedby": "id_audio_role_text"}),
    )

    class Meta:
        model = PrivacySwitches
        fields = ["observability", "audio", "transcripts", "traces", "logs", "redaction", "audio_role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audio_role"].widget.attrs["data-saved"] = self.initial["audio_role"]
        for name, field in self.fields.items():
            field.show_hidden_initial = self.add_initial_prefix(name) in self.data

    @property
    def as_shown(self) -> list[SafeString]:
        return [field.as_hidden(only_initial=True) for field in self]
