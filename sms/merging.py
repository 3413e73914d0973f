"""What SMS keeps of a person and follows them when two contacts turn out to be one. Imported when Django is ready."""

from messaging.contacts.merging import follow
from sms.models import AutomationRun, Click, Conversion, ShopEvent

for model in (AutomationRun, Click, Conversion, ShopEvent):
    follow(model)
