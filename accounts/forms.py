from django import forms

from accounts.models import User


class NameForm(forms.ModelForm[User]):
    """How a person is called on the pages of this installation."""

    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"class": "input", "autocomplete": "name"})}
