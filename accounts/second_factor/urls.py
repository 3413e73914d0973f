"""Where the desk asks for the second factor and lets people keep theirs."""

from django.urls import path

from accounts.second_factor import pages

app_name = "second_factor"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("code/", pages.ask_code, name="code"),
    path("set-up/", pages.set_up, name="set_up"),
]
