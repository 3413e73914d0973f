"""The desk in three languages: English in the sources, Chinese in `locale/`. docs/words.md holds the words we use.

No GNU gettext is needed: Babel reads the sources and writes the catalogues. `manage.py texts` is the way in.
"""
