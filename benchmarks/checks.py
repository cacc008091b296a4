"""What the checks find of deliberate damage to correct answers, on ten papers of the sandbox: a table.

    python benchmarks/checks.py

For each paper it was written by hand what a correct reading must and must not say
(`digest_assets_tests/llm/compared.toml`); the first two rows are the correct answers, of which none may be found.
"""

from digest_assets_tests.llm.compared import measured

ROW = "{:<12} {:<28} {:>7} {:>6} {:>7}"

if __name__ == "__main__":
    print(ROW.format("answer", "damage", "answers", "found", "missed"))
    for answer, damage, count, found in measured():
        print(ROW.format(answer, damage, count, found, count - found if damage != "none" else "-"))
