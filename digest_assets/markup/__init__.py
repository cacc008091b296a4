"""What a text is made of: characters, addresses, formulas, TeX, a model's Markdown, as spans. Pure."""
