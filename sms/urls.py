from django.urls import re_path

from sms.callbacks import receive

urlpatterns = [re_path(r"^sms/(?P<key>[\w-]{20,80})/(?P<kind>receipt|reply)$", receive, name="sms_callback")]
