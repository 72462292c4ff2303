"""A page whose records cannot be read says so, instead of breaking."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from observability.journal.archive import ArchiveLost
from observability.storage.bucket import StorageFailed


class UnreadableRecords:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case ArchiveLost():
                return render(request, "observability/unreadable.html", {"is_lost": True}, status=410)
            case StorageFailed():
                response = render(request, "observability/unreadable.html", {"is_lost": False}, status=503)
                response["Retry-After"] = "5"
                return response
        return None
