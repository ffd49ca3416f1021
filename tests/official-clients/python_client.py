"""Drives the fal sandbox with fal's Python client and verifies its webhooks on its own."""

import base64
import hashlib
import io
import json
import queue
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import wave
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fal_client
import fal_client.client as inside
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SANDBOX = sys.argv[1].rstrip("/")
TRAINER = "fal-ai/flux-lora-portrait-trainer"
GENERATOR = "fal-ai/flux-lora"
TRANSCRIBER = "fal-ai/wizper"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
PATIENCE = 120

# The client has no setting for its hosts except one that insists on https; it reads these names at each call.
inside.QUEUE_URL_FORMAT = inside.RUN_URL_FORMAT = SANDBOX + "/"
inside.REST_URL = inside.CDN_URL = SANDBOX


def main():
    client = fal_client.SyncClient(key="python:secret")
    deliveries = receive_webhooks()
    for check in (upload_whole, upload_by_signed_address, upload_in_parts):
        report(check, check(client))
    report(training, training(client, deliveries))
    report(drawing, drawing(client, deliveries))
    report(wrong_picture, wrong_picture(client))
    report(listening, listening(client, deliveries))
    report(wrong_input, wrong_input(client, deliveries))
    report(cancelling, cancelling(client))
    report(wrong_key, wrong_key())


def report(check, detail):
    print(f"ok  {check.__name__.replace('_', ' ')}: {detail}", flush=True)


def upload_whole(client):
    sent = archive(5)
    url = client.upload(sent, "application/zip", file_name="photos.zip", lifecycle=inside.StorageSettings(expires_in="1h"))
    assert fetch(url) == sent
    return f"{len(sent)} bytes and back"


def upload_by_signed_address(client):
    sent = archive(5)
    url = client.upload(sent, "application/zip", file_name="photos.zip", repository="fal")
    assert fetch(url) == sent
    return f"{len(sent)} bytes and back"


