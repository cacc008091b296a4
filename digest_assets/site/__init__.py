"""The reader's site: a day's papers as pages that can be searched, marked and followed, with nothing to install.

Pure rendering: values in, the text of files out. It takes the spans of `markup/` (what a title or an answer is
made of) and writes each kind as HTML in one function; nothing else of a feed or a model ever gets into a page, and
Jinja2 escapes the rest. `assets/reader_site.py` reads the store and writes the files.
"""
