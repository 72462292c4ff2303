"""Files of the API: recordings and zips."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api.errors import RangeNotSatisfiable, body_of
from observability.recordings.playback import Served, file_response


def file_answer(request: Request, file: Served) -> HttpResponseBase:
    """Whole or by ranges; one that begins behind the end is refused in the API's shape.

    Raises MissingFile or StorageFailed before anything is sent.
    """
    response = file_response(request._request, file)
    if response.status_code != RangeNotSatisfiable.status_code:
        return response
    told = {name: response[name] for name in ("Content-Range", "Accept-Ranges", "ETag")}
    return Response(body_of(RangeNotSatisfiable()), RangeNotSatisfiable.status_code, headers=told)
