"""Carriers are known by name, and found without anybody naming them."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps

from messaging import carriers
from messaging.whatsapp.carrier import WhatsAppCarrier
from messaging.whatsapp.client import Address


def test_a_carrier_is_found_in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for place in ("whatsapp", "gateways/harbour", "gateways/harbour/too/deep", "."):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "carrier.py").touch()
    imported: list[str] = []
    monkeypatch.setattr(apps, "get_app_configs", lambda: [SimpleNamespace(name="messaging", path=str(tmp_path))])
    monkeypatch.setattr(importlib, "import_module", imported.append)
    carriers.discover()
    assert imported == ["messaging.carrier", "messaging.whatsapp.carrier", "messaging.gateways.harbour.carrier"]


def test_whatsapp_is_one_of_the_folders_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(Path(carriers.__file__).parent)
    imported: list[str] = []
    monkeypatch.setattr(apps, "get_app_configs", lambda: [SimpleNamespace(name="messaging", path=root)])
    monkeypatch.setattr(importlib, "import_module", imported.append)
    carriers.discover()
    assert "messaging.whatsapp.carrier" in imported


def test_two_carriers_of_one_name_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriers, "_carriers", {})
    whatsapp = WhatsAppCarrier(Address, list)
    carriers.register(whatsapp)
    assert carriers.carrier("whatsapp") is whatsapp
    assert carriers.names() == ["whatsapp"]
    with pytest.raises(ValueError, match="already registered"):
        carriers.register(whatsapp)
