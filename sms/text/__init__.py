"""What a text costs on the wire: its encoding, its size and its parts. Knows neither gateways nor the database."""

from sms.text.alphabet import Encoding, UnsendableText
from sms.text.counting import Measure, Reference, measure, split

__all__ = ["Encoding", "Measure", "Reference", "UnsendableText", "measure", "split"]
