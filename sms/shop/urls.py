"""Addresses under /api/shop/."""

from django.urls import path

from sms.shop.views import Conversions, Events, Refunds

urlpatterns = [
    path("events", Events.as_view(), name="shop_events"),
    path("conversions", Conversions.as_view(), name="shop_conversions"),
    path("refunds", Refunds.as_view(), name="shop_refunds"),
]
