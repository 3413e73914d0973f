"""A long list's page: the order is worked out on keys, and whole rows are fetched only for those shown."""

from typing import Any

from django.core.paginator import Page, Paginator


class PageByKey(Paginator):  # type: ignore[type-arg]  # Django's own takes no brackets at run time
    """For lists whose order no index can give: sorting rows with all they are joined to costs several times more."""

    def page(self, number: int | str) -> Page[Any]:
        page = super().page(number)
        whole: Any = self.object_list  # querysets, as in every list of the admin
        shown: Any = page.object_list
        keys = list(shown.values_list("pk", flat=True))
        rows = {row.pk: row for row in whole.order_by().filter(pk__in=keys)}
        page.object_list = [rows[key] for key in keys if key in rows]  # one may have left the list in between
        return page
