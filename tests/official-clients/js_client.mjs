// Drives the fal sandbox with fal's JavaScript client and verifies its webhooks on its own.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { createServer } from "node:http";
import { createFalClient } from "@fal-ai/client";

const sandbox = process.argv[2].replace(/\/$/, "");
const trainer = "fal-ai/flux-lora-portrait-trainer";
const generator = "fal-ai/flux-lora";
const hosts = /^https:\/\/(queue\.fal\.run|fal\.run|rest\.fal\.ai)/;

// The hosts are written into the client; its middleware is the way around them.
const client = (credentials) =>
  createFalClient({
    credentials,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace(hosts, sandbox) }),
  });
const fal = client("javascript:secret");
const proxied = createFalClient({ proxyUrl: { url: `${sandbox}/api/fal/proxy`, when: "always" } });

const report = (what, detail) => console.log(`ok  ${what}: ${detail}`);
const bytes = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());
const sha256 = (content) => createHash("sha256").update(content).digest("hex");

async function uploading() {
  for (const size of [1_000, 95 * 1024 * 1024]) {
    const sent = Buffer.alloc(size, "photo ");
    const file = new File([sent], "photos.zip", { type: "application/zip" });
    const url = await fal.storage.upload(file, { lifecycle: { expiresIn: "1h" } });
    assert.equal(sha256(await bytes(url)), sha256(sent));
    report(size > 90 * 1024 * 1024 ? "upload in parts" : "upload whole", `${size} bytes and back`);
  }
}

async function training(deliveries) {
  const photos = await fal.storage.upload(new File([archive(5)], "photos.zip", { type: "application/zip" }));
  const input = { images_data_url: photos, trigger_phrase: "ann_k", steps: 1000 };
  const { request_id: requestId } = await fal.queue.submit(trainer, { input, webhookUrl: deliveries.url });

  const words = new Set();
  const stream = await fal.queue.streamStatus(trainer, { requestId, logs: true });
  stream.on("data", (status) => words.add(status.status));
  const last = await stream.done();
  assert.deepEqual([...words], ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
  assert.ok(last.logs.some((line) => line.message.includes("1000/1000")), "the log tells the steps");

  const status = await fal.queue.status(trainer, { requestId, logs: true });
  assert.equal(status.status, "COMPLETED");
  const result = await fal.queue.result(trainer, { requestId });
  assert.equal(result.requestId, requestId);
  const lora = await bytes(result.data.diffusers_lora_file.url);
  JSON.parse(lora.subarray(8, 8 + Number(lora.readBigUInt64LE())).toString());

  const delivery = await deliveries.next();
  assert.equal(delivery.request_id, requestId);
  assert.deepEqual(delivery.payload, result.data);
  report("training", `streamed ${[...words].join(" -> ")}, webhook verified`);
}

async function subscribing() {
  const photos = await fal.storage.upload(new File([archive(5)], "photos.zip", { type: "application/zip" }));
  const words = new Set();
  const result = await proxied.subscribe(trainer, {
    input: { images_data_url: photos },
    logs: true,
    pollInterval: 50,
    onQueueUpdate: (status) => words.add(status.status),
  });
  assert.ok(result.data.diffusers_lora_file.url.startsWith(sandbox));
  report("subscribe through the proxy", [...words].join(" -> "));
}

async function drawing(deliveries) {
  const photos = await fal.storage.upload(new File([archive(5)], "photos.zip", { type: "application/zip" }));
  const trained = await fal.subscribe(trainer, { input: { images_data_url: photos, trigger_phrase: "ann_k" }, pollInterval: 50 });
  const input = {
    prompt: "ann_k in Paris",
    image_size: { width: 576, height: 1024 },
    num_images: 2,
    seed: 42,
    output_format: "png",
    loras: [{ path: trained.data.diffusers_lora_file.url, scale: 1 }],
  };
  const { request_id: requestId } = await fal.queue.submit(generator, { input, webhookUrl: deliveries.url });
  await fal.queue.subscribeToStatus(generator, { requestId, pollInterval: 50 });
  const { data } = await fal.queue.result(generator, { requestId });
  assert.deepEqual(Object.keys(data).sort(), ["has_nsfw_concepts", "images", "prompt", "seed", "timings"]);
  assert.deepEqual([data.seed, data.prompt, data.has_nsfw_concepts], [42, input.prompt, [false, false]]);
  for (const image of data.images) {
    assert.deepEqual([image.width, image.height, image.content_type], [576, 1024, "image/png"]);
    const file = await bytes(image.url);
    assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [576, 1024]);
  }
  const delivery = await deliveries.next();
  assert.equal(delivery.request_id, requestId);
  assert.deepEqual(delivery.payload, data);

  const moderated = await fal.subscribe(generator, { input: { ...input, prompt: "ann_k sandbox:nsfw:2" }, pollInterval: 50 });
  assert.deepEqual(moderated.data.has_nsfw_concepts, [false, true]);
  report("drawing", "2 pictures of 576x1024, webhook verified, the second of another pair moderated");
}

