"""Pages under a project's former address lead its members to the same page under the present one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from projects.access import Moved


class RedirectThatKeepsTheMethod(HttpResponseRedirect):
    """A form that was open while the address changed arrives too."""

    status_code = 307


class FormerAddresses:
    """Everybody else has the same 404 as for an address that never was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, Moved) or match is None:
            return None
        former, present = f"/projects/{match.kwargs['slug']}/", f"/projects/{exception.project.slug}/"
        address = request.get_full_path().replace(former, present, 1)
        is_look = request.method in {"GET", "HEAD"}
        return HttpResponseRedirect(address) if is_look else RedirectThatKeepsTheMethod(address)
