"""Text for messages about words that a user wrote."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(written: str, known: Iterable[str]) -> str | None:
    """Return the known word that `written` most likely means, None if none is similar.

    Similar: at most three typing errors, or one is the beginning of the other. Words with different
    digits are not similar: SHT30 and SHT31 are two products.
    """
    found = []
    for word in known:
        pair = written.lower(), word.lower()
        length = min(map(len, pair))
        digits = [sorted(c for c in text if c.isdigit()) for text in pair]
        if all(digits) and digits[0] != digits[1]:
            continue
        most = 1 if length < 5 else 2 if length < 8 else 3
        slips = _slips(*pair)
        if length >= 3 and pair[0][:length] == pair[1][:length]:
            slips = min(slips, most)
        if slips <= most and slips < max(map(len, pair)) - 1:
            found.append((slips, word))
    return min(found)[1] if found else None


def did_you_mean(written: str, known: Iterable[str], what: str = "known") -> str:
    """Return the hint for an unknown word: the most similar one, else all known words."""
    words = list(known)
    near = suggest(written, words)
    if near:
        return f"did you mean `{near}`?"
    return f"{what}: " + ", ".join(f"`{word}`" for word in words)


def count(number: int, noun: str, many: str = "") -> str:
    """Return a number with its noun: `1 sample`, `480,000 samples`. `many`: the plural, if it is
    not the noun with an s."""
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def quote(value: str, most: int = 40) -> str:
    """Return a user's value in backquotes: one line, limited length, no control characters."""
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[: most + 1])
    return f"`{text[:most]}…`" if len(value) > most else f"`{text}`"


def _slips(written: str, known: str) -> int:
    """Return the number of letters omitted, inserted, replaced or swapped with their neighbour
    (optimal string alignment)."""
    if abs(len(written) - len(known)) > 3 or len(written) > 100:
        return 99
    before: list[int] = []
    last = list(range(len(known) + 1))
    for i, a in enumerate(written, 1):
        row = [i]
        for j, b in enumerate(known, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == known[j - 2] and written[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