def upload_in_parts(client):
    size = inside.MULTIPART_THRESHOLD + inside.MULTIPART_CHUNK_SIZE + 1
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(bytes(range(256)) * (size // 256 + 1))
        file.flush()
        url = client.upload_file(file.name)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with urllib.request.urlopen(url) as answer:
        assert hashlib.file_digest(answer, "sha256").hexdigest() == digest
    return f"{size} bytes and back"


def training(client, deliveries):
    photos = client.upload(archive(5), "application/zip", file_name="photos.zip")
    arguments = {"images_data_url": photos, "trigger_phrase": "ann_k", "steps": 1000}
    handle = client.submit(TRAINER, arguments, webhook_url=deliveries.url)
    words = []
    for event in handle.iter_events(with_logs=True, interval=0.05):
        if type(event).__name__ not in words:
            words.append(type(event).__name__)
    assert words == ["Queued", "InProgress", "Completed"], words
    assert any("1000/1000" in line["message"] for line in event.logs), "the log tells the steps"
    assert event.error is None and event.metrics["inference_time"] > 0

    result = handle.get()
    lora = fetch(result["diffusers_lora_file"]["url"])
    header = json.loads(lora[8 : 8 + int.from_bytes(lora[:8], "little")])
    config = json.loads(fetch(result["config_file"]["url"]))
    assert config["instance_prompt"] == "ann_k"

    delivery = deliveries.of(handle.request_id)
    assert delivery["status"] == "OK" and delivery["payload"] == result
    return f"{' -> '.join(words)}, {len(header) - 1} tensors, webhook verified"


def drawing(client, deliveries):
    photos = client.upload(archive(5), "application/zip", file_name="photos.zip")
    trained = client.subscribe(TRAINER, {"images_data_url": photos, "trigger_phrase": "ann_k"})
    arguments = {
        "prompt": "ann_k in Paris",
        "image_size": "portrait_4_3",
        "num_images": 2,
        "seed": 196619188014358660,
        "loras": [{"path": trained["diffusers_lora_file"]["url"], "scale": 1}],
    }
    handle = client.submit(GENERATOR, arguments, webhook_url=deliveries.url)
    result = handle.get()
    assert set(result) == {"images", "timings", "seed", "has_nsfw_concepts", "prompt"}, result
    assert (result["seed"], result["prompt"]) == (arguments["seed"], arguments["prompt"]), result
    assert result["has_nsfw_concepts"] == [False, False] and result["timings"]["inference"] > 0, result
    for image in result["images"]:
        assert set(image) == {"url", "width", "height", "content_type"}, image
        assert (image["width"], image["height"], image["content_type"]) == (768, 1024, "image/jpeg"), image
    pictures = [fetch(image["url"]) for image in result["images"]]
    assert [size_of(picture) for picture in pictures] == [(768, 1024)] * 2 and pictures[0] != pictures[1]

    delivery = deliveries.of(handle.request_id)
    assert delivery["status"] == "OK" and delivery["payload"] == result
    again = client.subscribe(GENERATOR, arguments)
    assert [fetch(image["url"]) for image in again["images"]] == pictures, "the same seed gives the same pictures"
    return f"2 pictures of 768x1024, seed {result['seed']}, webhook verified"


def wrong_picture(client):
    try:
        client.subscribe(GENERATOR, {"image_size": "huge", "num_images": 5, "loras": [{"scale": 1}]})
        raise AssertionError("a wrong input must fail")
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 422, error
        types = [entry["type"] for entry in error.response.json()["detail"]]
    assert types == ["missing", "less_than_equal", "one_of", "missing"], types
    return f"422 {types}"


def listening(client, deliveries):
    with io.BytesIO() as file:
        with wave.open(file, "wb") as sound:
            sound.setparams((1, 1, 8000, 0, "NONE", None))
            sound.writeframes(bytes(8000 * 7))
        recording = client.upload(file.getvalue(), "audio/wav", file_name="voice.wav")
    handle = client.submit(TRANSCRIBER, {"audio_url": recording, "language": None}, webhook_url=deliveries.url)
    result = handle.get()
    assert set(result) == {"text", "chunks", "languages"}, result
    assert [chunk["timestamp"] for chunk in result["chunks"]] == [[0, 5], [5, 7]], result
    assert "".join(chunk["text"] for chunk in result["chunks"]) == result["text"] and result["languages"] == ["en"]
    delivery = deliveries.of(handle.request_id)
    assert delivery["status"] == "OK" and delivery["payload"] == result
    again = client.subscribe(TRANSCRIBER, {"audio_url": recording})
    assert again == result, "the same recording says the same"
    photos = client.upload(archive(5), "application/zip", file_name="photos.zip")
    for arguments, kind in (
        ({"audio_url": photos}, "unsupported_audio_format"),
        ({"audio_url": recording, "language": "tlh"}, "one_of"),
        ({"audio_url": recording, "max_segment_len": 30}, "less_than_equal"),
        ({}, "missing"),
    ):
        try:
            client.subscribe(TRANSCRIBER, arguments)
            raise AssertionError("a wrong input must fail")
        except fal_client.FalClientHTTPError as error:
            assert (error.status_code, error.response.json()["detail"][0]["type"]) == (422, kind), error
    return f"{len(result['chunks'])} pieces, webhook verified"


def wrong_input(client, deliveries):
    handle = client.submit(TRAINER, {"steps": "many"}, webhook_url=deliveries.url)
    try:
        handle.get()
        raise AssertionError("a wrong input must fail")
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 422, error
    status = handle.status()
    assert isinstance(status, fal_client.Completed) and status.error, status
    delivery = deliveries.of(handle.request_id)
    assert (delivery["status"], delivery["error"]) == ("ERROR", "Invalid status code: 422")
    types = [entry["type"] for entry in delivery["payload"]["detail"]]
    assert types == ["missing", "int_type"], types
    return f"accepted, then 422 {types}, webhook verified"


def cancelling(client):
    photos = client.upload(archive(5), "application/zip", file_name="photos.zip")
    handle = client.submit(TRAINER, {"images_data_url": photos})
    handle.cancel()
    deadline = time.monotonic() + PATIENCE
    while not isinstance(status := handle.status(), fal_client.Completed):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert status.error_type == "client_cancelled", status
    return status.error


def wrong_key():
    try:
        fal_client.SyncClient(key="nonsense").submit(TRAINER, {})
        raise AssertionError("a wrong key must be refused")
    except fal_client.FalClientHTTPError as error:
        assert error.status_code == 401, error
        return str(error)


class Deliveries:
    """The deliveries that came, each verified before it counts."""

    def __init__(self, url):
        self.url = url
        self.queue = queue.Queue()

    def of(self, request_id):
        delivery = self.queue.get(timeout=PATIENCE)
        if isinstance(delivery, Exception):
            raise delivery
        assert delivery["request_id"] == request_id, delivery
        return delivery


def receive_webhooks():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                verify(self.headers, body)
                deliveries.queue.put(json.loads(body))
            except Exception as error:
                deliveries.queue.put(error)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    deliveries = Deliveries(f"http://127.0.0.1:{server.server_port}/hook?" + urllib.parse.urlencode({"token": "a&b c"}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return deliveries


def verify(headers, body):
    """Follows fal's documentation and shares nothing with the service."""
    timestamp = headers["X-Fal-Webhook-Timestamp"]
    assert abs(time.time() - int(timestamp)) <= 300, "stale"
    parts = [headers["X-Fal-Webhook-Request-Id"], headers["X-Fal-Webhook-User-Id"], timestamp]
    message = "\n".join([*parts, hashlib.sha256(body).hexdigest()]).encode()
    signature = bytes.fromhex(headers["X-Fal-Webhook-Signature"])
    for key in json.loads(fetch(SANDBOX + "/.well-known/jwks.json"))["keys"]:
        x = base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4))
        try:
            return Ed25519PublicKey.from_public_bytes(x).verify(signature, message)
        except InvalidSignature:
            continue
    raise InvalidSignature("no key fits")


def archive(count):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(count):
            file.writestr(f"{number}.jpg", JPEG)
    return target.getvalue()


def size_of(jpeg):
    """Width and height as they stand in the frame header of a JPEG."""
    at = 2
    while jpeg[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    height, width = (int.from_bytes(jpeg[at + offset : at + offset + 2]) for offset in (5, 7))
    return width, height


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


main()
