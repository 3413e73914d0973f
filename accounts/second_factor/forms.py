"""What the pages of the second factor ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


class CodeForm(forms.Form):
    """Six digits of the app, or a backup code."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=_("The six digits that your authenticator app shows, or one of your backup codes."),
    )


class SetUpForm(forms.Form):
    """One code, which shows that the app has taken the secret."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=12,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=_("The six digits that the app shows now."),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class _Password(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
        help_text=_("Your own, once more."),
    )


class ConfirmForm(SetUpForm, _Password):
    """Putting another app in the place of one in use."""


class NewCodesForm(_Password):
    """Backup codes in place of the old ones."""
