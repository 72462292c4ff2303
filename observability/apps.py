from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """Sessions: accept, keep, read, show."""

    name = "observability"

    def ready(self) -> None:
        """Models exist from here on."""
        from observability.queries.session_names import names_for_the_trail
        from observability.retention.deletions import note_deleted_account, note_deleted_project
        from projects.actions import project_deleted
        from projects.leaving import account_deleted
        from projects.trail import sessions_named

        project_deleted.connect(note_deleted_project)
        account_deleted.connect(note_deleted_account)
        sessions_named.connect(names_for_the_trail)
