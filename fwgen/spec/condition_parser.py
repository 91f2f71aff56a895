"""Parses one condition of `sleep.wake_if`; each error names the words that are wrong.

condition = name ("<" | ">") quantity "for" duration ["until" (">" | "<") quantity]
          | name "changes" "by" ">" quantity "within" time
          | name "for" duration
duration  = number ("sample" | "samples") | time
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, NamedTuple, NoReturn, TypeVar

from pydantic import Field

from fwgen.spec import quantity as q
from fwgen.spec.diagnostics import quote, suggest
from fwgen.spec.kinds import Part
from fwgen.spec.scalar import Span

T = TypeVar("T")
Form = Literal["below", "above", "changes", "status"]

EXAMPLE: Final = "distance < 300 mm for 3 samples"
CHANGE_EXAMPLE: Final = "distance changes by > 200 mm within 2 s"
STATUS_EXAMPLE: Final = "no echo for 30 s"
MOST_SAMPLES: Final = 1_000_000
LONGEST: Final = "8784 h"
"""As of all other times of a spec."""
NAME: Final = r"(?:[a-z][a-z0-9-]*\.)?[a-z][a-z0-9]*(?:[ -][a-z0-9]+)*"

_WORD: Final = re.compile(r"[<>=!≤≥]+|[^\s<>=!≤≥]+")
_NUMBER: Final = re.compile(r"[+-]?[0-9.,]+|[+-]")
_SAMPLES: Final = re.compile(r"([0-9]+) +samples?")
_PART_OF_SAMPLES: Final = re.compile(r"[+-]?[0-9.]+ *samples?")
_SIGNS: Final = ("<", ">")
_KEYWORDS: Final = ("changes", "by", "for", "until", "within")
_MEANT: Final = {
    **dict.fromkeys(("<=", "=<", "≤", "<<", "below", "under"), "<"),
    **dict.fromkeys((">=", "=>", "≥", ">>", "above", "over", "exceeds"), ">"),
    **dict.fromkeys(("in", "during"), "within"),
}
"""Words that are not accepted -> the word to suggest."""
_DURATION_HINT: Final = "write a number of samples or a time, such as `3 samples` or `10 s`"


class Places(NamedTuple):
    """Where the parts of a condition are in its text; `span`: of its duration."""

    subject: Span
    span: Span
    limit: Span | None = None
    until: Span | None = None


class WakeIf(Part):
    """One condition. `subject`: a channel or a status, maybe with the name of its sensor. `limit`,
    `until`: quantities as written, `until` only if it was. Exactly one of `samples` and `span_us`
    is set; for a change it is `span_us`. `places`: is not part of its meaning."""

    text: str
    form: Form
    subject: str
    limit: str = ""
    until: str = ""
    samples: int | None = None
    span_us: int | None = None
    places: Places = Field(exclude=True)


@dataclass(frozen=True)
class _Piece:
    """Words that follow each other. `start`: in the condition's text."""

    text: str
    start: int

    @property
    def span(self) -> Span:
        return Span(self.start, len(self.text))

    @property
    def is_sign(self) -> bool:
        return self.text[0] in "<>=!≤≥"

    @property
    def is_number(self) -> bool:
        return self.text[0].isdecimal() or _NUMBER.fullmatch(self.text) is not None

    def refuse(self, message: str, hint: str, rule: str = "bad-condition") -> NoReturn:
        raise q.QuantityError(rule, message, hint, self.span)


def parse(text: str) -> WakeIf:
    """Return the condition; `text` has one space between words. Raises QuantityError, with the
    wrong part of the text."""
    return _Parser(text).condition()


