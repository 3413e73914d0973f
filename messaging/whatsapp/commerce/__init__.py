"""Orders made in a conversation and their payment: products, orders, links, and what the provider calls back."""
