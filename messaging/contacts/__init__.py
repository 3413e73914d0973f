"""Finding the person behind an address, and the address of a person."""
