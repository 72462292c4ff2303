from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """The tenant: projects, members, API keys, plans, privacy switches, audit trail."""

    name = "projects"
