"""The mail that carries an invitation's link, where this server can send mail."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from projects.models import Invitation

logger = logging.getLogger(__name__)

SENDS_NOTHING = {
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
}


def mail_invitation(invitation: Invitation, url: str) -> bool:
    """False if nothing was sent; then the link has to be handed over in another way."""
    if settings.EMAIL_BACKEND in SENDS_NOTHING:
        return False
    subject = f"An invitation to {' '.join(invitation.project.name.split())} on Playhead"
    text = render_to_string("projects/invitation_mail.txt", {"invitation": invitation, "url": url})
    try:
        return bool(send_mail(subject, text, None, [invitation.email]))
    except (SMTPException, OSError) as fault:
        logger.warning("An invitation could not be sent: %s", type(fault).__name__)
        return False
