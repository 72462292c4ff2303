"""For the pages of accounts: what this installation is set up for."""

from allauth.account.adapter import get_adapter
from django import template
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import AccountEvent
from accounts.signed_in import browser_name

LATELY = 20
"""Events that the page of sign-ins shows."""

register = template.Library()
register.filter(browser_name)


@register.simple_tag
def sends_email() -> bool:
    return bool(settings.SENDS_EMAIL)


@register.simple_tag
def has_single_sign_on() -> bool:
    return bool(settings.OIDC_ISSUER)


@register.simple_tag(takes_context=True)
def may_sign_up(context: template.Context) -> bool:
    request: HttpRequest = context["request"]
    return bool(get_adapter(request).is_open_for_signup(request))


@register.simple_tag(takes_context=True)
def recent_events(context: template.Context) -> QuerySet[AccountEvent]:
    return AccountEvent.objects.filter(user=context["request"].user)[:LATELY]
