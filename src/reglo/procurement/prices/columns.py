"""The letters by which spreadsheets name their columns."""

from __future__ import annotations


def column_letters(number: int) -> str:
    """Letters of a column counted from 1, as rows are.

    >>> column_letters(1), column_letters(26), column_letters(27), column_letters(16_384)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
