"""Middleware where single sign-on is configured; `requests`, allauth's way to the provider, costs memory elsewhere."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)


class SingleSignOn:
    """Leads people to the provider, and tells them when it does not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """By a page of ours: our policy keeps a form's redirects on this server, and a provider's may lead on."""
        answer = self.get_response(request)
        match = request.resolver_match
        if (
            isinstance(answer, HttpResponseRedirectBase)
            and match
            and match.url_name == "openid_connect_login"
        ):
            return render(request, "socialaccount/leaving.html", {"address": answer.url})
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RequestException):
            return None
        logger.warning("The provider of single sign-on does not answer: %s", exception)
        return render(request, "socialaccount/authentication_error.html", status=503)
