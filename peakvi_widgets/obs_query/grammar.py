"""The text of a query: its tokens, and the tree that they make."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import DataError

MAX_LENGTH = 10_000  # characters
MAX_DEPTH = 50  # of parentheses and negations within each other

Scalar = bool | int | float | str

_TOKEN = re.compile(
    r"""(?P<number>(?:[0-9](?:_?[0-9])*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!\w))
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | `(?P<quoted>[^`]+)`
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>==|!=|<=|>=|[<>&|~()\[\],+-])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
_HINT = "a query compares columns with values"
_NO_SUMS = "a query does not calculate; keep the result as a column of obs"
_HINTS = {
    "=": "use == to compare",
    "*": _NO_SUMS,
    "/": _NO_SUMS,
    "%": _NO_SUMS,
    "@": "variables cannot be used in a query; write the value itself",
    ".": "write a name that has a dot in backticks; methods cannot be used",
    "`": "a backtick has no partner",
    '"': "the text has no end",
    "'": "the text has no end",
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
KEYWORDS = ("and", "or", "not", "in", "True", "False")
_JOINS = {"or": "or", "|": "or", "and": "and", "&": "and"}


class Token(NamedTuple):
    """A word of the query, and at which character it begins (from 0)."""

    kind: str  # "number", "text", "quoted", "word", "sign" or "end"
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a text, True or False."""

    value: Scalar
    at: int


@dataclass(frozen=True, slots=True)
class List:
    """Several values."""

    values: tuple[Value, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left first_sign first_right second_sign ...``, each between its two neighbors."""

    operands: tuple[Node, ...]
    signs: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a part."""

    one: Node
    at: int


@dataclass(frozen=True, slots=True)
class Join:
    """Parts of which all or at least one must hold."""

    word: str  # "and" or "or"
    parts: tuple[Node, ...]
    at: int


Node = Column | Value | List | Comparison | Not | Join


def refusal(reason: str, at: int) -> DataError:
    """Return the error that says what is wrong, and where in the query."""
    return DataError(f"{reason[:220]} (at character {at + 1} of the query).")


def shown(text: str) -> str:
    """Return a name or a text of the query as errors show it: quoted, and not too long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def tokens(query: str) -> list[Token]:
    """Return the words of a query in turn, and an end."""
    if len(query) > MAX_LENGTH:
        raise DataError(f"The query has {len(query):,} characters; use at most {MAX_LENGTH:,}.")
    found, at = [], 0
    while at < len(query):
        if query[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(query, at)
        if match is None:
            hint = _HINTS.get(query[at], _HINT)
            if query[at] in "0123456789":
                hint = "write a name that begins with a digit in backticks"
            raise refusal(f"{shown(query[at])} is not understood: {hint}", at)
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], at))
        at = match.end()
    return [*found, Token("end", "", len(query))]


class Parser:
    """Recursive descent over the tokens of one query; each method reads one rule."""

    def __init__(self, query: str) -> None:
        self._tokens = tokens(query)
        self._next = 0
        self._depth = 0

    def tree(self) -> Node:
        """Return the whole query."""
        node = self._any_of()
        if self._token.kind != "end":
            hints = {"(": "functions cannot be called", ".": _HINTS["."]}
            hint = hints.get(self._token.value[0], _HINT)
            if self._token.value in "+-":
                hint = _NO_SUMS
            raise refusal(f"{shown(self._token.value)} was not expected: {hint}", self._token.at)
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _is(self, *values: str) -> bool:
        return self._token.kind in ("word", "sign") and self._token.value in values

    def _advance(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _deeper(self, read: Callable[[], Node], at: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise refusal(f"The query is nested more than {MAX_DEPTH} deep", at)
        node = read()
        self._depth -= 1
        return node

    def _any_of(self) -> Node:
        return self._joined("or", self._all_of)

    def _all_of(self) -> Node:
        return self._joined("and", self._not_one)

    def _joined(self, word: str, read: Callable[[], Node]) -> Node:
        at, parts = self._token.at, [read()]
        while self._token.kind in ("word", "sign") and _JOINS.get(self._token.value) == word:
            self._advance()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Join(word, tuple(parts), at)

    def _not_one(self) -> Node:
        if self._is("not"):
            at = self._advance().at
            return Not(self._deeper(self._not_one, at), at)
        return self._comparison()

    def _comparison(self) -> Node:
        at, operands, signs = self._token.at, [self._difference()], []
        while sign := self._comparison_sign():
            signs.append(sign)
            operands.append(self._difference())
        return Comparison(tuple(operands), tuple(signs), at) if signs else operands[0]

    def _difference(self) -> Node:
        """Read ``A - B``, or a single operand."""
        at, parts = self._token.at, [self._operand()]
        while self._is("-"):
            sign = self._advance()
            parts.append(self._operand())
            if any(isinstance(part, Value | List) for part in parts):
                raise refusal(f"'-' cannot take numbers or text: {_NO_SUMS}", sign.at)
        others = (Not(part, part.at) for part in parts[1:])
        return Join("and", (parts[0], *others), at) if len(parts) > 1 else parts[0]

    def _comparison_sign(self) -> str:
        if self._is(*COMPARISONS, "in"):
            return self._advance().value
        if self._is("not"):
            at = self._advance().at
            if not self._is("in"):
                raise refusal("'not' between two values must be 'not in'", at)
            self._advance()
            return "not in"
        return ""

    def _operand(self) -> Node:
        token = self._advance()
        kind, value, at = token
        if kind == "sign" and value == "~":
            return Not(self._deeper(self._operand, at), at)
        if kind == "sign" and value in "[(":
            return self._bracket(token)
        if kind == "quoted" or (kind == "word" and value not in KEYWORDS):
            return Column(value, at)
        self._next -= 1
        return self._value()

    def _value(self) -> Value:
        """Read a number, with its sign, a text, True or False."""
        kind, value, at = self._advance()
        if kind == "sign" and value in ("-", "+"):
            if self._token.kind != "number":
                raise refusal(f"{value} needs a number behind it: {_NO_SUMS}", at)
            number = _number(self._advance())
            return Value(-number if value == "-" else number, at)
        if kind == "number":
            return Value(_number(Token(kind, value, at)), at)
        if kind == "text":
            return Value(_text(value, at), at)
        if kind == "word" and value in ("True", "False"):
            return Value(value == "True", at)
        if kind == "end":
            raise refusal("The query ends where a column or a value was expected", at)
        raise refusal(f"{shown(value)} stands where a column or a value was expected", at)

    def _bracket(self, opening: Token) -> Node:
        """Read a list, or a query in parentheses."""
        closing = "]" if opening.value == "[" else ")"
        if closing == ")":
            inner = self._deeper(self._any_of, opening.at)
            if self._is(")"):
                self._advance()
                return inner
            if not isinstance(inner, Value) or not self._is(","):
                raise refusal("The parenthesis is not closed", opening.at)
            values = [inner]
        else:
            values = [] if self._is("]") else [self._value()]
        while self._is(","):
            self._advance()
            if not self._is(closing):
                values.append(self._value())
        if not self._is(closing):
            raise refusal("The list is not closed; it may hold numbers and text", opening.at)
        self._advance()
        return List(tuple(values), opening.at)


def _number(token: Token) -> int | float:
    if re.fullmatch(r"[0-9_]{1,30}", token.value):
        return int(token.value)
    return float(token.value)


def _text(quoted: str, at: int) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise refusal(f"There is no escape \\{match[1]}; write \\\\ for a backslash", at)
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.)", plain, quoted[1:-1], flags=re.DOTALL)
