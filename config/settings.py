"""All settings, driven by the environment. docs/settings.md explains each variable.

Without any variable Playhead runs on embedded defaults: SQLite and files under DATA_DIR, tasks and live messages
in the one process. DATABASE_URL, REDIS_URL and the storage variables choose the production parts; the code is the same.
"""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF

from config import env
from config.addresses import own_addresses
from config.caches import caches
from config.sign_in import *  # noqa: F403  (all of it is settings)
from config.sign_in import OIDC_APPS, OIDC_MIDDLEWARE

django_stubs_ext.monkeypatch()
"""So that a form or a view can name its model to the type checker, as in ModelForm[User]."""

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What must I set? -------------------------------------------------------------------------------------------

DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DEBUG = env.switch("DEBUG", False)
BASE_URL = env.address("BASE_URL", env.left_by_last_start(DATA_DIR / "url") or "http://127.0.0.1:8000")
SECRET_KEY = env.secret("SECRET_KEY", kept_in=DATA_DIR / "keys" / "secret-key")
SECRETS_KEY = env.secret("SECRETS_KEY", kept_in=DATA_DIR / "keys" / "secrets-key")
"""Encrypts API secrets at rest. Never in the database, so that a dump of it forges no token."""
SECRETS_KEY_OLD = env.words("SECRETS_KEY_OLD")

_base = urlsplit(BASE_URL)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [
    "localhost",
    ".localhost",
    "127.0.0.1",
    "[::1]",
    "host.docker.internal",
    socket.gethostname().lower(),
    *own_addresses(),
    _base.hostname or "localhost",
]
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS") or [f"{_base.scheme}://{_base.netloc}"]

# --- Where is the data? -----------------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL")
if DATABASE_URL:
    DATABASE_POOLED = env.switch("DATABASE_POOLED", False)
    DATABASES = {
        "default": dj_database_url.parse(
            DATABASE_URL,
            conn_max_age=env.number("DATABASE_CONN_MAX_AGE_S", 600),
            # After a restart of the database every kept connection is dead, and would cost a page each. Uploads go
            # another way first (append_together.py), and are not asked.
            conn_health_checks=True,
            # One outlives its transaction, after which a pooler gives the connection to somebody else.
            disable_server_side_cursors=DATABASE_POOLED,
        )
    }
    _may_prepare = env.switch("DATABASE_PREPARE", not DATABASE_POOLED)
    if DATABASES["default"]["ENGINE"].endswith("postgresql") and _may_prepare:
        # Planning the statement of an upload costs PostgreSQL more than running it: 515 µs became 235 µs.
        DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 5
else:
    DATABASES = {
        "default": {
            "ENGINE": "config.sqlite",
            "NAME": str(DATA_DIR / "playhead.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                # Seconds to wait for another writer: exporters give up after 10, so a 503 must come before.
                "timeout": 5,
                # FULL: a commit is on the disk before the agent gets its 200.
                # The cache is each thread's own, so it stays small; the operating system's is behind it.
                # What is deleted is overwritten, whichever thread deletes it.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4000; "
                "PRAGMA secure_delete=ON;",
            },
            # A file even in tests: threads of a live server cannot share one in memory.
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = DATA_DIR / "media"
SPOOL_DIR = Path(env.text("SPOOL_DIR", str(DATA_DIR / "spool")))
"""Where uploads are written first; on the disk of MEDIA_ROOT, so that keeping a recording is a rename."""
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = ["config.upload_handlers.NoFiles"]
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("docs", BASE_DIR / "docs" / "images")]
if env.text("AWS_STORAGE_BUCKET_NAME"):
    from botocore.config import Config

    env.unset_if_empty("AWS_DEFAULT_REGION")
    _media = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.text("AWS_STORAGE_BUCKET_NAME"),
            "endpoint_url": env.address("AWS_S3_ENDPOINT_URL") or None,
            "default_acl": None,
            "file_overwrite": False,
            "max_memory_size": 8 * 1024 * 1024,
            # An upload waits for this; what cannot be stored now stays in the spool and is moved later.
            "client_config": Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 2}),
        },
    }
else:
    _media = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}}
STORAGES = {
    "default": _media,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.joined_files.JoinedFiles"
    },
}

