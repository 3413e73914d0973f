"""`manage.py texts`: find the texts that people read, and keep their Chinese in step."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.texts.catalogues import LANGUAGES, as_mo, as_po, mo_file, po_file, read, updated, wanted_texts
from config.texts.checking import problems


class Command(BaseCommand):
    help = "Find the texts that people read, and keep their Chinese in step."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        wish = parser.add_mutually_exclusive_group(required=True)
        wish.add_argument("--extract", action="store_true", help="bring locale/*/LC_MESSAGES/django.po up to date")
        wish.add_argument("--compile", action="store_true", help="make django.mo from django.po")
        wish.add_argument("--check", action="store_true", help="fail when a translation is missing, stale or broken")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["extract"]:
            self._extract()
        elif options["compile"]:
            self._compile()
        else:
            self._check()

    def _extract(self) -> None:
        for language in LANGUAGES:
            file = po_file(language)
            kept = read(file) if file.exists() else {}
            wanted = wanted_texts(language)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(as_po(updated(language, wanted, kept)))
            missing = sum(not kept.get(text) for text in wanted)
            self.stderr.write(f"{language}: {len(wanted)} texts, {missing} to translate")

    def _compile(self) -> None:
        for language in LANGUAGES:
            mo_file(language).write_bytes(as_mo(language, po_file(language)))

    def _check(self) -> None:
        found = [problem for language in LANGUAGES for problem in problems_of(language)]
        if found:
            raise CommandError("\n".join([*found, "Run `manage.py texts --extract`, translate, then `--compile`."]))
        self.stderr.write("The texts are in step.")


def problems_of(language: str) -> list[str]:
    """Everything that is wrong with a language."""
    file, compiled = po_file(language), mo_file(language)
    if not file.exists():
        return [f"{language}: {file.name} is not there"]
    found = list(problems(language, wanted_texts(language), read(file)))
    if not compiled.exists() or compiled.read_bytes() != as_mo(language, file):
        found.append(f"{language}: django.mo is not made from django.po")
    return found
