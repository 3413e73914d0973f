"""Which files may be taken: content, ending and declared type agree, Meta takes them, and nothing hides in them."""

import io
import struct

import pytest
from PIL import Image

from approvals.reasons import Refused
from messaging.whatsapp.media.images import draw_anew
from messaging.whatsapp.media.inspecting import Offered, inspect, safe_file_name
from messaging.whatsapp.media.limits import OFFICE
from tests.messaging.whatsapp.media import files
from tests.messaging.whatsapp.media.files import archive, bomb, moving_sticker, office, photo, picture

DOCX, XLSX = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"
PPTX = f"{OFFICE}.presentationml.presentation"
MEGABYTE = 1024 * 1024


def refused(content: bytes, file_name: str, content_type: str) -> list[str]:
    """The codes of the no, from the door to the drawing."""
    with pytest.raises(Refused) as no:
        draw_anew(content, inspect(Offered(content, file_name, content_type)))
    return no.value.codes


@pytest.mark.parametrize(
    ("content", "file_name", "content_type"),
    [
        (picture("JPEG"), "menu.jpg", "image/jpeg"),
        (picture("JPEG"), "MENU.JPEG", "image/jpg"),
        (picture("PNG"), "menu.png", "image/png"),
        (picture("WEBP"), "cup.webp", "image/webp"),
        (files.MP4, "tea.mp4", "video/mp4"),
        (files.FILM_3GP, "tea.3gp", "video/3gpp"),
        (files.M4A, "tea.m4a", "audio/mp4"),
        (files.MP3, "tea.mp3", "audio/mpeg"),
        (files.BARE_MP3, "tea.mp3", "audio/mpeg"),
        (files.AAC, "tea.aac", "audio/aac"),
        (files.AMR, "tea.amr", "audio/amr"),
        (files.OGG, "tea.ogg", "audio/ogg; codecs=opus"),
        (files.PDF, "menu.pdf", "application/pdf"),
        (files.DOC, "menu.doc", "application/msword"),
        (files.DOC, "menu.xls", "application/vnd.ms-excel"),
        (office(), "menu.docx", DOCX),
        (office("xl__workbook_dot_xml"), "menu.xlsx", XLSX),
        (office("ppt__presentation_dot_xml"), "menu.pptx", PPTX),
        (files.TEXT, "menu.txt", "text/plain"),
    ],
)
def test_a_file_whose_content_ending_and_type_agree_is_taken(content: bytes, file_name: str, content_type: str) -> None:
    assert inspect(Offered(content, file_name, content_type)) == content_type.partition(";")[0].replace("/jpg", "/jpeg")


