"""Stripe Checkout: a hosted page that takes one payment for one amount."""
