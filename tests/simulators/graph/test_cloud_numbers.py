"""The product's client against the pretend Graph API: numbers, profiles, block lists, QR codes, files."""

import logging

import pytest

from messaging.carriers import SendFailed
from messaging.whatsapp.client import CloudApi, GraphError
from messaging.whatsapp.cloud.conversational import Command, Components
from messaging.whatsapp.cloud.numbers import CommerceSettings, NewNumber
from messaging.whatsapp.cloud.profiles import ProfileChange
from simulators.graph.account import APP_ID
from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, MING
from tests.simulators.graph.cloud import NUMBER, last_request, refused


def test_a_profile_is_changed_in_part(api: CloudApi) -> None:
    api.update_business_profile(NUMBER, ProfileChange(about="Open till six.", websites=["https://tea.example.test/"]))
    api.update_business_profile(NUMBER, {"vertical": "RESTAURANT"})

    told = api.get_business_profile(NUMBER)

    assert (told.about, told.websites, told.vertical) == ("Open till six.", ["https://tea.example.test/"], "RESTAURANT")


def test_a_profile_picture_goes_up_in_two_parts_and_goes_on_where_it_stopped(api: CloudApi) -> None:
    upload = api.start_upload(APP_ID, "shop.png", 8, "image/png")
    with pytest.raises(GraphError, match="could not be read"):
        api.upload(upload, b"\x89PNG")  # the answer to a part has no handle yet
    assert api.upload_offset(upload) == 4

    api.update_business_profile(NUMBER, {"profile_picture_handle": api.upload(upload, b"\r\n\x1a\n", 4)})

    assert "/profile_pictures/" in api.get_business_profile(NUMBER).profile_picture_url


def test_a_new_number_goes_all_the_way_to_its_first_message(api: CloudApi, simulator: GraphSimulator) -> None:
    number = api.add_phone_number(simulator.waba_id, NewNumber(cc="852", phone_number="58010009", verified_name="Tea"))
    assert api.get_phone_number(number).code_verification_status == "NOT_VERIFIED"
    with refused(133006):
        api.register(number, "271828")
    with pytest.raises(SendFailed, match="not registered"):
        api.send_message(number, {"messaging_product": "whatsapp", "to": IDA, "type": "text", "text": {"body": "Hi"}})

    api.request_code(number, "SMS", "en")
    with refused(100):
        api.verify_code(number, "000000")
    api.verify_code(number, "010009")  # the simulator's code is the number's last six digits
    api.register(number, "271828", "SG")

    told = api.get_phone_number(number)
    assert (told.status, told.verified_name, told.display_phone_number) == ("CONNECTED", "Tea", "+852 58010009")
    simulator.inbound(IDA, phone_number_id=number)
    api.send_message(number, {"messaging_product": "whatsapp", "to": IDA, "type": "text", "text": {"body": "Hi"}})


def test_the_pin_is_asked_for_and_guessing_ends(api: CloudApi) -> None:
    api.set_pin(NUMBER, "271828")
    api.deregister(NUMBER)
    with refused(133010):
        api.deregister(NUMBER)
    for _ in range(5):
        with refused(133005):
            api.register(NUMBER, "314159")
    with refused(133008):
        api.register(NUMBER, "271828")


def test_a_number_is_registered_ten_times_in_three_days(api: CloudApi) -> None:
    for _ in range(5):
        api.deregister(NUMBER)
        api.register(NUMBER, "271828")
    with refused(133016):
        api.deregister(NUMBER)


