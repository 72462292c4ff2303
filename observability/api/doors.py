"""What every view of the API does first: who asks, for which project, for which session."""

from typing import Any

from django.http import Http404
from rest_framework.authentication import SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from observability.api.errors import error_answer
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

    def get_exception_handler(self) -> Any:
        return error_answer

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Transcripts and phone numbers are nothing for a cache on the way."""
        response.setdefault("Cache-Control", "private, no-store")
        return super().finalize_response(request, response, *args, **kwargs)


class ProjectView(ApiView):
    """A view below one project, `self.project`. Foreign and unknown ones are the same 404."""

    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.project = project_of(request, kwargs["project"])


class SessionView(ProjectView):
    """A view below one session, `self.session`."""

    session: Session

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.session = session_in(self.project, kwargs["session"])


class NothingHere(ApiView):
    """Every other address below /api/: the same answer as for a thing that is not yours."""

    schema = None
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
