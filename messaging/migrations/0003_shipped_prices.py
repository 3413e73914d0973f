"""Prices from the first day: the card that is shipped. A card imported later stands beside it or corrects it."""

from django.db import migrations

from messaging.pricing.loading import SHIPPED_SOURCE, load_shipped_card


def load(apps, schema_editor):
    load_shipped_card(prices=apps.get_model("messaging", "Price"))


def unload(apps, schema_editor):
    apps.get_model("messaging", "Price").objects.filter(source=SHIPPED_SOURCE).delete()


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_room_for_updates")]

    operations = [migrations.RunPython(load, unload)]
