"""An asset a file, of its name; and beside them what they share.

Assets: `raw_feed_entries`, `windowed_papers`, `full_texts`, `translations`, `summaries`, `overviews`, `rendered_posts`,
`reader_site`, `deliveries`. Each file's docstring is the asset's description in the UI. A new asset is one file here
and one line in `definitions.py`.

What is a digest's own: `of_a_digest`. How they run: `one_date` (the date of a run, and how its step ends),
`read_papers` (the step that makes texts, translations, summaries and overviews side by side). What they do is in
`pipeline/`. What they show: `previews`, `columns`, `date_log`. When they are stale: `code_versions`.
"""
