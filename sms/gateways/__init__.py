"""Gateways: who carries our SMS to the networks. One folder each; `gateway` says what each can and must do."""
