"""The web process with one more view that does nothing, through the same server and the same middleware."""

from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.wsgi import application

settings.DEBUG = False


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": "https://shop.example.test/"})


import_module(settings.ROOT_URLCONF).urlpatterns.append(path("bench-empty", empty))

__all__ = ["application"]