# --- Who may connect? -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SELF_SERVE_PROJECTS = env.switch("SELF_SERVE_PROJECTS", True)
"""Anybody who is signed in may make a project; off: operators only."""
SELF_SERVE_PLANS = env.switch("SELF_SERVE_PLANS", True)
"""Owners and admins of a project choose its plan; off: only those of them who are operators."""
STAFF_ACCESS_MAX_MINUTES = env.number("STAFF_ACCESS_MAX_MINUTES", 60, within=range(1, 24 * 60 + 1))
"""How long an operator may look into a project that they do not belong to, before they have to say why again."""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = env.number("SESSION_COOKIE_AGE_S", 14 * 24 * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _base.scheme == "https"
SECURE_SSL_REDIRECT = False
"""The proxy's business. A redirect on an ingest path loses the agent's data without an error."""
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 0)
BEHIND_PROXY = env.switch("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", int(BEHIND_PROXY), within=range(10))
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
"""Nobody else's X-Forwarded-For is heard (accounts/client_address.py); empty: of whoever speaks to us."""
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _base.scheme == "http"
"""For localhost; browsers offer passkeys on no other address without TLS."""
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # SQLite keeps no further columns in an index, and needs none at its size
    "security.W005",  # subdomains and
    "security.W021",  # preload lists are the owner of the domain's decision
    "security.W008",  # the redirect above
]
X_FRAME_OPTIONS = "DENY"
APPEND_SLASH = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}

# --- What runs? -------------------------------------------------------------------------------------------------

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
INSTALLED_APPS = [
    "config",
    "accounts",
    "projects",
    "observability",
    "config.admin_app.OperatorsAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    *OIDC_APPS,
    "channels",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
OTEL_EXPORTER_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")
"""Where spans of Playhead's own requests and jobs go; without it none are made (config/tracing.py)."""
OTEL_TRACES_SAMPLER_ARG = env.share("OTEL_TRACES_SAMPLER_ARG", 0.1)
"""Of all requests and jobs."""
UPLOAD_MIDDLEWARE = [
    *(["config.tracing.Traced"] if OTEL_EXPORTER_OTLP_ENDPOINT else []),
    "config.request_id.RequestId",
]
MIDDLEWARE = [
    *UPLOAD_MIDDLEWARE,
    "observability.ingest.middleware.IngestBypass",
    "config.request_id.Timed",
    "django.middleware.security.SecurityMiddleware",
    "config.content_policy.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.asked_by_machines.AnyHostForMachines",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.signed_in.NoteBrowsers",
    *OIDC_MIDDLEWARE,
    "django_htmx.middleware.HtmxMiddleware",
    "observability.pages.unreadable.UnreadableRecords",
    "projects.pages.moved.FormerAddresses",
    "projects.pages.staff_looks.NoteStaffLooks",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "projects.pages.rail.rail",
            ],
        },
    }
]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["observability.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["observability.api.parsing.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "projects.authentication.AccessTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Playhead",
    "DESCRIPTION": "Sessions of LiveKit agents: transcripts, traces, logs, metrics and audio.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"RoleEnum": "projects.models.Role"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "observability.api.schema_rates.with_rate_limits",
    ],
}
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

ONE_CORE = env.switch("ONE_CORE", True)
"""For `manage.py up` (docs/decisions/0027-one-process-keeps-to-one-core.md)."""
WEB_THREADS = env.number("WEB_THREADS", 16)
"""Requests worked on at one moment; waiting for a client takes none (docs/decisions/0001-http-on-threads.md)."""
UPLOAD_THREADS = env.number("UPLOAD_THREADS", 8)
"""Large bodies that are received at one moment; the next ones wait, and the SDKs give a recording 15 minutes."""

REDIS_URL = env.text("REDIS_URL")
CACHES = caches(REDIS_URL)
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "observability.live.layers.ThreadSafeInMemoryChannelLayer"}
}
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL or "memory://localhost")

MODEL_IMPROVEMENT = env.switch("MODEL_IMPROVEMENT", True)
PURGE_EVERY_S = env.number("PURGE_EVERY_S", 3600)
"""Reads are without a session from the second at which it expires; this is when its bytes go. 0: only by command."""
PARQUET = env.switch("PARQUET", False)
"""Workers write days that are over as Parquet beside the archive, with the extra of the same name where they run."""

DEMO_SESSIONS = env.switch("DEMO_SESSIONS", True)
"""Two made-up sessions at the first start of `manage.py up`, to look around in."""

METRICS_TOKEN = env.text("METRICS_TOKEN")
"""Opens /metrics; without one there is no such page."""
if SENTRY_DSN := env.text("SENTRY_DSN"):
    from config import error_reports

    error_reports.start(SENTRY_DSN)

# --- What is logged? --------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": "config.log_lines.PlainLines",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "config.log_lines.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", ["lines", "json"]),
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING").upper()},
    # A 4xx is the client's business; uploads that are refused are counted where their project sees it.
    "loggers": {"django.request": {"level": "ERROR"}},
}
