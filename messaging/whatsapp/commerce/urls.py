from django.urls import path, re_path

from messaging.whatsapp.commerce.callbacks import done, receive

urlpatterns = [
    path("payments/done", done, name="payment_done"),
    re_path(r"^payments/(?P<provider>[a-z]{1,20})/(?P<key>[\w-]{20,80})$", receive, name="payment_callback"),
]
