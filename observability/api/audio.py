"""`…/audio/`: the session's recording, whole or by ranges."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import SessionView, may_hear
from observability.api.errors import Lost
from observability.api.file_answers import file_answer
from observability.api.paging import number_of
from observability.api.parameters import asks_for_copy, names_of
from observability.api.trail import note_look
from observability.jobs import is_set_aside, is_under_way, submit
from observability.models import Recording
from observability.queries.records import recording_of, recordings_of
from observability.recordings.convert import KIND as CONVERT
from observability.recordings.playback import copy_of, original_of


class Audio(SessionView):
    takes = names_of(schema.AUDIO_REVISION)

    @extend_schema(
        operation_id="session_audio",
        summary="The audio",
        parameters=schema.AUDIO_REVISION,
        responses={
            (200, "audio/ogg"): OpenApiTypes.BINARY,
            (206, "audio/ogg"): OpenApiTypes.BINARY,
            (200, "audio/mp4"): OpenApiTypes.BINARY,
            202: schema.CopyState,
        },
    )
    def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """The newest whole revision unless `?revision=` names another. Left is the user, right the agent.

        `?as=m4a` asks for a copy in AAC, for browsers that do not play Ogg: 202 until it is made, then as the original.
        """
        if not may_hear(request, self.project):
            raise PermissionDenied("Your role in the project may not hear audio.")
        recording = self.recording(request.GET.get("revision", ""))
        sound = copy_of(recording) if asks_for_copy(request) else original_of(recording)
        if sound is None:
            return self.promise_of_copy(recording)
        response = file_answer(request, sound)
        note_look(request, self.project, "recording.played", str(self.session.public_id))
        return response

    def promise_of_copy(self, recording: Recording) -> Response:
        """202 until a worker has made it; 410 if it cannot be made."""
        if recording.channels == 0 or is_set_aside(CONVERT, recording.pk):
            raise Lost("Nothing of the recording can be played; the original can still be downloaded.")
        if not is_under_way(CONVERT, recording.pk):
            submit(CONVERT, recording.pk)
        return Response({"state": "being-made"}, status=202, headers={"Retry-After": "2"})

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
