"""`manage.py tools`: print the registry, and write the documents that are read from it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.validation import validate_schema

from approvals.describing import described, summary_of
from approvals.reference import pages
from approvals.registry import registry
from approvals.rest.openapi import document


class Command(BaseCommand):
    help = "Print the tools, or write docs/tools and the OpenAPI file from them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print everything about every tool as JSON")
        parser.add_argument("--docs", action="store_true", help="write docs/tools/*.md")
        parser.add_argument("--openapi", metavar="FILE", help="write the OpenAPI document, e.g. docs/openapi.json")
        parser.add_argument("--check", action="store_true", help="write nothing, fail when what is there is stale")
        parser.add_argument("--folder", default=str(settings.BASE_DIR / "docs" / "tools"), help="where --docs writes")

    def handle(self, *args: Any, **options: Any) -> None:
        writes = options["docs"] or options["openapi"]
        if options["check"] and not writes:
            raise CommandError("--check goes with --docs or --openapi")
        if options["docs"]:
            self._docs(Path(options["folder"]), check=options["check"])
        if options["openapi"]:
            self._put({Path(options["openapi"]): openapi_text()}, check=options["check"])
        if options["json"]:
            tools = [described(tool).model_dump(mode="json") for tool in registry]
            self.stdout.write(json.dumps({"tools": tools}, ensure_ascii=False, indent=2))
        elif not writes:
            self._table()

    def _docs(self, folder: Path, *, check: bool) -> None:
        wanted = {folder / name: text for name, text in pages(registry).items()}
        left_over = sorted(set(folder.glob("*.md")) - wanted.keys())
        self._put(wanted, check=check, left_over=left_over)

    def _put(self, wanted: dict[Path, str], *, check: bool, left_over: list[Path] | None = None) -> None:
        """Write the files and remove what no tool stands behind any more; with `check`, only compare."""
        old = left_over or []
        stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if check and (stale or old):
            names = ", ".join(str(path) for path in [*stale, *old])
            raise CommandError(f"Stale: {names}. Run the same command without --check.")
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        for path in [] if check else old:
            path.unlink()
        self.stderr.write(f"{len(wanted)} files are up to date" + ("." if check else f"; {len(stale)} written."))

    def _table(self) -> None:
        widest = max((len(tool.name) for tool in registry), default=0)
        for tool in registry:
            self.stdout.write(f"{tool.name:<{widest}}  {tool.kind.value:<7}  {tool.scope:<17}  {summary_of(tool)}")
        self.stderr.write(f"{len(registry)} tools")


def openapi_text() -> str:
    """The OpenAPI document of all tools, checked against the specification's own schema."""
    made = document()
    validate_schema(made)  # type: ignore[no-untyped-call]
    return json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
