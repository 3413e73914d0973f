"""Which texts led to what people bought: by the last click of a person, within a window that is always said."""
