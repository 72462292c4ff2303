"""Who uploads: LiveKit's tokens, signed with a project's own key pair (docs/contract.md §3), and ingest tokens."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from django.http import Http404, HttpRequest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from observability.ingest.refusals import (
    AmbiguousKey,
    BadToken,
    ExpiredToken,
    MissingGrant,
    MissingScope,
    Refused,
    Unauthenticated,
    UnknownKey,
    UnknownToken,
    WrongSecret,
)
from observability.limits import MAX_TOKEN_LIFE_S, TOKEN_LEEWAY_S, TOKEN_VERDICT_S
from projects.access import api_keys_named, note_key_used, project_for_token
from projects.authentication import token_of
from projects.models import ApiKey, Project
from projects.secrets import UnreadableSecret, decrypt

MAX_TOKEN_CHARS = 8_192
MAX_VERDICTS = 10_000
TURNS = 16
"""Locks for all keys together: more than threads, so that different keys seldom share one."""
MAX_WAIT_S = 0.2
KEY_USE_NOTED_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever signed the upload."""

    project: Project


def sender_by_livekit_token(request: HttpRequest, slug: str | None) -> Sender:
    """`Authorization: Bearer <LiveKit access token>`; `slug` is the project that the address names. Raises Refused."""
    return livekit_tokens.sender(bearer_token(request.META.get("HTTP_AUTHORIZATION", "")), slug)


def sender_by_ingest_token(request: HttpRequest, slug: str | None) -> Sender:
    """`Authorization: Bearer <access token with the scope "ingest">`, of senders that are not LiveKit's SDKs."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    token = bearer_token(header, "Send Authorization: Bearer with an ingest token of the project.")
    return ingest_tokens.sender(token, slug)


SIGNED_BY_LIVEKIT = (
    "Send Authorization: Bearer with a token signed by LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
)


def bearer_token(header: str, advice: str = SIGNED_BY_LIVEKIT) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(advice)
    if len(token) > MAX_TOKEN_CHARS:
        raise BadToken("The token is too long.")
    return token.strip()


@dataclass(frozen=True, slots=True)
class Proof:
    sender: Sender
    stands_until: float
    """By the monotonic clock."""


class Verdicts:
    """What tokens have proven. A good verdict stands for TOKEN_VERDICT_S, so that revoking is felt by then."""

    def __init__(self, prove: Callable[[str, str | None], Proof]) -> None:
        self._prove = prove
        self._known: dict[tuple[str, str | None], Proof] = {}
        self._lock = threading.Lock()

    def sender(self, token: str, slug: str | None) -> Sender:
        """The sender that the token proves, for the project that the address names. Raises Refused."""
        known = self._known.get((token, slug))
        if known and known.stands_until > time.monotonic():
            return known.sender
        proof = self._prove(token, slug)
        with self._lock:
            if len(self._known) >= MAX_VERDICTS:
                self._known.clear()
            self._known[token, slug] = proof
        return proof.sender

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


@dataclass(frozen=True, slots=True)
class Keys:
    """API keys of one name, in one project or on the whole server."""

    name: str
    slug: str | None
    read_at: float
    """By the monotonic clock, before they were asked for."""
    found: list[ApiKey]

    @property
    def stand_until(self) -> float:
        return self.read_at + TOKEN_VERDICT_S


class KeysInUse:
    """API keys as they were read less than TOKEN_VERDICT_S ago, for all tokens that they sign: each agent has its own.

    Only keys that are there are remembered, so that a new name or another secret is good at once. The same pair in
    another project is seen when those read before stand no longer, as a revoked key is.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Keys] = {}
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def named(self, key: str, slug: str | None) -> Keys:
        """One thread reads; others that want the same wait for what it finds, but not for long: it may hang."""
        known = self._standing(key, slug)
        if known:
            return known
        turn = self._turns[hash((key, slug)) % TURNS]
        has_turn = turn.acquire(timeout=MAX_WAIT_S)
        try:
            return self._standing(key, slug) or self.read(key, slug)
        finally:
            if has_turn:
                turn.release()

    def read(self, key: str, slug: str | None) -> Keys:
        keys = Keys(key, slug, time.monotonic(), api_keys_named(key, slug))
        if len(self._known) >= MAX_VERDICTS:
            self._known.clear()
        if keys.found:
            self._known[key, slug] = keys
        else:
            self._known.pop((key, slug), None)
        return keys

    def _standing(self, key: str, slug: str | None) -> Keys | None:
        known = self._known.get((key, slug))
        return known if known and known.stand_until > time.monotonic() else None

    def forget(self) -> None:
        self._known.clear()


def verified_sender(token: str, slug: str | None) -> Proof:
    name, began = named_key(token), time.monotonic()
    keys = keys_in_use.named(name, slug)
    try:
        return proof_by(keys, token)
    except WrongSecret:
        if keys.read_at >= began:
            raise
    return proof_by(keys_in_use.read(name, slug), token)  # another key of this name may be new


