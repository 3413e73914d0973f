"""Boxes for secrets: what is entered goes in and never comes out; an empty box keeps what there is."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget


class SecretBoxes(forms.ModelForm):  # type: ignore[type-arg]
    """A form of a row with secrets. `kept_before` says where the old one of a secret stays for a while."""

    secrets: ClassVar[tuple[str, ...]] = ()
    kept_before: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.secrets:
            if name in self.fields:
                is_set = bool(getattr(self.instance, name))
                self.fields[name].widget = UnfoldAdminPasswordWidget(
                    attrs={"autocomplete": "off", "placeholder": _("•••• is set") if is_set else _("not set")}
                )
                self.fields[name].help_text = _("Leave empty to keep it. It is stored encrypted and never shown.")
                self.initial.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.secrets:
            cleaned[name] = cleaned.get(name) or getattr(self.instance, name)
        for name, before in self.kept_before.items():
            old = getattr(self.instance, name)
            if old and cleaned.get(name) != old:
                setattr(self.instance, before, old)
        return cleaned
