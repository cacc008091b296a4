"""What a hurried reader needs of a paper and of a day: facts, a sentence of result, topics, groups. Pure; no model."""
