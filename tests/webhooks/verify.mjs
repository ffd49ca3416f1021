// Verifies one webhook with the JavaScript library: reads {secret, headers, body} and ends with 0 if it holds.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const payload = new Webhook(secret).verify(body, headers);
console.log(payload.type);
