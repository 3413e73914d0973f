from django.urls import include, path, re_path

from sms.callbacks import receive

urlpatterns = [
    re_path(r"^sms/(?P<key>[\w-]{20,80})/(?P<kind>receipt|reply)$", receive, name="sms_callback"),
    path("", include("sms.links.urls")),
]