def test_the_pin_is_shown_nowhere(api: CloudApi, simulator: GraphSimulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api.set_pin(NUMBER, "271828")
    with pytest.raises(ValueError, match="six digits") as caught:
        api.set_pin(NUMBER, "2718281")

    assert "271828" not in str(caught.value) + caplog.text + str(last_request(simulator))


def test_the_shop_and_the_identity_check_are_switched(api: CloudApi) -> None:
    api.set_commerce_settings(NUMBER, CommerceSettings(is_catalog_visible=True))
    api.check_identity_keys(NUMBER, True)

    shop = api.get_commerce_settings(NUMBER)
    assert (shop.is_cart_enabled, shop.is_catalog_visible) == (True, True)
    assert api.get_number_settings(NUMBER).user_identity_change.enable_identity_key_check is True


def test_only_who_wrote_lately_can_be_blocked_and_the_answer_says_who_was_not(
    api: CloudApi, simulator: GraphSimulator
) -> None:
    ida = simulator.inbound(IDA)["user_id"]

    told = api.block_users(NUMBER, [IDA, MING])

    assert [user.input for user in told.added_users] == [IDA]
    assert [(user.input, user.errors[0]["code"]) for user in told.failed_users] == [(MING, 131047)]
    assert [user.wa_id for user in api.list_blocked_users(NUMBER)] == ["85291234567"]
    assert [user.user_id for user in api.unblock_users(NUMBER, [ida]).removed_users] == [ida]
    assert list(api.list_blocked_users(NUMBER)) == []


@pytest.mark.parametrize("people", [[], ["91234567"], ["DE.ENT.123"], [IDA, "Ming"]])
def test_nobody_is_blocked_by_a_wrong_address(api: CloudApi, simulator: GraphSimulator, people: list[str]) -> None:
    asked = len(list(simulator.journal("request")))
    with pytest.raises(ValueError, match=r"Nobody was named|blocked by phone number"):
        api.block_users(NUMBER, people)
    assert len(list(simulator.journal("request"))) == asked


def test_a_qr_code_keeps_its_link_while_its_words_change(api: CloudApi) -> None:
    made = api.create_qr_code(NUMBER, "I would like some tea", "PNG")
    assert made.deep_link_url == f"https://wa.me/message/{made.code}"
    assert made.qr_image_url.endswith(".png")

    assert api.update_qr_code(NUMBER, made.code, "A table for two").deep_link_url == made.deep_link_url

    found = api.get_qr_code(NUMBER, made.code)
    assert found is not None
    assert found.prefilled_message == "A table for two"
    assert [code.code for code in api.list_qr_codes(NUMBER)] == [made.code]
    api.delete_qr_code(NUMBER, made.code)
    assert api.get_qr_code(NUMBER, made.code) is None
    with refused(100):
        api.delete_qr_code(NUMBER, made.code)


def test_lists_are_read_to_their_last_page(api: CloudApi) -> None:
    made = {api.create_qr_code(NUMBER, f"Tea {at}").code for at in range(103)}

    assert {code.code for code in api.list_qr_codes(NUMBER)} == made


def test_ice_breakers_and_commands_are_replaced_as_a_whole(api: CloudApi) -> None:
    menu = Command(command_name="menu", command_description="What we pour")
    api.set_components(NUMBER, Components(prompts=["Book a table", "Opening hours"], commands=[menu]))
    api.set_components(NUMBER, Components(commands=[menu]))

    told = api.get_components(NUMBER)
    assert (told.prompts, [command.command_name for command in told.commands]) == ([], ["menu"])


def test_a_message_is_marked_read_while_we_write(api: CloudApi, simulator: GraphSimulator) -> None:
    message = simulator.inbound(IDA)["id"]

    api.mark_read(NUMBER, message, typing=True)

    assert last_request(simulator)["decision"] == "marked"
    with refused(131009):
        api.mark_read(NUMBER, "wamid.of-somebody-else")


def test_media_that_is_deleted_is_gone(api: CloudApi) -> None:
    media = api.upload_media(NUMBER, b"\x89PNG\r\n\x1a\n", "image/png", "tea.png")
    assert api.find_media(media, NUMBER).file_size == 8
    api.delete_media(media)
    with refused(100):
        api.find_media(media, NUMBER)
