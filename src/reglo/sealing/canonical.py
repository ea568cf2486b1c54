"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that a hash or a signature means it.

>>> encode({"b": 1, "a": "é"})
b'{"a":"\\xc3\\xa9","b":1}'
>>> decode(b'{"a":"\\xc3\\xa9","b":1}')
{'a': 'é', 'b': 1}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias, cast

import rfc8785

# what our records hold: no float, so that nothing depends on how one is printed
Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


def encode(value: Json) -> bytes:
    """The one byte form of ``value``. ValueError on a float, an integer past 2**53 or a lone surrogate."""
    try:
        if _is_plain(value):
            return _PLAIN.encode(value).encode()
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(f"valeur sans forme canonique : {error}") from error


def joined(parts: Mapping[str, bytes]) -> bytes:
    """An object whose values are already encoded; its keys are ASCII.

    >>> joined({"b": encode(1), "a": encode([])})
    b'{"a":[],"b":1}'
    """
    return b"{" + b",".join(b'"%s":%s' % (key.encode(), parts[key]) for key in sorted(parts)) + b"}"


def digest(value: Json) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(encode(value)).hexdigest()


def decode(data: bytes) -> Any:
    """The value of canonical bytes. ValueError, in French, on anything that is not exactly canonical.

    Being exact is what makes any changed byte show: a space added, a key given twice or written
    otherwise is refused as much as a changed digit.
    """
    plain = True

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal plain
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("une clé JSON y figure deux fois")
        plain = plain and "".join(found).isascii()
        return found

    if not data:
        raise ValueError("le fichier est vide")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=fields,
            parse_int=_bounded,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        again = _PLAIN.encode(value).encode() if plain else encode(value)
    except UnicodeDecodeError as error:
        raise ValueError("ce n'est pas du texte UTF-8") from error
    except UnicodeEncodeError as error:
        raise ValueError("un caractère n'est que la moitié d'un autre") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"ce n'est pas du JSON (caractère {error.pos + 1})") from error
    except RecursionError as error:
        raise ValueError("JSON trop profond") from error
    if again != data:
        raise ValueError(
            "le JSON n'est pas sous sa forme canonique (RFC 8785) : il a été modifié ou remis en forme"
        )
    return value


def shaped(value: Any, what: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """``value`` when it is an object with exactly these keys and kinds. ValueError, in French, otherwise."""
    if not isinstance(value, dict) or set(value) != set(kinds):
        raise ValueError(f"{what} n'a pas les champs attendus")
    for name, kind in kinds.items():
        if type(value[name]) is not kind:
            raise ValueError(f"{what} : « {name} » n'est pas de la nature attendue")
    return value


# On values whose keys are ASCII and whose numbers are integers, json's own encoder, in C, gives the bytes
# of RFC 8785 and ten times faster than the library; a test compares the two. The rest goes to the library.
_PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_LARGEST = 2**53 - 1


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -_LARGEST <= cast(int, value) <= _LARGEST
    if kind is dict:
        fields = cast(dict[object, object], value)
        return all(type(key) is str and key.isascii() for key in fields) and all(
            map(_is_plain, fields.values())
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, cast(Iterable[object], value)))
    if kind is float:
        raise ValueError("un nombre à virgule n'a pas sa place dans une pièce signée")
    return False


def _bounded(text: str) -> int:
    if len(text) > 17 or not -_LARGEST <= int(text) <= _LARGEST:
        raise ValueError(f"nombre « {text[:20]} » : au-delà de 2^53, il n'a pas de forme canonique")
    return int(text)


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"nombre « {text[:20]} » : seuls les entiers sont admis")
