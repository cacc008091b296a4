"""Which paper is in which digest: dates, claims, filters, what is due, what a date came to. Pure."""
