from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.adapter import INVITED_ADDRESS
from accounts.models import User


class NameForm(forms.ModelForm[User]):
    """How a person is called on the pages of this installation."""

    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": gettext_lazy("Name")}
        widgets = {"name": forms.TextInput(attrs={"class": "input", "autocomplete": "name"})}


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth has no annotations
    """Where people come by invitation, for the address that the invitation went to."""

    def clean_email(self) -> str:
        email = str(super().clean_email())
        invited = context.request.session.get(INVITED_ADDRESS)
        if settings.SIGN_UP == "invited" and email.lower() != (invited or "").lower():
            raise forms.ValidationError(_("You are invited as %(email)s.") % {"email": invited})
        return email


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"passwordless": True} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].label = _("Sign in with it alone")
        self.fields["passwordless"].help_text = _(
            "Without your password. The device then asks for your finger, face or PIN."
        )


class AddressForm(forms.Form):
    """Whoever deletes their account types its address, so that it is not another one."""

    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.lower() != self.user.email.lower():
            raise forms.ValidationError(
                _("Your address here is %(email)s. Nothing was deleted.") % {"email": self.user.email}
            )
        return typed
