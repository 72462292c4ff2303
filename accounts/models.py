from functools import cache
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from config.written import Given, Written


class UserManager(BaseUserManager["User"]):
    """Creates people by their email address, which is also how they sign in."""

    def get(self, *args: Any, **by: Any) -> "User":
        """By nothing but their key, as each request of somebody signed in does, with a query that is written once.

        Managers of a project's members and the like are made of this class, and find fewer.
        """
        if type(self) is not UserManager or args or by.keys() != {"pk"}:
            return super().get(*args, **by)
        user = user_by_key().first(key=by["pk"])
        if user is None:
            raise self.model.DoesNotExist
        return user

    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """By an operator, who vouches for the address; who signs up on their own has to prove it."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        default=False, help_text="An operator of this installation; opens the admin."
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email.split("@")[0].replace(".", " ")).split()
        return "".join(word[0] for word in words[:2]).upper()


@cache
def user_by_key() -> Written[User]:
    return Written(User.objects.filter(pk=Given("key", User._meta.pk)))


class SignInLink(models.Model):
    """Signs its owner in once. Only a hash of the token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.user}"


class AccountEvent(models.Model):
    """What happened to an account, and from where. Of a deleted account nothing tells whose it was."""

    class Verb(models.TextChoices):
        SIGNED_UP = "account.signed_up", _("Account made")
        SIGNED_IN = "account.signed_in", _("Signed in")
        SIGN_IN_FAILED = "account.sign_in_failed", _("Sign-in with a wrong password")
        SIGNED_OUT = "account.signed_out", _("Signed out")
        ENDED_ELSEWHERE = "account.ended_elsewhere", _("Signed out elsewhere")
        DELETED = "account.deleted", _("Account deleted")
        PASSWORD_SET = "password.set", _("Password chosen")
        PASSWORD_CHANGED = "password.changed", _("Password changed")
        PASSWORD_RESET = "password.reset", _("Forgotten password replaced")
        EMAIL_CHANGED = "email.changed", _("Email address changed")
        FACTOR_ADDED = "second_factor.added", _("Second factor added")
        FACTOR_REMOVED = "second_factor.removed", _("Second factor removed")
        FACTOR_RESET = "second_factor.reset", _("New recovery codes made")
        FACTOR_FAILED = "second_factor.failed", _("Wrong code of a second factor")
        PROVIDER_ADDED = "provider.added", _("Single sign-on connected")
        PROVIDER_REMOVED = "provider.removed", _("Single sign-on disconnected")

    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="account_events"
    )
    verb = models.CharField(max_length=40, choices=Verb)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="events_of_account")]

    def __str__(self) -> str:
        return f"{self.verb} {self.user or ''}"


class CacheEntry(models.Model):
    """The table of Django's database cache, which says itself what its columns are; nothing else looks at it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cache_entry"

    def __str__(self) -> str:
        return self.cache_key
