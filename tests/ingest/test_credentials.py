"""What a token proves, whatever stands in it and whoever else has registered a key of the same name."""

import base64
import hashlib
import hmac
import threading
import time

import pytest
from django.db import connection
from django.http.request import HttpRequest, UnreadablePostError
from django.test.utils import CaptureQueriesContext
from google.rpc.status_pb2 import Status

from config.threads import SenderGone
from observability.ingest.credentials import KeysInUse, forget_verdicts
from observability.models import Session
from projects.access import MAX_KEYS_OF_A_NAME
from projects.actions import register_api_key, revoke_api_key
from projects.models import ApiKey
from tests.people import API_KEY, API_SECRET, ProjectFactory
from tests.sending import PROTOBUF, Agent, spans, token

BATCH = spans("llm_node")
OTHER_SECRET = "another-secret-of-thirty-two-bytes"
PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"


@pytest.fixture
def bare(agent):
    """An agent whose address names no project."""
    return Agent(base="")


@pytest.mark.parametrize("secret", [OTHER_SECRET, PEM], ids=["another secret", "a public key for a secret"])
def test_nobody_stops_uploads_by_registering_a_key_of_the_same_name(
    bare, project, other_project, stranger, secret
):
    register_api_key(other_project, API_KEY, secret, by=stranger)

    response = bare.send("traces", BATCH)

    assert response.status_code == 200
    assert Session.objects.get().project == project


def test_project_is_the_one_whose_secret_signed_the_token(bare, project, other_project, stranger):
    register_api_key(other_project, API_KEY, OTHER_SECRET, by=stranger)

    bare.send("traces", BATCH, bearer=token(secret=OTHER_SECRET))

    assert Session.objects.get().project == other_project


def test_many_later_keys_of_the_same_name_do_not_keep_the_first_one_out(bare, project, stranger):
    for _ in range(MAX_KEYS_OF_A_NAME):
        register_api_key(ProjectFactory(), API_KEY, OTHER_SECRET, by=stranger)

    assert bare.send("traces", BATCH).status_code == 200


def test_same_pair_in_two_projects_needs_the_address_of_one(bare, agent, other_project, stranger):
    register_api_key(other_project, API_KEY, API_SECRET, by=stranger)

    ambiguous = bare.send("traces", BATCH)

    assert ambiguous.status_code == 401
    assert "/p/<project>" in Status.FromString(ambiguous.content).message
    assert agent.send("traces", BATCH).status_code == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (token(secret="signed-by-nobody-that-is-known-here"), "not signed with the secret"),
        (token(exp=int(time.time()) - 600), "has expired"),
        (token(observability=None), "lacks the grant"),
    ],
    ids=["wrong secret", "expired", "no grant"],
)
def test_what_is_wrong_is_told_although_the_name_is_used_twice(bare, other_project, stranger, given, words):
    register_api_key(other_project, API_KEY, OTHER_SECRET, by=stranger)

    assert words in Status.FromString(bare.send("traces", BATCH, bearer=given).content).message


def test_keys_are_read_once_for_all_agents_that_they_sign_for(agent):
    agent.send("traces", BATCH)
    another = token(exp=int(time.time()) + 601)

    with CaptureQueriesContext(connection) as asked:
        assert agent.send("traces", spans("llm_node", first_id=9), bearer=another).status_code == 200

    assert not [query for query in asked if ApiKey._meta.db_table in query["sql"]]


def test_reading_that_hangs_keeps_nobody_else_for_long(api_key, monkeypatch):
    keys, hangs, reads = KeysInUse(), threading.Event(), []

    def read(name, slug):
        reads.append(name)
        if len(reads) == 1:
            hangs.wait(20)
        return [api_key]

    monkeypatch.setattr("observability.ingest.credentials.api_keys_named", read)
    hanging = threading.Thread(target=keys.named, args=(API_KEY, "acme"))
    hanging.start()
    while not reads:
        time.sleep(0.001)

    found = keys.named(API_KEY, "acme").found

    assert found == [api_key]
    assert hanging.is_alive()
    hangs.set()
    hanging.join()


