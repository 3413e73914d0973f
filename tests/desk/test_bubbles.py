"""A message as the phone shows it: WhatsApp's four formats, and never markup of anybody else's."""

import pytest

from messaging.admin.bubbles import bubble_of, formatted
from messaging.models import TemplateTranslation


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _thin_", "<strong>bold</strong> and <em>thin</em>"),
        ("~old~ ```code```", "<s>old</s> <code>code</code>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("<b>x</b> *<i>y</i>*", "&lt;b&gt;x&lt;/b&gt; <strong>&lt;i&gt;y&lt;/i&gt;</strong>"),
        ('"quoted" & more', "&quot;quoted&quot; &amp; more"),
    ],
)
def test_whatsapps_formats_are_shown_and_all_else_is_text(text: str, html: str) -> None:
    assert formatted(text) == html


def translation(**changed: object) -> TemplateTranslation:
    definition = {
        "name": "spring", "language": "en", "category": "MARKETING", "style": "POSITIONAL",
        "header": {"kind": "image", "example": "h"}, "body": {"text": "Hello {{1}}", "examples": {"1": "Mei"}},
        "footer": "Reply STOP", "buttons": [{"kind": "url", "label": "See", "url": "https://tea.example/"}], **changed,
    }  # fmt: skip
    return TemplateTranslation(language="en", definition=definition)


def test_every_part_of_a_template_is_drawn() -> None:
    bubble = bubble_of(translation(), {"1": "Ann", "header": "https://tea.example/a.png"}, "en", "226 people")
    assert (bubble.body, bubble.footer, bubble.media) == ("Hello Ann", "Reply STOP", "https://tea.example/a.png")
    assert [(button.label, button.target) for button in bubble.buttons] == [("See", "https://tea.example/")]


def test_without_values_the_templates_own_samples_stand_in() -> None:
    assert bubble_of(translation(header=None), None, "en").body == "Hello Mei"


def test_a_message_that_could_not_be_sent_says_why_instead() -> None:
    bubble = bubble_of(translation(header=None), {}, "en")
    assert bubble.body == ""
    assert bubble.problems == ("body.1: The template needs this value.",)


def test_a_definition_that_is_none_breaks_no_page() -> None:
    bubble = bubble_of(TemplateTranslation(language="en", definition={"old": "shape"}), None, "en")
    assert bubble.problems == ("This text cannot be read as a template.",)
