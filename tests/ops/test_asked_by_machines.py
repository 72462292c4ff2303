"""What monitoring asks for is answered by whatever name it knows the process, as the scrape of docs/operate.md does."""

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/healthz", "/readyz", "/metrics"])
def test_machines_may_ask_by_any_host(client, settings, path):
    settings.METRICS_TOKEN = "a-token-for-monitoring"

    answer = client.get(path, headers={"Host": "web:8001", "Authorization": "Bearer a-token-for-monitoring"})

    assert answer.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/account/login/", "/api/v1/projects/", "/metrics/"])
def test_everything_else_is_answered_by_our_own_names_only(client, path):
    assert client.get(path, headers={"Host": "web:8001"}).status_code == 400
