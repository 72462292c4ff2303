"""API keys, which agents sign with, and access tokens, which open the API to scripts."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from projects.access import INGEST, READ, SETTINGS, project_for_admin
from projects.actions import create_access_token, generate_api_key, register_api_key, revoke_api_key
from projects.models import KEY_IS_TAKEN, Project
from projects.pages.forms import AccessTokenForm, RegisterKeyForm
from projects.pages.frame import note, page, posted_from, reader_of, signed_in
from projects.pages.shown_once import show_once, shown_now


@never_cache
@require_safe
@signed_in
def key_list(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    return keys_page(request, project, **shown_now(request, project, "made_key", "made_token"))


@posted_from("projects:key-list")
@signed_in
def key_register(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = RegisterKeyForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                row = register_api_key(project, **form.cleaned_data, by=reader_of(request))
        except IntegrityError:
            form.add_error("key", KEY_IS_TAKEN)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            note(request, project, "api_key.registered", row.key)
            messages.success(
                request, f"{row.key} is registered. Agents that sign with it may upload from now on."
            )
            return redirect("projects:key-list", project.slug)
    return keys_page(request, project, register_form=form, status=422)


@posted_from("projects:key-list")
@signed_in
def key_generate(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    made = generate_api_key(project, by=reader_of(request))
    note(request, project, "api_key.generated", made.row.key)
    show_once(request, project, "made_key", {"key": made.row.key, "secret": made.secret})
    return redirect("projects:key-list", project.slug)


@posted_from("projects:key-list")
@signed_in
def key_revoke(request: HttpRequest, slug: str, key_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    row = get_object_or_404(project.api_keys, pk=key_id, revoked_at=None)
    revoke_api_key(row)
    note(request, project, "api_key.revoked", row.key)
    messages.success(request, f"{row.key} is revoked. Uploads signed with it are refused from now on.")
    return redirect("projects:key-list", project.slug)


@posted_from("projects:key-list")
@signed_in
def token_create(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = AccessTokenForm(request.POST)
    if not form.is_valid():
        return keys_page(request, project, token_form=form, status=422)
    given = {INGEST: "may_send", SETTINGS: "may_read_settings"}
    scopes = [READ, *(scope for scope, choice in given.items() if form.cleaned_data[choice])]
    made = create_access_token(project, form.cleaned_data["name"], scopes, by=reader_of(request))
    note(request, project, "access_token.created", str(made.row))
    show_once(request, project, "made_token", {"name": made.row.name, "secret": made.secret})
    return redirect("projects:key-list", project.slug)


@posted_from("projects:key-list")
@signed_in
def token_revoke(request: HttpRequest, slug: str, token_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    row = get_object_or_404(project.access_tokens, pk=token_id, revoked_at=None)
    project.access_tokens.filter(pk=row.pk).update(revoked_at=timezone.now())
    note(request, project, "access_token.revoked", str(row))
    messages.success(request, f"The token “{row.name}” is revoked.")
    return redirect("projects:key-list", project.slug)


def keys_page(request: HttpRequest, project: Project, *, status: int = 200, **named: object) -> HttpResponse:
    rows = {
        "api_keys": project.api_keys.filter(revoked_at=None).select_related("created_by"),
        "access_tokens": project.access_tokens.filter(revoked_at=None).select_related("created_by"),
        "register_form": RegisterKeyForm(),
        "token_form": AccessTokenForm(),
    }
    return page(
        request,
        "projects/keys.html",
        project,
        section="settings",
        status=status,
        place="keys",
        **rows | named,
    )
