"""Texts set off by what happens in the shop: enabled by a countersignature, sent by the one engine."""
