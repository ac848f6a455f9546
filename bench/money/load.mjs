// Signed events as fast as they are taken: autocannon at the connections asked for, a new event in each request.
// Reads its orders from standard input as JSON, and writes what was measured as JSON.

import { createHmac, randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";

import autocannon from "autocannon";

const { url, secret, event, connections, seconds } = JSON.parse(await text(process.stdin));
const [before, after] = event.split("evt_of_this_request");

function setupRequest(request) {
    const body = `${before}evt_${randomUUID().replaceAll("-", "")}${after}`;
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    const headers = { "Stripe-Signature": `t=${time},v1=${signature}`, "Content-Type": "application/json" };
    return { ...request, method: "POST", body, headers };
}

const told = await autocannon({ url, connections, duration: seconds, requests: [{ setupRequest }] });
const { latency } = told;
console.log(
    JSON.stringify({
        answered: told.requests.total,
        seconds: told.duration,
        refused: told.non2xx,
        errors: told.errors,
        p50_ms: latency.p50,
        p99_ms: latency.p99,
    }),
);