def proof_by(keys: Keys, token: str) -> Proof:
    if not keys.found:
        where = f"project {keys.slug}" if keys.slug else "this server"
        raise UnknownKey(f"API key {keys.name[:120]!r} is not known to {where}.")
    api_key, claims = proven(token, keys.found)
    check_grant(claims, api_key)
    note_key_used(api_key, at=timezone.now(), every_s=KEY_USE_NOTED_EVERY_S)
    return Proof(Sender(api_key.project), keys.stand_until)


def named_key(token: str) -> str:
    """The API key that the token names, not verified yet."""
    try:
        key = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise BadToken("The token is not a JSON web token.") from None
    if not isinstance(key, str) or not key or not is_storable(key):
        raise BadToken("The token names no API key (iss).")
    return key


def is_storable(text: str) -> bool:
    """JSON can escape what no database takes: a zero, and half of a pair that stands for one character."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def proven(token: str, candidates: list[ApiKey]) -> tuple[ApiKey, dict[str, Any]]:
    """The key whose secret signed the token. Anyone can register a key of any name; the name alone proves nothing."""
    proofs: list[tuple[ApiKey, dict[str, Any]]] = []
    refusals: list[Refused] = []
    for candidate in candidates:
        try:
            proofs.append((candidate, verified_claims(token, candidate)))
        except Unauthenticated as refusal:
            if isinstance(refusal, ExpiredToken):
                refusal.concerns = (candidate.project.slug,)
            refusals.append(refusal)
    if not proofs:
        raise next((refusal for refusal in refusals if not isinstance(refusal, WrongSecret)), refusals[0])
    if len(proofs) > 1:
        ambiguous = AmbiguousKey(
            f"API key {candidates[0].key!r} is used by several projects with the same secret;"
            " upload to the project's own URL, …/p/<project>."
        )
        ambiguous.concerns = tuple(api_key.project.slug for api_key, _ in proofs)
        raise ambiguous
    return proofs[0]


def verified_claims(token: str, api_key: ApiKey) -> dict[str, Any]:
    try:
        claims = jwt.decode(
            token,
            decrypt(api_key.encrypted_secret),
            algorithms=["HS256"],
            leeway=TOKEN_LEEWAY_S,
            options={
                "require": ["exp"],
                "verify_aud": False,
                "verify_iat": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, UnreadableSecret, ValueError, TypeError, OverflowError) as error:
        raise refusal_of(error, api_key.key) from None
    if not isinstance(claims["exp"], int | float):
        raise BadToken("The token's expiry (exp) is not a number.")
    if claims["exp"] > time.time() + MAX_TOKEN_LIFE_S + TOKEN_LEEWAY_S:
        raise BadToken(f"The token is valid for more than {MAX_TOKEN_LIFE_S // 3600} hours.")
    return claims


def refusal_of(error: Exception, key: str) -> Refused:
    match error:
        case jwt.InvalidSignatureError() | jwt.InvalidKeyError():
            return WrongSecret(f"The token is not signed with the secret of API key {key[:120]!r}.")
        case jwt.ExpiredSignatureError():
            return ExpiredToken("The token has expired; the Node SDK never renews it, after 6 hours.")
        case jwt.ImmatureSignatureError():
            return BadToken("The token is not valid yet; compare the clocks of agent and server.")
        case jwt.MissingRequiredClaimError():
            return BadToken("The token has no expiry (exp).")
        case jwt.InvalidAlgorithmError():
            return BadToken("The token must be signed with HS256.")
        case UnreadableSecret():
            return WrongSecret(
                f"The secret of API key {key[:120]!r} cannot be read on this server; register the key again."
            )
    return BadToken("The token cannot be verified.")


def check_grant(claims: dict[str, Any], api_key: ApiKey) -> None:
    """Every caller's room token is signed with the same key; only this grant tells them apart."""
    grant = claims.get("observability")
    if not isinstance(grant, dict) or grant.get("write") is not True:
        missing = MissingGrant("The token lacks the grant observability.write; only agents may upload.")
        missing.concerns = (api_key.project.slug,)
        raise missing


def ingest_sender(token: str, slug: str | None) -> Proof:
    """Of an access token, which names its project itself; an address that names another one is a mistake."""
    until = time.monotonic() + TOKEN_VERDICT_S
    try:
        access = token_of(token)
    except AuthenticationFailed:
        raise UnknownToken("The token is not valid here. Make an ingest token under API keys.") from None
    if "ingest" not in access.scopes:
        missing = MissingScope("The token lacks the scope ingest.")
        missing.concerns = (access.project.slug,)
        raise missing
    try:
        project = project_for_token(access, slug or access.project.slug, scope="ingest")
    except Http404:
        raise UnknownToken(f"The token is not one of project {slug}.") from None
    return Proof(Sender(project), until)


keys_in_use = KeysInUse()
livekit_tokens = Verdicts(verified_sender)
ingest_tokens = Verdicts(ingest_sender)


def forget_verdicts() -> None:
    keys_in_use.forget()
    livekit_tokens.forget()
    ingest_tokens.forget()
