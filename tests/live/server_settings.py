"""The settings of a server that shares the tests' database."""

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES
from config.settings import STORAGES as PRODUCTS

DATABASES["default"]["NAME"] = os.environ["LIVE_TEST_DATABASE"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": PRODUCTS["staticfiles"]
    if "LIVE_TEST_COLLECTED" in os.environ
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