async function wrongPicture() {
  const input = { prompt: "ann_k", output_format: "gif", loras: [{ path: `${sandbox}/files/none` }] };
  await assert.rejects(fal.subscribe(generator, { input, pollInterval: 50 }), (error) => {
    assert.equal(error.status, 422);
    assert.deepEqual(error.body.detail[0].loc, ["body", "output_format"]);
    return true;
  });
  await assert.rejects(fal.subscribe(generator, { input: { ...input, output_format: "png" }, pollInterval: 50 }), (error) => {
    assert.equal(error.body.detail[0].type, "file_download_error");
    return true;
  });
  report("wrong picture", "422 for the format, 422 for weights that cannot be had");
}

async function wrongInput() {
  const { request_id: requestId } = await fal.queue.submit(trainer, { input: { images_data_url: 7 } });
  await fal.queue.subscribeToStatus(trainer, { requestId, pollInterval: 50 });
  await assert.rejects(fal.queue.result(trainer, { requestId }), (error) => {
    assert.equal(error.status, 422);
    assert.equal(error.body.detail[0].type, "string_type");
    return true;
  });
  report("wrong input", "accepted, then 422");
}

async function cancelling() {
  const { request_id: requestId } = await fal.queue.submit(trainer, { input: { images_data_url: sandbox } });
  await fal.queue.cancel(trainer, { requestId });
  const status = await fal.queue.subscribeToStatus(trainer, { requestId, pollInterval: 50 });
  assert.equal(status.error_type, "client_cancelled");
  report("cancelling", status.error);
}

async function wrongKey() {
  const submit = client("nonsense").queue.submit(trainer, { input: {} });
  await assert.rejects(submit, (error) => error.status === 401);
  report("wrong key", "401");
}

// The deliveries in the order they come, each verified before it counts.
async function receiveWebhooks() {
  const waiting = [];
  const come = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const delivery = verified(request.headers, body).then(() => JSON.parse(body.toString()));
    delivery.catch(() => {});
    response.writeHead(200).end();
    waiting.length ? waiting.shift()(delivery) : come.push(delivery);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}/hook?token=${encodeURIComponent("a&b c")}`,
    next: () => (come.length ? come.shift() : new Promise((take) => waiting.push(take))),
  };
}

async function verified(headers, body) {
  const [id, user, timestamp, signature] = ["request-id", "user-id", "timestamp", "signature"].map(
    (name) => headers[`x-fal-webhook-${name}`],
  );
  assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300, "stale");
  const message = Buffer.from([id, user, timestamp, sha256(body)].join("\n"));
  const { keys } = await (await fetch(`${sandbox}/.well-known/jwks.json`)).json();
  const fits = (key) => {
    const { kty, crv, x } = key;
    return verifySignature(null, message, createPublicKey({ key: { kty, crv, x }, format: "jwk" }), Buffer.from(signature, "hex"));
  };
  assert.ok(keys.some(fits), "no key fits");
}

// A ZIP archive of stored pictures; node has no writer of its own.
function archive(count) {
  const picture = Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex");
  const entries = [];
  const directory = [];
  let offset = 0;
  for (let number = 0; number < count; number += 1) {
    const name = Buffer.from(`${number}.jpg`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(picture), 10);
    fields.writeUInt32LE(picture.length, 14);
    fields.writeUInt32LE(picture.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const entry = Buffer.concat([Buffer.from("504b0304", "hex"), fields, name, picture]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("504b01021400", "hex"), fields, place, name]));
    entries.push(entry);
    offset += entry.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("504b0506", "hex");
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, listing, end]);
}

function crc32(content) {
  let crc = ~0;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

await uploading();
const deliveries = await receiveWebhooks();
await training(deliveries);
await drawing(deliveries);
await wrongPicture();
await subscribing();
await wrongInput();
await cancelling();
await wrongKey();