class _Parser:
    def __init__(self, text: str, guessed: bool = False) -> None:
        """`guessed`: the text is a correction, whose units must be known."""
        self.text = text
        self.guessed = guessed
        self.words = [_Piece(found[0], found.start()) for found in _WORD.finditer(text)]
        self.at = 0
        self.last = _Piece("", 0)
        """What was read last."""

    def condition(self) -> WakeIf:
        if not self.words:
            message = "expected a condition, found an empty text"
            raise q.QuantityError("bad-condition", message, f"write it like `{EXAMPLE}`")
        name = self._name()
        word = self._expect("<", ">", "changes", "for", example=_forms(self.text))
        if word.text in _SIGNS:
            return self._limit(name, word.text)
        if word.text == "changes":
            return self._change(name)
        duration = self._duration()
        self._end()
        return self._found("status", name, duration, _span(duration))

    def _limit(self, name: _Piece, sign: str) -> WakeIf:
        limit = self._quantity()
        self._expect("for", example=EXAMPLE)
        duration = self._duration()
        span, until = _span(duration), None
        if self.at < len(self.words):
            self._expect("until", example=EXAMPLE, last=True)
            until = self._until(limit, sign)
            self._end()
        return self._found("below" if sign == "<" else "above", name, duration, span, limit, until)

    def _until(self, limit: _Piece, sign: str) -> _Piece:
        wanted = ">" if sign == "<" else "<"
        found = self._peek()
        if found and found.text == sign:
            message = f"a condition with `{sign}` ends with `until {wanted}`, found `{sign}`"
            rest = self.text[found.start + 1 :].strip()
            found.refuse(message, f"write {quote(f'until {wanted} {rest}'.strip())}")
        self._expect(wanted, example=f"{EXAMPLE} until > 350 mm")
        until = self._quantity()
        threshold = _amount(limit)
        end = _amount(until, *([threshold.dimension] if threshold else []))
        if threshold and end and _beyond(end.value, threshold.value, sign):
            until.refuse(
                "the condition would be true and false at once between "
                f"{quote(limit.text)} and {quote(until.text)}",
                f"write a value {'above' if sign == '<' else 'below'} {quote(limit.text)} after "
                "`until`",
            )
        return until

    def _change(self, name: _Piece) -> WakeIf:
        self._expect("by", example=CHANGE_EXAMPLE)
        self._expect(">", example=CHANGE_EXAMPLE)
        limit = self._quantity()
        self._expect("within", example=CHANGE_EXAMPLE)
        duration = self._duration()
        hint = f"write it like `{name.text} changes by > {limit.text} within 2 s`"
        within_us = _of(duration, lambda text: _time(text, hint))
        self._end()
        return self._found("changes", name, duration, (None, within_us), limit)

    def _found(
        self,
        form: Form,
        name: _Piece,
        duration: _Piece,
        span: tuple[int | None, int | None],
        limit: _Piece | None = None,
        until: _Piece | None = None,
    ) -> WakeIf:
        return WakeIf(
            text=self.text,
            form=form,
            subject=name.text,
            limit=limit.text if limit else "",
            until=until.text if until else "",
            samples=span[0],
            span_us=span[1],
            places=Places(
                subject=name.span,
                span=duration.span,
                limit=limit.span if limit else None,
                until=until.span if until else None,
            ),
        )

    def _name(self) -> _Piece:
        first = self.at
        while (word := self._peek()) and not (
            word.is_sign or word.is_number or word.text in _KEYWORDS
        ):
            self.at += 1
        if self.at == first:
            self.words[first].refuse(
                f"expected a channel or a status, found {quote(self.words[first].text)}",
                f"write it like {_forms(self.text)}",
            )
        name = self.last = self._piece(first, self.at)
        if not re.fullmatch(NAME, name.text):
            lower = name.text.lower().replace("_", "-")
            hint = "a name has only a-z, 0-9, `-`, and the sensor's name with `.`"
            if re.fullmatch(NAME, lower):
                hint = f"did you mean `{lower}`?"
            name.refuse(f"{quote(name.text)} is not the name of a channel or a status", hint)
        return name

    def _quantity(self) -> _Piece:
        """Return a number and its unit, which may be missing or unknown: the plan, which knows the
        channel's, reports it."""
        quantity = self._number_and_unit("a quantity", "write a number and a unit, like `300 mm`")
        if _amount(quantity) is None and self.guessed:
            quantity.refuse("expected a known unit", "")
        return quantity

    def _duration(self) -> _Piece:
        return self._number_and_unit("a duration", _DURATION_HINT)

    def _number_and_unit(self, what: str, hint: str) -> _Piece:
        first, word = self.at, self._peek()
        if word is None:
            self.last.refuse(f"expected {what} after {quote(self.last.text)}", hint)
        if not word.is_number:
            word.refuse(f"expected {what}, found {quote(word.text)}", hint)
        self.at += 1
        unit = self._peek()
        while unit and not unit.is_sign and unit.text not in _KEYWORDS:
            bare = _NUMBER.fullmatch(self.words[self.at - 1].text)
            if not (bare or unit.is_number):
                break
            self.at += 1
            unit = self._peek()
        self.last = self._piece(first, self.at)
        return self.last

    def _end(self) -> None:
        if word := self._peek():
            self._surplus(word, "the end of the condition")

    def _surplus(self, word: _Piece, expected: str) -> NoReturn:
        rest = self._piece(self.at, len(self.words))
        hint = f"remove {quote(rest.text)}"
        if word.text.lower() in ("and", "or", "&&", "||", "&", "|", ",", ";"):
            hint = "write each condition as an item of the list: each of them wakes Linux"
        word.refuse(f"expected {expected}, found {quote(word.text)}", hint)

    def _peek(self) -> _Piece | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def _piece(self, first: int, end: int) -> _Piece:
        begin, last = self.words[first].start, self.words[end - 1]
        return _Piece(self.text[begin : last.start + len(last.text)], begin)

    def _expect(self, *choices: str, example: str, last: bool = False) -> _Piece:
        """Return the next word, which must be one of the choices. `last`: the condition may end
        here."""
        word = self._peek()
        if word is None or word.text not in choices:
            self._unexpected(choices, example, last)
        self.at += 1
        self.last = word
        return word

    def _unexpected(self, choices: Sequence[str], example: str, last: bool) -> NoReturn:
        wrong = self._misspelt(choices) or self._peek()
        if wrong is None:
            guess = self._guess(choices, len(self.words), len(self.words))
            message = f"expected {_listed(choices)} after {quote(self.last.text)}"
            self.last.refuse(message, _hint(guess, example))
        at = self.words.index(wrong)
        meant = _meant(wrong.text, choices)
        guess = self._guess((meant,), at, at + 1) if meant else ""
        if not meant and (wrong.is_number or wrong.is_sign or wrong.text in _KEYWORDS):
            guess = self._guess(choices, at, at)
        if last and not meant:
            self._surplus(wrong, f"{_listed(choices)} or the end of the condition")
        wrong.refuse(
            f"expected {_listed(choices)}, found {quote(wrong.text)}", _hint(guess, example)
        )

    def _misspelt(self, choices: Sequence[str]) -> _Piece | None:
        """Return the last word of a name if it is probably one of the choices."""
        if self.at < 2:
            return None
        before = self.words[self.at - 1]
        in_name = all(not word.is_sign and not word.is_number for word in self.words[: self.at])
        free = before.text not in _KEYWORDS
        return before if in_name and free and _meant(before.text, choices) else None

    def _guess(self, choices: Sequence[str], begin: int, end: int) -> str:
        """Return the text with one of the choices in place of these words, if that is a condition;
        else ""."""
        if self.guessed:
            return ""
        tails = {"for": " 3 samples", "within": " 2 s"}
        for choice in choices:
            tail = tails.get(choice, "") if begin == len(self.words) else ""
            words = [word.text for word in self.words]
            text = " ".join([*words[:begin], choice + tail, *words[end:]])
            try:
                _Parser(text, guessed=True).condition()
            except q.QuantityError:
                continue
            return text
        return ""


