"""How people sign in: what of the settings is for django-allauth. `config.settings` takes all of it in."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.mail import CONSOLE, SMTP, mail_server

# --- Mail -------------------------------------------------------------------------------------------------------

_mail = mail_server(env.text("EMAIL_URL"))
EMAIL_BACKEND = env.text("EMAIL_BACKEND", SMTP if env.text("EMAIL_URL") else CONSOLE)
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.is_tls
EMAIL_TIMEOUT = 10
"""Seconds. A sign-up waits for it."""
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "playhead@localhost")
SENDS_EMAIL = EMAIL_BACKEND != CONSOLE
"""Pages say what happens without it, instead of promising a mail that never comes."""

# --- Accounts ---------------------------------------------------------------------------------------------------

SIGN_UP = env.choice("SIGN_UP", ["invited", "open", "off"])
ACCOUNT_ADAPTER = "projects.signup.InvitationAdapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SENDS_EMAIL else "none"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
"""In the browser that signed up; anywhere else the link proves the address and no more."""
ACCOUNT_CHANGE_EMAIL = True
"""A new address takes the place of the old one once it is proved, never before."""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
"""Nobody gets mail from us because a stranger typed their address."""
ACCOUNT_EMAIL_NOTIFICATIONS = SENDS_EMAIL
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Playhead: "
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # By address of the network and by account: five guesses, then five minutes for whoever guesses this one.
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "10/m/ip,50/d/ip",
    "reset_password": "10/m/ip,3/m/key",
    "reset_password_from_key": "10/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "5/m/user",
    "confirm_email": "1/3m/key",
}
"""allauth's way of writing: tries / time / what is counted. Counted in the cache that all processes share."""

USERSESSIONS_ADAPTER = "accounts.signed_in.BrowsersAdapter"

# --- Second factors ---------------------------------------------------------------------------------------------

MFA_ADAPTER = "projects.second_factors.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "accounts.forms.AddKeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not SENDS_EMAIL
"""Without a mail server no address can be proved, and a second factor is worth having all the same."""
MFA_TOTP_ISSUER = "Playhead"
MFA_TOTP_TOLERANCE = 1
"""Codes of the half minute before and after count too: clocks of phones are not always right."""

# --- Single sign-on ---------------------------------------------------------------------------------------------

OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
OIDC_APPS = ["allauth.socialaccount.providers.openid_connect"] if OIDC_ISSUER else []
"""Left out otherwise: it brings an HTTP client into every process."""
OIDC_MIDDLEWARE = ["accounts.single_sign_on.SingleSignOn"] if OIDC_ISSUER else []
OIDC_SIGN_UP = env.switch("OIDC_SIGN_UP", False)
SOCIALACCOUNT_ADAPTER = "projects.signup.SingleSignOnByInvitation"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
"""The provider that the operator chose vouches for the addresses that it calls verified."""
SOCIALACCOUNT_EMAIL_VERIFICATION = "none" if OIDC_SIGN_UP else ACCOUNT_EMAIL_VERIFICATION
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    if not env.text("OIDC_CLIENT_ID") or not env.text("OIDC_CLIENT_SECRET"):
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it.")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.text("OIDC_NAME", "single sign-on"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ],
    }