def test_new_key_of_a_name_that_is_known_is_good_at_once(bare, other_project, stranger):
    bare.send("traces", BATCH)

    register_api_key(other_project, API_KEY, OTHER_SECRET, by=stranger)

    assert bare.send("traces", BATCH, bearer=token(secret=OTHER_SECRET)).status_code == 200


def test_revoked_namesake_counts_for_nothing(bare, other_project, stranger):
    register_api_key(other_project, API_KEY, API_SECRET, by=stranger)
    revoke_api_key(ApiKey.objects.get(project=other_project))
    forget_verdicts()

    assert bare.send("traces", BATCH).status_code == 200


def signed(claims: bytes) -> str:
    """A token of claims that no JSON library would write."""
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"HS256","typ":"JWT"}', claims)]
    signature = hmac.new(API_SECRET.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.mark.parametrize(
    "claims",
    [
        rb'{"iss":"\ud800APIacme","exp":99}',
        rb'{"iss":"\u0000","exp":99}',
        b'{"iss":["APIacme"],"exp":99}',
        b'{"iss":' + b"[" * 3000 + b"]" * 3000 + b"}",
        b"[]",
        b'{"iss":"APIacme","exp":NaN}',
        b'{"iss":"APIacme","exp":Infinity}',
    ],
    ids=["half a pair", "zero", "list", "deep", "no object", "never", "for ever"],
)
def test_token_of_odd_json_is_refused_for_good(agent, claims):
    assert agent.send("traces", BATCH, bearer=signed(claims)).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": str(int(time.time()) + 100)},
        {"exp": [1]},
        {"exp": {}},
        {"exp": True},
        {"exp": 1e300},
        {"nbf": [1]},
        {"nbf": "soon"},
    ],
    ids=[
        "in a text",
        "in a list",
        "an object",
        "a truth",
        "beyond all",
        "begins in a list",
        "begins in words",
    ],
)
def test_signed_token_with_odd_times_is_refused_for_good(agent, claims):
    assert agent.send("traces", BATCH, bearer=token(**claims)).status_code == 401


@pytest.mark.parametrize("slug", ["\x00", "a b", "acme\n", "Acme", "%2e", "ä", "\ud83d", "a_b"], ids=ascii)
def test_slug_that_no_project_can_have_is_no_such_endpoint(agent, slug):
    path = f"/p/{slug}/observability/traces/otlp/v0".encode("utf-8", "surrogatepass").decode("latin1")

    response = agent.send("traces", BATCH, path=path)

    assert (response.status_code, response["Content-Type"]) == (404, PROTOBUF)


@pytest.mark.parametrize("slug", ["nowhere", "-", "x" * 4000], ids=["unknown", "hyphen", "long"])
def test_slug_that_a_project_could_have_is_an_unknown_key(agent, slug):
    assert agent.send("traces", BATCH, path=f"/p/{slug}/observability/traces/otlp/v0").status_code == 401


def test_connection_that_fails_on_our_side_is_logged(agent, monkeypatch, caplog):
    def fail(*args: object, **named: object) -> None:
        raise ConnectionRefusedError("the other server")

    monkeypatch.setattr("observability.ingest.views.accept_telemetry", fail)

    assert agent.send("traces", BATCH).status_code == 503
    assert "An upload failed" in caplog.text


@pytest.mark.parametrize("fault", [UnreadablePostError("gone"), SenderGone("gone")], ids=["django", "server"])
def test_sender_that_hangs_up_is_no_fault_of_ours(agent, monkeypatch, caplog, fault):
    def hang_up(*args: object) -> bytes:
        raise fault

    monkeypatch.setattr(HttpRequest, "read", hang_up)

    response = agent.send("traces", BATCH)

    assert response.status_code == 503
    assert caplog.text == ""


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_livekits_own_development_pair_may_be_used(agent, project, owner):
    register_api_key(project, "devkey", "secret", by=owner)

    assert (
        agent.send("traces", spans("llm_node"), bearer=token(key="devkey", secret="secret")).status_code
        == 200
    )
