from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Plan(models.Model):
    """What a project may use and how long its sessions are kept. A row, so that an operator can change it."""

    slug = models.SlugField(primary_key=True)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(help_text="Order from the smallest plan to the largest.")
    retention_days = models.PositiveSmallIntegerField(default=30)
    in_model_improvement = models.BooleanField()
    events_per_month = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Spans, log records and metric points; empty for no limit."
    )
    recording_minutes_per_month = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty for no limit."
    )
    requests_per_minute = models.PositiveIntegerField(help_text="Uploads of one project to one web process.")
    api_requests_per_minute = models.PositiveIntegerField(
        db_default=12_000, help_text="Of a project’s tokens together, and of each person in it."
    )

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """The tenant."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Use lower-case letters, digits and hyphens.")],
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="projects")
    plan_since = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When the plan was last changed, by the database's clock."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(
        null=True, editable=False, help_text="Out of everybody's reach since then, and being erased."
    )
    over_quota_until = models.DateTimeField(
        null=True, editable=False, help_text="No session begins until then: the plan's quota is used up."
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="projects")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FormerSlug(models.Model):
    """An address that the project had: agents and links that still use it arrive, and nobody else can take it."""

    slug = models.SlugField(max_length=50, primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="former_slugs")
    given_up_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.project}"


class Invitation(models.Model):
    """Lets the person with this address into the project, once. Only a hash of the link's token is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(help_text="When the link that is good now was made.")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} of {self.project}"


KEY_IS_TAKEN = "This project has a key of that name already. Revoke it first if its secret has changed."


class ApiKey(models.Model):
    """The pair that an agent signs its uploads with, the same that it uses for its LiveKit server."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    key = models.CharField(max_length=120, help_text="LIVEKIT_API_KEY")
    encrypted_secret = models.TextField(help_text="LIVEKIT_API_SECRET, readable only with SECRETS_KEY.")
    is_generated = models.BooleanField(default=False, help_text="Made here, rather than registered.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"],
                condition=Q(revoked_at__isnull=True),
                name="api_key_once_per_project",
                violation_error_message=KEY_IS_TAKEN,
            )
        ]
        indexes = [models.Index(fields=["key"], condition=Q(revoked_at__isnull=True), name="api_key_in_use")]

    def __str__(self) -> str:
        return self.key


class AccessToken(models.Model):
    """Opens the API to a script. Only a hash of it is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, help_text="The beginning of the token, to recognise it by.")
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text='Any of "read", "ingest" and "settings".')
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class PrivacySwitches(models.Model):
    """What of a session is kept. A change counts for sessions that begin after it."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="privacy", primary_key=True
    )
    observability = models.BooleanField("Agent observability", default=True)
    audio = models.BooleanField(default=True)
    transcripts = models.BooleanField(default=True)
    traces = models.BooleanField(default=True)
    logs = models.BooleanField(default=True)
    redaction = models.BooleanField("PII redaction", default=False)
    audio_role = models.CharField("Who may hear audio", max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        verbose_name_plural = "privacy switches"

    def __str__(self) -> str:
        return f"privacy switches of {self.project}"


class StaffGrant(models.Model):
    """An operator's look into a project for a while, and why. The project's admins see it and may end it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="staff_grants")
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="staff_grants"
    )
    reason = models.CharField(max_length=300)
    begun_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Before its time, if at all.")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-begun_at", "-pk"]
        indexes = [
            models.Index(fields=["project", "-begun_at"], name="grants_of_project"),
            models.Index(fields=["operator", "-until"], name="grants_of_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.operator or 'somebody'} in {self.project} until {self.until}"


class AuditEvent(models.Model):
    """Who did or saw what. Never content, only what it was about."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="audit_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    token = models.ForeignKey(AccessToken, on_delete=models.SET_NULL, null=True, blank=True)
    grant = models.ForeignKey(
        StaffGrant,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="audit_events",
        help_text="By which an operator was let in.",
    )
    verb = models.CharField(max_length=40)
    target = models.CharField(max_length=120, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "-at"], name="audit_of_project"),
            models.Index(fields=["project", "actor", "-at"], name="audit_of_person"),
            models.Index(fields=["grant"], condition=Q(grant__isnull=False), name="audit_of_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


class UsageDay(models.Model):
    """What the sessions of a project that began on one day (UTC) have brought, and what was stored at its end."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="usage_days")
    day = models.DateField()
    sessions = models.PositiveIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0, help_text="Spans, log records and metric points.")
    recording_ms = models.PositiveBigIntegerField(default=0)
    deleted_sessions = models.PositiveIntegerField(
        default=0, help_text="Deleted by people, and counted apart so that counting may run twice."
    )
    deleted_events = models.PositiveBigIntegerField(default=0)
    deleted_recording_ms = models.PositiveBigIntegerField(default=0)
    stored_bytes = models.PositiveBigIntegerField(default=0, help_text="When it was last counted that day.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "day"], name="usage_once_per_day")]

    def __str__(self) -> str:
        return f"usage of {self.project} on {self.day}"
