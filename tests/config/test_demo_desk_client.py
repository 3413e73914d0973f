"""What the demo's browser reads of a page: the form it would post, and the reasons it is told."""

from config.demo.desk_client import Page

PAGE = """
<form action="/desk/logout/"><input type="hidden" name="csrfmiddlewaretoken" value="other"></form>
<section class="cs-alert" role="alert"><h3>Nothing was changed</h3>
  <ul><li><strong>This decision needs your password.</strong> <span>Enter it again.</span></li>
      <li><strong>It is late.</strong></li></ul>
</section>
<p><strong>Not a reason</strong></p>
<form method="post" action="/desk/approvals/actionrequest/7/approve/">
  <input type="hidden" name="csrfmiddlewaretoken" value="token">
  <input type="hidden" name="seal" value="abc">
  <textarea name="note"></textarea><input type="password" name="password" required>
  <button type="submit">Approve</button>
</form>
"""


def test_a_form_is_read_with_its_hidden_fields_and_what_it_asks_for() -> None:
    page = Page(PAGE)
    assert page.forms["/desk/approvals/actionrequest/7/approve/"] == {"csrfmiddlewaretoken": "token", "seal": "abc"}
    assert page.asks["/desk/approvals/actionrequest/7/approve/"] == {"note", "password"}


def test_reasons_are_read_from_the_alert_alone() -> None:
    assert Page(PAGE).reasons == ["This decision needs your password.", "It is late."]
