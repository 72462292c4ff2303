"""`…/audio/`: the session's recording, whole or by ranges."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.request import Request

from observability.api import schema
from observability.api.doors import SessionView, may_hear
from observability.api.paging import number_of
from observability.api.trail import note_look
from observability.models import Recording
from observability.queries.records import recording_of, recordings_of
from observability.recordings.playback import audio_response


class Audio(SessionView):
    @extend_schema(
        operation_id="session_audio",
        summary="The audio",
        parameters=schema.AUDIO_REVISION,
        responses={(200, "audio/ogg"): OpenApiTypes.BINARY, (206, "audio/ogg"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """The newest whole revision unless `?revision=` names another. Left is the user, right the agent."""
        if not may_hear(request, self.project):
            raise PermissionDenied("Your role in the project may not hear audio.")
        recording = self.recording(request.GET.get("revision", ""))
        response = audio_response(request._request, recording)
        note_look(request, self.project, "recording.played", str(self.session.public_id))
        return response

    def recording(self, revision: str) -> Recording:
        if revision:
            number = number_of(revision)
            if number is None:
                raise ParseError("revision is a whole number.")
            recording = recordings_of(self.session).filter(revision=number).first()
        else:
            recording = recording_of(self.session)
        if recording is None:
            raise Http404
        return recording
