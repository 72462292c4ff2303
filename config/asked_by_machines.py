"""Orchestrators and Prometheus ask by names and addresses of their own, which nobody lists in ALLOWED_HOSTS."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

PATHS = {"/livez", "/healthz", "/readyz", "/metrics"}
"""None of them answers with an address that is made of the host's name, or reads a cookie."""


class AnyHostForMachines(CommonMiddleware):
    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in PATHS else super().process_request(request)
