"""Receives webhooks and verifies them with the `standardwebhooks` libraries for Python and for JavaScript."""

import base64
import json
import queue
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

SERVICE, KEY, VERIFY_MJS = sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3]
PATIENCE = 60


def main():
    calls, url = receive()
    old = call("POST", "/v1/webhook-endpoints", {"url": url})
    path = f"/v1/webhook-endpoints/{old['id']}"
    headers, body = ping(path, calls)
    holds(old, headers, body)
    refuses(old, headers, body)
    print("ok  one pair of keys: v1 with both libraries, v1a with the public key, and nothing that was changed")
    new = call("POST", f"{path}/rotate")
    headers, body = ping(path, calls)
    for endpoint in (old, new):
        holds(endpoint, headers, body)
    assert len(headers["webhook-signature"].split(" ")) == 4
    print("ok  after a rotation: the old keys and the new ones")
    call("DELETE", path)


def ping(path, calls):
    event = call("POST", f"{path}/ping")["event_id"]
    headers, body = calls.get(timeout=PATIENCE)
    assert headers["webhook-id"] == event
    return headers, body


def holds(endpoint, headers, body):
    payload = Webhook(endpoint["secret"]).verify(body, headers)
    assert payload["type"] == "webhook_endpoint.ping" and payload["data"]["seq"] > 0, payload
    shown = javascript(endpoint["secret"], headers, body)
    assert shown.returncode == 0 and shown.stdout.strip() == payload["type"], shown
    assert any(is_own(endpoint, headers, body, signature) for signature in headers["webhook-signature"].split(" "))


def is_own(endpoint, headers, body, signature):
    kind, _, text = signature.partition(",")
    if kind != "v1a":
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(endpoint["public_key"].removeprefix("whpk_")))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    try:
        key.verify(base64.b64decode(text), message)
    except InvalidSignature:
        return False
    return True


def refuses(endpoint, headers, body):
    for changed in ({**headers, "webhook-id": "another"}, {**headers, "webhook-timestamp": "1700000000"}):
        assert not verifies(endpoint["secret"], changed, body)
    assert not verifies(endpoint["secret"], headers, body.replace(b"ping", b"pong"))
    assert not verifies("whsec_" + base64.b64encode(bytes(32)).decode(), headers, body)
    assert javascript(endpoint["secret"], headers, body + b" ").returncode != 0


def verifies(secret, headers, body):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def javascript(secret, headers, body):
    given = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
    return subprocess.run(["node", VERIFY_MJS], input=given, capture_output=True, text=True, timeout=PATIENCE)


def call(method, path, body=None):
    headers = {"Authorization": f"Bearer {KEY}"}
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(SERVICE + path, data=body, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        answer = response.read()
    return json.loads(answer) if answer else None


def receive():
    calls = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calls.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return calls, f"http://127.0.0.1:{server.server_port}/hooks"


main()
