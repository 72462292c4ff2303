from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from projects.models import Project
from tests.browser import signed_in
from tests.live.servers import Server
from tests.pages.conftest import front_desk, replay

__all__ = ["front_desk", "replay"]


@pytest.fixture
def owners_page(
    context: BrowserContext, owner_client: Client, portal: Server, project: Project, owner: Any
) -> Page:
    return signed_in(context, owner_client, portal)
