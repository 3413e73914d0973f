"""Addresses under /api/."""

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from approvals.rest.views import Description, NothingHere, ToolList, ToolUse

app_name = "rest"

# The split view keeps its script out of the page, which the content security policy demands.
_docs = login_required(SpectacularSwaggerSplitView.as_view(url_name="rest:schema"))

urlpatterns = [
    path("tools", ToolList.as_view(), name="tools"),
    path("tools/<str:name>", ToolUse.as_view(), name="tool"),
    path("schema", Description.as_view(), name="schema"),
    path("docs", _docs, name="docs"),
    re_path("", NothingHere.as_view()),
]
