"""What is asked of a language model and what is made of its answers: prompts, checks, keys, budgets. All pure."""
