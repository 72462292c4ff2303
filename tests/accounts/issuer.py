"""An OpenID provider on a port of this machine: discovery, authorisation, token with a signed JWT, user info.

It knows one person, whom it signs in without asking. PKCE is checked (RFC 7636), and a code works once.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.serving import serving

CLIENT_ID, CLIENT_SECRET = "playhead", "a secret of the client"


@dataclass
class Issuer:
    person: dict[str, Any]
    refuses: bool = False
    url: str = ""
    challenges: dict[str, str] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def back_to(self, query: dict[str, str]) -> str:
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = secrets.token_urlsafe(8)
        self.challenges[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token_for(self, form: dict[str, str]) -> dict[str, Any] | None:
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_ours = (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        if not is_ours or self.challenges.pop(form["code"], None) != challenge:
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **self.person}
        id_token = jwt.encode(claims, self.key, "RS256", headers={"kid": "one"})
        return {"access_token": "shown", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def issuing(person: dict[str, Any]) -> Iterator[Issuer]:
    issuer = Issuer(person)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            match address.path:
                case "/.well-known/openid-configuration":
                    self.answer(200, issuer.discovery())
                case "/keys":
                    self.answer(200, issuer.keys())
                case "/userinfo" if self.headers["Authorization"] == "Bearer shown":
                    self.answer(200, issuer.person)
                case "/authorize" if query["client_id"] == CLIENT_ID:
                    self.send_response(302)
                    self.send_header("Location", issuer.back_to(query))
                    self.end_headers()
                case _:
                    self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            token = issuer.token_for(form)
            self.answer(200 if token else 400, token or {"error": "invalid_grant"})

        def answer(self, status: int, told: Any) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        yield issuer
