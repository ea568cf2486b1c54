"""The database of a platform, as a command finds it: does it answer, does it hold this consultation?"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reglo.cli.output import usage_error
from reglo.procurement.findings import Refused
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from reglo.deposit.acts import Platform
    from reglo.deposit.database import Connection, Embedded, Pool
    from reglo.deposit.server import Node
    from reglo.deposit.store import Consultation
    from reglo.sealing.signing import SigningKey

KEY = "plateforme.cle"
# Interrupted in a query, it would warn in English of a rollback; the server keeps a log of its own.
logging.getLogger("psycopg").addHandler(logging.NullHandler())
_NOT_THE_OWNER = (
    "Le rôle de DATABASE_URL ne peut pas préparer cette base. Donnez dans DATABASE_OWNER_URL un rôle qui la "
    "possède : il crée les tables, le serveur travaille ensuite avec DATABASE_URL seule (docs/deposit.md)."
)
_MAY_NOT = (
    "Le rôle de DATABASE_URL n'a pas le droit de faire cet acte, que le journal garde. Donnez celui de "
    "l'application, « reglo_app » (docs/deposit.md)."
)
NOT_TEXT = (
    "Un mot de la ligne n'est pas du texte UTF-8 : rien n'est inscrit. Retapez-le dans un terminal en UTF-8."
)


def given_url(name: str = "DATABASE_URL", *, prepared: bool = True) -> str:
    """The database that variable names, once it has answered; "" without one. Exit 2 when it does not answer.

    prepared: it must hold the tables, which ``reglo deposit-server`` makes.
    """
    url = os.environ.get(name, "")
    if not url:
        return ""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if prepared:
                connection.execute("SELECT FROM reglo.consultations LIMIT 0")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        usage_error(
            f"La base de {name} n'est pas celle d'une plateforme, ou son rôle n'a pas le droit d'y lire. "
            "Vérifiez son nom ; « reglo deposit-server » prépare une base neuve."
        )
    except psycopg.Error as error:
        from reglo.deposit.database import why_silent

        why = why_silent(error)
        usage_error(f"La base de {name} ne répond pas ({why}). Vérifiez cette adresse, puis relancez.")
    return url


def _must_hold_a_database(data: Path) -> None:
    """Exit 2 where the embedded PostgreSQL does not start: its starter gives the path to a shell, bare."""
    if odd := re.search(r"[^\w/.,@%+=:~-]", str(data.resolve())):
        sign = "une espace" if odd[0].isspace() else f"« {odd[0]} »"
        usage_error(
            f"« {data.resolve()} » contient {sign} : la base embarquée n'y démarre pas. Donnez dans "
            "« --data » un dossier dont le chemin n'a ni espace ni signe particulier, ou DATABASE_URL."
        )


def place_of(data: Path | None) -> str:
    """The address of the platform's database, "" when it is the folder's own; exit 2 without either."""
    url = given_url()
    if not url and (data is None or not (data / "postgresql").is_dir()):
        usage_error(
            "La base de la plateforme n'est pas donnée : ni DATABASE_URL, ni dossier « --data » qui la tient."
            + ("" if data is None else f" « {data} » n'a pas de base : donnez DATABASE_URL, ou son dossier.")
        )
    return url


@contextlib.contextmanager
def connected(data: Path | None) -> Iterator[Pool]:
    """Connections to a platform's database, as the application: the owner of its tables is asked nothing.

    A server may run on it or not. Exit 2 when the role given may not do what is asked.
    """
    import psycopg

    from reglo.deposit.database import Embedded, connect_pool

    url = place_of(data)
    with contextlib.ExitStack() as stack:
        if not url and data is not None:
            _must_hold_a_database(data)
            try:
                embedded = Embedded(data / "postgresql")
            except OSError as error:
                usage_error(_no_access(error, data))
            stack.callback(embedded.stop)
            url = embedded.url
        pool = connect_pool(url, size=2)
        stack.callback(pool.close)
        try:
            yield pool
        except psycopg.errors.InsufficientPrivilege:
            usage_error(_MAY_NOT)
        except UnicodeEncodeError:
            usage_error(NOT_TEXT)


@contextlib.contextmanager
def opened(node: Node) -> Iterator[tuple[Platform, Embedded | None]]:
    """The platform of a node; exit 2 when nobody given may make its tables, or its files have no place."""
    import psycopg

    from reglo.adapters.storage import StorageFailed
    from reglo.deposit.server import platform_of

    if node.prepared or (node.data / "signature" / KEY).exists():
        platform_key(node.data)
    if not node.database_url:
        _must_hold_a_database(node.data)
    with contextlib.ExitStack() as stack:
        try:
            platform = stack.enter_context(platform_of(node))
        except StorageFailed as error:
            usage_error(f"--storage : {error.why}.")
        except OSError as error:
            usage_error(_no_access(error, node.data))
        except psycopg.errors.InsufficientPrivilege:
            usage_error(_MAY_NOT if node.prepared else _NOT_THE_OWNER)
        try:
            yield platform
        except StorageFailed as error:
            usage_error(f"--storage : {error.why}.")
        except psycopg.errors.InsufficientPrivilege:
            usage_error(_MAY_NOT)
        except UnicodeEncodeError:
            usage_error(NOT_TEXT)


def _no_access(error: OSError, data: Path) -> str:
    return (
        f"« {error.filename or data} » ne se lit ou ne s'écrit pas ({system_cause(error)}). Agissez sous "
        "le compte qui fait tourner la plateforme, ou donnez dans « --data » un dossier qui est à vous."
    )


def platform_key(data: Path) -> SigningKey:
    """The key of the platform of that folder, which must be there; exit 2 when it cannot be used."""
    from reglo.sealing.signing import SigningKey

    path = data / "signature" / KEY
    try:
        return SigningKey.from_pem(path.read_bytes(), str(path))
    except Refused:
        usage_error(
            f"« {path} » n'est pas une clé privée Ed25519 au format PEM : elle est abîmée. Remettez celle de "
            "votre sauvegarde de ce dossier : aucune autre ne signe la suite du journal."
        )
    except PermissionError:
        usage_error(
            f"« {path} » ne se lit pas : l'accès est refusé. Agissez sous le compte qui fait tourner la "
            "plateforme, seul à lire la clé qui signe."
        )
    except OSError:
        usage_error(
            f"« {data} » n'est pas le dossier d'une plateforme : la clé qui signe n'y est pas "
            f"(signature/{KEY}). Donnez dans « --data » celui de « reglo deposit-server »."
        )


def named(connection: Connection, reference: str) -> Consultation:
    """The consultation of that reference; exit 2, saying which the platform holds, when it has none such."""
    from reglo.deposit.store import find_consultation

    try:
        return find_consultation(connection, reference)
    except Refused:
        rows = connection.execute("SELECT reference FROM consultations ORDER BY reference LIMIT 20")
        held = ", ".join(f"« {row['reference']} »" for row in rows)
        usage_error(
            f"Aucune consultation « {reference} » sur cette plateforme. "
            + (f"Elle tient : {held}." if held else "Elle n'en tient aucune : vérifiez « --data ».")
        )
