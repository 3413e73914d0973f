"""The two plain shapes of a panel on the decision page: facts one under the other, and a table."""

from typing import Any

from approvals.admin.panels import Panel, Words


def facts_panel(title: Words, facts: list[tuple[Words, Any]], icon: str = "rule", note: Words = "") -> Panel:
    return Panel(title, "desk/panel_facts.html", {"facts": facts}, icon, note)


def table_panel(title: Words, headings: list[Words], rows: list[list[Any]], icon: str, empty: Words = "") -> Panel:
    return Panel(title, "desk/panel_table.html", {"headings": headings, "rows": rows, "empty": empty}, icon)
