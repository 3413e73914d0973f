"""The pages of the second factor: asked at sign-in, set up, and one's own to keep. They open to a password alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import django_otp
import segno
from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_otp.models import Device

from accounts.actor import Actor, Face
from accounts.changes import tell
from accounts.models import Person
from accounts.password_again import password_error
from accounts.second_factor import enrolment
from accounts.second_factor.devices import BackupCodes
from accounts.second_factor.forms import CodeForm, ConfirmForm, NewCodesForm, SetUpForm

Page = Callable[[HttpRequest, Person], HttpResponse]


def for_whoever_gave_a_password(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    """A page for staff who are signed in, verified or not; everybody else goes to the login page."""

    @never_cache
    @wraps(page)
    def opened(request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person) or not admin.site.has_permission(request):
            return HttpResponseRedirect(reverse("admin:login"))
        return page(request, person)

    return opened


@for_whoever_gave_a_password
def ask_code(request: HttpRequest, person: Person) -> HttpResponse:
    """The second step of signing in."""
    if person.is_verified() or not enrolment.is_asked_of(person):
        return HttpResponseRedirect(_wanted(request))
    if enrolment.authenticator_of(person) is None:
        return _to("set_up", request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = enrolment.device_for_code(person, form.cleaned_data["code"])
        if device is not None:
            _let_in(request, person, device)
            return HttpResponseRedirect(_wanted(request))
        _tell(person, "person.second_factor_wrong")
        form.add_error("code", _("This code is wrong or used. Wait a moment, then enter the one that is shown now."))
    return _shown(request, "code", _("Second factor"), form=form)


@for_whoever_gave_a_password
def set_up(request: HttpRequest, person: Person) -> HttpResponse:
    """A first app at the first sign-in where one is required; another one in its place, with the password again."""
    replaces = enrolment.authenticator_of(person) is not None
    if replaces and not person.is_verified():
        return _to("code", request)
    form = _form(request, ConfirmForm if replaces else SetUpForm, person)
    if request.method == "POST" and form.is_valid():
        taken = enrolment.confirm(person, form.cleaned_data["code"])
        if taken is not None:
            app, codes = taken
            _tell(person, "person.second_factor_set")
            _let_in(request, person, app)
            return _codes_once(request, codes)
        form.add_error("code", _("This is not the app's code. Wait for the next one; is the phone's clock right?"))
    app = enrolment.begin(person)
    square = segno.make(enrolment.address_for_app(app, person), micro=False)
    drawn = square.svg_inline(border=3, light="#fff", omitsize=True)
    return _shown(
        request, "set_up", _("Set up your second factor"),
        form=form, qr=mark_safe(drawn), key=enrolment.readable_key(app), replaces=replaces,  # noqa: S308
    )  # fmt: skip


@for_whoever_gave_a_password
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """What one has, and new backup codes for the password."""
    app = enrolment.authenticator_of(person)
    if app is not None and not person.is_verified():
        return _to("code", request)
    if app is None:
        return _to("set_up", request)
    form = _form(request, NewCodesForm, person)
    if request.method == "POST" and form.is_valid():
        codes = enrolment.new_backup_codes(person)
        _tell(person, "person.backup_codes_renewed")
        return _codes_once(request, codes)
    left = enrolment.backup_codes_left(person)
    return _shown(request, "mine", _("My second factor"), form=form, left=left)


def _form(request: HttpRequest, kind: type[forms.Form], person: Person) -> forms.Form:
    """The form, with its password looked at once where it asks for one."""
    form = kind(request.POST or None)
    if request.method == "POST" and "password" in form.fields and form.is_valid():
        error = password_error(person, form.cleaned_data["password"], timezone.now())
        if error:
            form.add_error("password", error)
    return form


def _let_in(request: HttpRequest, person: Person, device: Device) -> None:
    """Somebody verified is somebody else to the session: what the half-way one was called is worth nothing now."""
    request.session.cycle_key()
    django_otp.login(request, device)
    _tell(person, "person.signed_in", backup_code=isinstance(device, BackupCodes))
    if isinstance(device, BackupCodes):
        left = len(device.hashes)
        messages.warning(request, _("A backup code was used; %s are left. Make new ones in time.") % left)


def _codes_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return _shown(request, "codes", _("Your backup codes"), codes=codes)


def _shown(request: HttpRequest, name: str, title: Any, **more: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "next": _wanted(request), **more}
    return render(request, f"accounts/second_factor/{name}.html", context)


def _to(name: str, request: HttpRequest) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(reverse(f"second_factor:{name}") + (f"?{query}" if query else ""))


def _wanted(request: HttpRequest) -> str:
    """Where somebody was going, never to another host."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else reverse("admin:index")


def _tell(person: Person, action: str, **facts: object) -> None:
    if person.organisation is not None:
        with transaction.atomic():
            tell(action, person, Actor.of_person(person, Face.DESK), timezone.now(), **facts)