def _meant(written: str, choices: Sequence[str]) -> str | None:
    """Return the choice that was probably meant."""
    known = _MEANT.get(written.lower(), written.lower())
    if known in choices:
        return known
    return suggest(written, [choice for choice in choices if choice.isalpha()])


def _listed(choices: Sequence[str]) -> str:
    quoted = [f"`{choice}`" for choice in choices]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _hint(guess: str, example: str) -> str:
    if guess:
        return f"did you mean `{guess}`?"
    return f"write it like {example}" if "`" in example else f"write it like `{example}`"


def _forms(text: str) -> str:
    """Return the form that the text probably means, or all."""
    if "chang" in text:
        return f"`{CHANGE_EXAMPLE}`"
    return f"`{EXAMPLE}`, `{CHANGE_EXAMPLE}` or `{STATUS_EXAMPLE}`"


def _of(piece: _Piece, read: Callable[[str], T]) -> T:
    """Read a piece; an error in it gets its place in the condition."""
    try:
        return read(piece.text)
    except q.QuantityError as error:
        part = error.part or Span(0, len(piece.text))
        place = Span(piece.start + part.start, part.length)
        raise q.QuantityError(error.rule, error.sentence, error.hint, place) from None


def _amount(piece: _Piece, *dimensions: q.Dimension) -> q.Quantity | None:
    """Return the quantity; None if its unit is missing or unknown."""
    try:
        return _of(piece, lambda text: q.parse(text, *dimensions, example="300 mm"))
    except q.QuantityError as error:
        if error.rule in ("no-unit", "unknown-unit"):
            return None
        raise


def _beyond(end: Fraction, limit: Fraction, sign: str) -> bool:
    return end < limit if sign == "<" else end > limit


def _time(text: str, hint: str) -> int:
    if _SAMPLES.fullmatch(text):
        raise q.QuantityError("bad-condition", f"expected a time, found {quote(text)}", hint)
    span_us = q.whole(q.parse(text, q.Dimension.TIME, example="2 s"), "us")
    if span_us <= 0:
        raise q.QuantityError("out-of-range", f"`{text}` is too short", hint)
    if span_us > q.whole(q.parse(LONGEST), "us"):
        message = f"{quote(text)} is too long, the maximum is `{LONGEST}`"
        raise q.QuantityError("out-of-range", message, f"write a time up to `{LONGEST}`")
    return span_us


def _span(piece: _Piece) -> tuple[int | None, int | None]:
    return _of(piece, _samples_or_time)


def _samples_or_time(text: str) -> tuple[int | None, int | None]:
    """Return the number of samples or the time in µs."""
    if found := _SAMPLES.fullmatch(text):
        samples = int(found[1][:20])  # more digits are too many in any case
        if not 1 <= samples <= MOST_SAMPLES:
            hint = f"write a number from 1 to {MOST_SAMPLES}"
            raise q.QuantityError("out-of-range", f"{quote(text)} is out of range", hint)
        return samples, None
    if _PART_OF_SAMPLES.fullmatch(text):
        hint = f"write a whole number from 1 to {MOST_SAMPLES}, a space and `samples`"
        message = f"expected a whole number of samples, found {quote(text)}"
        raise q.QuantityError("bad-condition", message, hint)
    if re.fullmatch("[0-9]+", text):
        short = quote(text).strip("`")
        hint = f"did you mean `for {short} samples`, or `for {short} s`?"
        raise q.QuantityError("no-unit", f"`for {short}` has no unit", hint)
    return None, _time(text, _DURATION_HINT)
