"""Addresses. The webhook is not here: `config.wsgi` answers it before Django's middleware."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config.health import health
from config.metrics.view import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("desk/second-factor/", include("accounts.second_factor.urls")),
    path("desk/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/sms/otp/", include("sms.otp.urls")),
    path("api/shop/", include("sms.shop.urls")),
    path("api/", include("approvals.rest.urls")),
    path("media/", include("messaging.whatsapp.media.serving")),
    path("", include("messaging.whatsapp.commerce.urls")),
    path("", include("sms.urls")),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
]