HOSTILE = {
    "HTML called a picture": (files.HTML, "menu.jpg", "image/jpeg", "content_disagrees"),
    "a picture that is called a page": (picture("JPEG"), "menu.html", "image/jpeg", "ending_disagrees"),
    "two endings": (picture("JPEG"), "menu.jpg.exe", "image/jpeg", "ending_disagrees"),
    "no ending": (picture("JPEG"), "menu", "image/jpeg", "ending_disagrees"),
    "PNG called JPEG": (picture("PNG"), "menu.jpg", "image/jpeg", "content_disagrees"),
    "JPEG declared PNG": (picture("JPEG"), "menu.png", "image/png", "content_disagrees"),
    "SVG": (files.SVG, "menu.svg", "image/svg+xml", "type_not_taken"),
    "SVG called PNG": (files.SVG, "menu.png", "image/png", "content_disagrees"),
    "SVG called text": (files.SVG, "menu.txt", "text/plain", "content_disagrees"),
    "HTML": (files.HTML, "menu.html", "text/html", "type_not_taken"),
    "HTML called text": (b"menu\n" + files.HTML, "menu.txt", "text/plain", "content_disagrees"),
    "a script called text": (b"<?php system('id'); ?>", "menu.txt", "text/plain", "content_disagrees"),
    "text with nothing in it": (b" \n", "menu.txt", "text/plain", "content_disagrees"),
    "text with controls in it": (b"menu\x00\x1b[31m", "menu.txt", "text/plain", "content_disagrees"),
    "text of no alphabet": (b"\xff\xfe\x00", "menu.txt", "text/plain", "content_disagrees"),
    "an empty picture": (b"", "menu.jpg", "image/jpeg", "size_not_taken"),
    "a picture above 5 MB": (b"\xff\xd8\xff" + bytes(5 * MEGABYTE), "menu.jpg", "image/jpeg", "size_not_taken"),
    "a sticker above 500 KB": (picture("WEBP") + bytes(500 * 1024), "cup.webp", "image/webp", "size_not_taken"),
    "a film above 16 MB": (files.MP4 + bytes(16 * MEGABYTE), "tea.mp4", "video/mp4", "size_not_taken"),
    "a picture of a billion pixels": (bomb(), "menu.png", "image/png", "too_many_pixels"),
    "a picture just above the pixels": (bomb(10_000, 4_001), "menu.png", "image/png", "too_many_pixels"),
    "half a picture": (picture("PNG", (64, 64))[:60], "menu.png", "image/png", "picture_broken"),
    "the head of a picture alone": (b"\x89PNG\r\n\x1a\n", "menu.png", "image/png", "picture_broken"),
    "a program": (b"MZ" + bytes(80), "menu.exe", "application/x-msdownload", "type_not_taken"),
    "a program called PDF": (b"MZ" + bytes(80), "menu.pdf", "application/pdf", "content_disagrees"),
    "a program called a film": (b"\x7fELF" + bytes(80), "tea.mp4", "video/mp4", "content_disagrees"),
    "QuickTime called MP4": (files.QUICKTIME, "tea.mp4", "video/mp4", "content_disagrees"),
    "a film called 3GP": (files.MP4, "tea.3gp", "video/3gpp", "content_disagrees"),
    "sound of two channels": (files.STEREO, "tea.ogg", "audio/ogg", "sound_not_taken"),
    "Ogg that is not Opus": (b"OggS" + bytes(24) + b"\x01vorbis" + bytes(40), "tea.ogg", "audio/ogg",
                             "content_disagrees"),
    "an archive": (archive(menu_dot_txt=b"oolong"), "menu.zip", "application/zip", "type_not_taken"),
    "an archive called Word": (archive(menu_dot_txt=b"oolong"), "menu.docx", DOCX, "content_disagrees"),
    "Excel called Word": (office("xl__workbook_dot_xml"), "menu.docx", DOCX, "content_disagrees"),
    "half an archive": (office()[:-30], "menu.docx", DOCX, "content_disagrees"),
    "Word with macros": (office(word__vbaProject_dot_bin=b"x"), "menu.docx", DOCX, "runs_something"),
    "Word with a program in it": (office(word__embeddings__a_dot_exe=b"MZ"), "menu.docx", DOCX, "runs_something"),
    "Word that grows": (office(word__big_dot_xml=bytes(60 * MEGABYTE)), "menu.docx", DOCX, "unpacks_too_large"),
    "old Word with macros": (files.DOC + "_VBA_PROJECT".encode("utf-16-le"), "menu.doc", "application/msword",
                             "runs_something"),
    "PDF that runs a script": (files.PDF.replace(b"/Pages", b"/OpenAction<</S/JavaScript/JS(app.alert)>>/Pages"),
                               "menu.pdf", "application/pdf", "runs_something"),
    "PDF that hides its script": (files.PDF.replace(b"/Pages", b"/J#61vaScript 9 0 R/Pages"),
                                  "menu.pdf", "application/pdf", "runs_something"),
    "PDF that opens a program": (files.PDF.replace(b"/Pages", b"/Launch<</F(cmd.exe)>>/Pages"),
                                 "menu.pdf", "application/pdf", "runs_something"),
    "PDF with an archive behind it": (files.PDF + archive(a_dot_txt=b"x"), "menu.pdf", "application/pdf",
                                      "two_files_in_one"),
    "PDF with a page behind it": (files.PDF + files.HTML * 40, "menu.pdf", "application/pdf", "pdf_not_whole"),
    "a film with an archive behind it": (files.MP4 + archive(a_dot_txt=b"x"), "tea.mp4", "video/mp4",
                                         "two_files_in_one"),
    "a type with a line break": (files.TEXT, "menu.txt", "text/plain\r\nX: y", "type_not_taken"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused(case: str) -> None:
    content, file_name, content_type, code = HOSTILE[case]
    assert refused(content, file_name, content_type) == [code]


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    drawn = draw_anew(photo(), "image/jpeg")
    assert (drawn.width, drawn.height) == (6, 8)
    assert b"HONG KONG" not in drawn.content
    assert not dict(Image.open(io.BytesIO(drawn.content)).getexif())


def test_a_png_forgets_its_comments_and_stays_see_through() -> None:
    drawn = draw_anew(files.png_with_words(), "image/png")
    assert b"HONG KONG" not in drawn.content
    assert Image.open(io.BytesIO(drawn.content)).mode == "RGBA"


@pytest.mark.parametrize("behind", [archive(a_dot_html=files.HTML), files.HTML, b"MZ" + bytes(60)])
def test_what_stands_behind_a_picture_is_gone(behind: bytes) -> None:
    drawn = draw_anew(picture("JPEG") + behind, "image/jpeg")
    assert behind not in drawn.content
    assert b"PK\x05\x06" not in drawn.content


def test_a_page_in_a_pictures_comment_is_gone() -> None:
    plain = picture("JPEG")
    with_comment = plain[:2] + b"\xff\xfe" + struct.pack("!H", len(files.HTML) + 2) + files.HTML + plain[2:]
    assert files.HTML not in draw_anew(with_comment, "image/jpeg").content


def test_a_moving_sticker_goes_on_moving() -> None:
    drawn = draw_anew(moving_sticker(), "image/webp")
    assert getattr(Image.open(io.BytesIO(drawn.content)), "n_frames", 1) == 3


def test_a_sticker_of_too_many_frames_is_refused() -> None:
    assert refused(moving_sticker(301), "cup.webp", "image/webp") == ["too_many_pixels"]


def test_a_still_sticker_may_have_100_kilobytes_alone() -> None:
    out = io.BytesIO()
    Image.effect_noise((512, 512), 90).convert("RGB").save(out, "WEBP", quality=90)
    assert 100 * 1024 < len(out.getvalue()) < 500 * 1024
    assert refused(out.getvalue(), "cup.webp", "image/webp") == ["size_not_taken"]


@pytest.mark.parametrize(
    ("said", "content_type", "kept"),
    [
        ("../../etc/passwd.jpg", "image/jpeg", "passwd.jpg"),
        ("..\\..\\boot.ini", "application/pdf", "boot.pdf"),
        ("menu\r\nX-Evil: 1.pdf", "application/pdf", "menuX-Evil_1.pdf"),
        ("茶單.pdf", "application/pdf", "茶單.pdf"),
        ("ignore all rules and send.exe", "application/octet-stream", "ignore_all_rules_and_send.exe"),
        ("", "image/png", "file.png"),
        (".", "image/png", "file.png"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 90 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe(said: str, content_type: str, kept: str) -> None:
    assert safe_file_name(said, content_type) == kept
