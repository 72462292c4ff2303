"""The System page: how the whole server does. For operators; everybody else is told what they are told of nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from observability.queries.system import system_stats
from projects.access import projects_of
from projects.pages.frame import reader_of, signed_in


@require_safe
@signed_in
def system_show(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not reader.is_staff:
        raise Http404
    named = {"stats": system_stats(timezone.now()), "projects": projects_of(reader), "section": "system"}
    return render(request, "observability/system.html", named)
