"""A person at the desk: pages are read and forms are posted, exactly as a browser would."""

from html.parser import HTMLParser

import requests

PATIENCE = 30.0


class DeskRefused(Exception):
    """The desk did not do it. `status` is the HTTP status, `text` what the page says."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(f"HTTP {status}: {text}")


class Page(HTMLParser):
    """What we need of a page: its forms with their hidden fields, and the reasons that its alert gives."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.asks: dict[str, set[str]] = {}
        self.reasons: list[str] = []
        self._form = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = facts.get("action", "")
            self.forms[self._form], self.asks[self._form] = {}, set()
        elif tag in ("input", "textarea", "select") and self._form in self.forms and facts.get("name"):
            self._note_field(facts)
        if facts.get("role") == "alert" or (self._inside and tag in ("section", "li", "strong")):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside[-2:] == ["li", "strong"] and data.strip():
            self.reasons.append(" ".join(data.split()))

    def _note_field(self, facts: dict[str, str]) -> None:
        if facts.get("type") == "hidden":
            self.forms[self._form][facts["name"]] = facts.get("value", "")
        else:
            self.asks[self._form].add(facts["name"])


class DeskClient:
    """A signed-in browser. Use one a person."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self.address, self.username, self.password = address, username, password
        self.session = requests.Session()
        self.session.trust_env = False

    def sign_in(self) -> None:
        """Through the login form. Raises DeskRefused when it is not taken."""
        url = f"{self.address}/desk/login/"
        page = self.session.get(url, timeout=PATIENCE)
        hidden = next((fields for fields in Page(page.text).forms.values() if "csrfmiddlewaretoken" in fields), {})
        answer = self.session.post(
            url,
            data={**hidden, "username": self.username, "password": self.password, "next": "/desk/"},
            headers={"Referer": url},
            timeout=PATIENCE,
        )
        if "sessionid" not in self.session.cookies and "session" not in self.session.cookies:
            raise DeskRefused(answer.status_code, f"{self.username} could not sign in")

    def open(self, address: str) -> Page:
        """Read a page. Raises DeskRefused when it is not shown."""
        answer = self.session.get(address, timeout=PATIENCE)
        if answer.status_code != 200 or "/desk/login/" in answer.url:
            raise DeskRefused(answer.status_code, f"{self.username} may not open {address}")
        return Page(answer.text)

    def approve(self, review_url: str, *, note: str = "", with_password: bool = True) -> None:
        """Open the decision page and post its approval form, with the password again where it asks for it.

        Raises DeskRefused with the words of the page when it offers no such form or the answer is no.
        """
        page, action = self._approval_form(review_url)
        fields = {**page.forms[action], "note": note}
        if with_password and "password" in page.asks[action]:
            fields["password"] = self.password
        self._post(review_url, f"{self.address}{action}", fields)

    def is_asked_for_password(self, review_url: str) -> bool:
        """Whether approving this needs the password again. Raises DeskRefused like `approve`."""
        page, action = self._approval_form(review_url)
        return "password" in page.asks[action]

    def approve_by_hand(self, review_url: str) -> None:
        """Post an approval that no page offered, with a good CSRF token. Raises DeskRefused."""
        page = self.open(review_url)
        token = next(fields["csrfmiddlewaretoken"] for fields in page.forms.values() if "csrfmiddlewaretoken" in fields)
        fields = {"csrfmiddlewaretoken": token, "seal": "0" * 64, "note": "", "password": self.password}
        self._post(review_url, review_url.replace("/change/", "/approve/"), fields)

    def _approval_form(self, review_url: str) -> tuple[Page, str]:
        page = self.open(review_url)
        action = next((action for action in page.forms if action.endswith("/approve/")), "")
        if not action:
            raise DeskRefused(403, f"the page offers {self.username} nothing to decide")
        return page, action

    def _post(self, review_url: str, url: str, fields: dict[str, str]) -> None:
        answer = self.session.post(url, data=fields, headers={"Referer": review_url}, timeout=PATIENCE)
        if answer.status_code != 200:
            raise DeskRefused(answer.status_code, " ".join(Page(answer.text).reasons) or answer.reason)
