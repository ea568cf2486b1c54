"""An authority that fails and lies on purpose: for tests and the demonstration."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from asn1crypto import tsp

from reglo.adapters.timestamp import AuthoritySilent
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.procurement.findings import Refused


class Failing(StrEnum):
    DOWN = "down"  # no answer
    SLOW = "slow"  # answers well, after ``delay``
    OTHER_IMPRINT = "other_imprint"  # stamps something else
    OTHER_NONCE = "other_nonce"  # gives an old answer again
    OTHER_TIME = "other_time"  # stamps an hour early
    REFUSING = "refusing"  # a refusal in due form
    NOISE = "noise"  # bytes that are no response


@dataclass(frozen=True)
class FakeAuthority:
    """``honest`` would answer well; ``failing`` says what is done of its answers."""

    honest: LocalAuthority
    failing: Failing
    delay: float = 0.5  # seconds
    name: str = "factice"

    def answer(self, request: bytes) -> bytes:
        match self.failing:
            case Failing.DOWN:
                raise Refused(AuthoritySilent(facts={"name": self.name, "why": "elle est arrêtée"}))
            case Failing.SLOW:
                time.sleep(self.delay)
                return self.honest.answer(request)
            case Failing.OTHER_TIME:
                return self.honest.at(lambda: self.honest.now() - timedelta(hours=1)).answer(request)
            case Failing.REFUSING:
                return self.honest.answer(b"")
            case Failing.NOISE:
                return b"\x00" * 1000
        asked = tsp.TimeStampReq.load(request)
        if self.failing is Failing.OTHER_IMPRINT:
            other = hashlib.sha256(b"autre chose").digest()
            asked["message_imprint"] = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": other}
        else:
            asked["nonce"] = asked["nonce"].native ^ 1
        return self.honest.answer(asked.dump(force=True))
