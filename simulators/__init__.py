"""Pretend providers: separate processes that speak the real wire, and nothing the product may import."""
