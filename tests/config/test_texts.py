"""No text is added without its Traditional and its Simplified Chinese, and none loses what a machine reads in it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from approvals.registry import registry
from config.management.commands.texts import problems_of
from config.texts.catalogues import as_mo, as_po, mo_file, po_file, read, updated
from config.texts.checking import problems
from config.texts.sources import Text, in_module, in_template, our_texts

WAITING = Text("%(count)s people wait")
PLACES = {WAITING: {"templates/desk.html"}}


def test_every_text_has_its_chinese() -> None:
    said = StringIO()
    call_command("texts", "--check", stderr=said)
    assert said.getvalue().strip() == "The texts are in step."


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({}, "zh_Hant: not translated (templates/desk.html): %(count)s people wait"),
        ({WAITING: ""}, "zh_Hant: not translated (templates/desk.html): %(count)s people wait"),
        (
            {WAITING: "%(number)s 人等待"},
            "zh_Hant: placeholders differ, ['%(count)s'] became ['%(number)s']: %(count)s people wait",
        ),
        ({WAITING: "有人等待"}, "zh_Hant: placeholders differ, ['%(count)s'] became []: %(count)s people wait"),
        (
            {WAITING: "%(count)s 人等待", Text("Gone"): "沒有了"},
            "zh_Hant: no longer in the sources: Gone",
        ),
    ],
)
def test_a_missing_broken_or_stale_translation_is_told(words: dict[Text, str], problem: str) -> None:
    assert list(problems("zh_Hant", PLACES, words)) == [problem]


@pytest.mark.parametrize(
    ("text", "words", "fault"),
    [
        ("{actor} stopped {name}", "{actor} 停止了 {nom}", "names in braces differ"),
        ("Write {{1}}.", "請寫 {1}。", "names in braces differ"),
        ("Send `Content-Length`.", "請傳送 `內容長度`。", "code differ"),
        ('Use <a href="{}">this form</a>.', "請使用此表格 {}。", "tags differ"),
        ("%s of %d", "%d 之 %s", "placeholders without names stand in another order"),
    ],
)
def test_what_a_machine_reads_stays_as_it_is(text: str, words: str, fault: str) -> None:
    (found,) = problems("zh_Hans", {Text(text): {"x.py"}}, {Text(text): words})
    assert fault in found


def test_a_counted_text_follows_its_plural() -> None:
    text = Text("One character.", "%d characters.")
    assert list(problems("zh_Hant", {text: {"x.py"}}, {text: "%d 個字元。"})) == []
    assert len(list(problems("zh_Hant", {text: {"x.py"}}, {text: "一個字元。"}))) == 1


def test_the_texts_of_a_module_are_those_that_are_marked() -> None:
    source = """
from django.utils.translation import gettext as _, ngettext, pgettext
one = _("Waits for "
        "you")
two = ngettext("One person", "%d people", count)
three = pgettext("noun", "Send")
not_ours = print("Hello"), _(name.replace("_", " "))
"""
    assert list(in_module(source)) == [
        Text("Waits for you"),
        Text("One person", "%d people"),
        Text("Send", context="noun"),
    ]


def test_the_texts_of_a_template_are_those_that_are_marked() -> None:
    source = """{% load i18n %}<p>Not marked</p>
      {% trans "Open it" %} {% translate "Send" context "noun" %} {{ name|default:_("Nobody") }}
    {% blocktranslate trimmed %}
       Since {{ when }}
    {% endblocktranslate %}{% blocktranslate count n=people %}one{% plural %}{{ n }} of 5%{% endblocktranslate %}"""
    assert list(in_template(source)) == [
        Text("Open it"),
        Text("Send", context="noun"),
        Text("Nobody"),
        Text("Since %(when)s"),
        Text("one", "%(n)s of 5%%"),
    ]


def test_a_tool_brings_its_description_its_safety_line_and_its_contract() -> None:
    found = our_texts()
    tool = registry.find("whatsapp.broadcast.preview")
    assert Text(tool.safety) in found
    assert any(text.one.startswith("Show who would get a broadcast") for text in found)
    assert Text("Cost ceiling") in found
    assert Text("The send stops before it costs more.") in found


def test_a_translation_that_is_doubtful_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "django.po"
    file.write_text('#, fuzzy\nmsgid "Send"\nmsgstr "發送"\n\nmsgid "Stop"\nmsgstr "停止"\n', "utf-8")
    assert read(file) == {Text("Send"): "", Text("Stop"): "停止"}


def test_a_catalogue_is_written_and_read_again_with_what_was_translated(tmp_path: Path) -> None:
    counted = Text("One", "%d people", "people")
    wanted = {WAITING: {"templates/desk.html"}, counted: {"b.py", "a.py"}, Text("New"): {"c.py"}}
    kept = {WAITING: "%(count)s 人等待", counted: "%d 人", Text("Gone"): "沒有了"}
    file = tmp_path / "django.po"
    file.write_bytes(as_po(updated("zh_Hant", wanted, kept)))
    assert read(file) == {WAITING: "%(count)s 人等待", counted: "%d 人", Text("New"): ""}
    written = file.read_text("utf-8")
    assert "#: a.py b.py" in written
    assert "Date" not in written, "a date would make every extraction a change"


def test_what_django_reads_is_made_from_what_people_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mo_file("zh_Hant").read_bytes() == as_mo("zh_Hant", po_file("zh_Hant"))
    stale = tmp_path / "django.mo"
    stale.write_bytes(b"old")
    monkeypatch.setattr("config.management.commands.texts.mo_file", lambda language: stale)
    assert problems_of("zh_Hant")[-1] == "zh_Hant: django.mo is not made from django.po"
    with pytest.raises(CommandError, match=r"zh_Hans: django\.mo is not made"):
        call_command("texts", "--check")


def test_simplified_chinese_is_not_traditional_chinese() -> None:
    assert set("這個們請發說號碼審訊時間讀證據範顯預覽會") & set("".join(read(po_file("zh_Hans")).values())) == set()
