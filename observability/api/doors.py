"""What every view of the API does first: who asks, for which project, for which session."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.http import Http404
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from observability.api.errors import error_answer
from observability.api.parameters import check_names
from observability.api.rates import Rate, TooManyRequests, count_request
from observability.api.rendering import JSONRenderer
from observability.models import Session
from observability.queries.sessions import session_in
from projects.access import (
    READ,
    may_administer,
    may_hear_audio,
    project_for_token,
    project_for_viewer_under_any_slug,
)
from projects.authentication import AccessTokenAuthentication
from projects.models import AccessToken, Project


class IsSomebody(BasePermission):
    """With a token or signed in. What they may see is `projects.access`'s to say."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.auth is not None or getattr(request.user, "is_authenticated", False)


class JsonWhateverIsAccepted(BaseContentNegotiation):
    """There is one representation of each thing: a player that accepts audio is told errors in JSON too."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    authentication_classes = [AccessTokenAuthentication, SessionAuthentication]
    permission_classes = [IsSomebody]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = JsonWhateverIsAccepted

    takes: ClassVar[Collection[str] | None] = ()
    """Names that may stand in the address when it is read, beside those of every list; None: any."""
    rate: Rate | None = None

    def get_exception_handler(self) -> Any:
        return error_answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes is not None and request.method in ("GET", "HEAD"):
            check_names(request, self.takes)

    def project_asked_for(self, request: Request) -> Project | None:
        """Raises Http404 or PermissionDenied for one that is not the asker's."""
        return None

    def check_throttles(self, request: Request) -> None:
        """Who asks for what is not theirs is counted as whoever they are, so that figures tell nothing either."""
        try:
            project = self.project_asked_for(request)
        except (Http404, PermissionDenied):
            self.count(request, None)
            raise
        self.count(request, project)

    def count(self, request: Request, project: Project | None) -> None:
        self.rate = count_request(request, project)
        if self.rate and self.rate.is_exceeded:
            raise TooManyRequests(self.rate)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Transcripts and phone numbers are nothing for a cache on the way."""
        response.setdefault("Cache-Control", "private, no-store")
        for name, value in (self.rate.headers if self.rate else {}).items():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)


class ProjectView(ApiView):
    """A view below one project, `self.project`. Foreign and unknown ones are the same 404."""

    project: Project

    def project_asked_for(self, request: Request) -> Project:
        self.project = project_of(request, self.kwargs["project"])
        return self.project


class SessionView(ProjectView):
    """A view below one session, `self.session`."""

    session: Session

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.session = session_in(self.project, kwargs["session"])


class NothingHere(ApiView):
    """Every other address below /api/: the same answer as for a thing that is not yours."""

    schema = None
    takes = None
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        raise Http404

    get = post = put = patch = delete = head = refuse


def project_of(request: Request, slug: str) -> Project:
    if isinstance(request.auth, AccessToken):
        return project_for_token(request.auth, slug, scope=READ)
    return project_for_viewer_under_any_slug(request.user, slug)


def may_hear(request: Request, project: Project) -> bool:
    return isinstance(request.auth, AccessToken) or may_hear_audio(project, request.user)


def may_delete(request: Request, project: Project) -> bool:
    """People who administer the project. A token is for reading or for sending."""
    return not isinstance(request.auth, AccessToken) and may_administer(project, request.user)
