"""Addresses under /api/sms/otp/, before those of the tools, which take all that is left under /api/."""

from django.urls import path

from sms.otp.views import VerifyCode

urlpatterns = [path("verify", VerifyCode.as_view(), name="otp_verify")]
