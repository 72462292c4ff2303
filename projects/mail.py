"""Mail to people of projects, if this server sends any: an invitation's link, and that an operator may look in."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from projects.access import roles_from
from projects.models import Invitation, Role, StaffGrant

logger = logging.getLogger(__name__)

SENDS_NOTHING = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}
MOST_TOLD = 50
"""Addresses of one mail; servers take a hundred."""


def mail_invitation(invitation: Invitation, url: str) -> bool:
    """False if nothing was sent."""
    subject = f"An invitation to {' '.join(invitation.project.name.split())} on Playhead"
    text = render_to_string("projects/invitation_mail.txt", {"invitation": invitation, "url": url})
    return _is_sent("An invitation", subject, text, [invitation.email])


def mail_grant(grant: StaffGrant) -> bool:
    """To the project's owners and admins; they see it on its pages too, so a mail that is lost hides nothing."""
    admins = grant.project.memberships.filter(role__in=roles_from(Role.ADMIN), user__is_active=True)
    addresses = list(admins.order_by("pk").values_list("user__email", flat=True)[:MOST_TOLD])
    subject = f"An operator may look at {' '.join(grant.project.name.split())} on Playhead"
    url = settings.BASE_URL + reverse("projects:grant-list", args=[grant.project.slug])
    text = render_to_string("projects/grant_mail.txt", {"grant": grant, "url": url})
    return bool(addresses) and _is_sent("The notice of an operator's access", subject, text, addresses)


def sends_mail() -> bool:
    """Whether this server is set up to."""
    return settings.EMAIL_BACKEND not in SENDS_NOTHING


def _is_sent(what: str, subject: str, text: str, addresses: list[str]) -> bool:
    if not sends_mail():
        return False
    try:
        return bool(send_mail(subject, text, None, addresses))
    except (SMTPException, OSError) as fault:
        logger.warning("%s could not be sent: %s", what, type(fault).__name__)
        return False
