import secrets
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from projects.actions import register_api_key
from projects.models import Project
from tests.browser import signed_in
from tests.live.conftest import LiveAgent
from tests.live.servers import Server
from tests.pages.conftest import front_desk, replay
from tests.people import API_SECRET

__all__ = ["front_desk", "replay"]


@pytest.fixture
def owners_page(
    context: BrowserContext, owner_client: Client, portal: Server, project: Project, owner: Any
) -> Page:
    return signed_in(context, owner_client, portal)


@pytest.fixture
def sender(project: Project, owner: User, portal: Server) -> LiveAgent:
    """Its key is new, because the server remembers keys for a moment. A page may be of another server on the same
    database."""
    key = "API" + secrets.token_hex(6)
    register_api_key(project, key, API_SECRET, by=owner)
    return LiveAgent(portal, key)
