// Writes into many conversations at an even rate and listens on each party's own socket, through supabase-js.
//
// Reads {"url", "key", "warm_up", "seconds", "rate", "floods", "threads": [{"id", "topic", "customer", "mechanic"}]} from
// standard input, both parties being tokens. Prints {"sent", "arrived", "refused": [code, …], "delays": [[insert_ms, call_ms], …],
// "flood": {…}}: the time to the other party's socket since the insert (the start of its transaction), and since the
// call, of all that was sent after the warm-up. With floods, the first customer writes without pause in that many calls
// at once, and is not measured.

import { randomUUID } from "node:crypto";
import { json } from "node:stream/consumers";
import { createClient } from "@supabase/supabase-js";

const { url, key, warm_up, seconds, rate, floods, threads } = await json(process.stdin);

const now = () => performance.timeOrigin + performance.now(); // ms since 1970, with fractions

/** Milliseconds since 1970 of a PostgreSQL timestamp, with its microseconds. */
const instant = (text) => Date.parse(text) + Number(`0.${(/\.\d{3}(\d{1,3})/.exec(text) ?? [])[1] ?? 0}`);

const calls = new Map(); // by the message's text
const delays = [];
let arrived = 0;

const connect = async (token, thread, isAuthor) => {
    const client = createClient(url, key, { db: { schema: "api" }, accessToken: async () => token });
    await client.realtime.setAuth(); // else the join goes out with the key alone
    const channel = client.channel(thread.topic, { config: { private: true } });
    channel.on("broadcast", { event: "message" }, ({ payload }) => {
        const received = now();
        const call = calls.get(payload.body);
        if (isAuthor(payload.sender) || !call) return;
        arrived += 1;
        if (call.counts) delays.push([received - instant(payload.sent_at), received - call.at]);
    });
    await new Promise((resolve, reject) => {
        channel.subscribe((status, error) => (status === "SUBSCRIBED" ? resolve() : reject(error ?? status)));
    });
    return client;
};

const parties = await Promise.all(
    threads.flatMap((thread) =>
        ["customer", "mechanic"].map(async (persona) => ({
            thread_id: thread.id,
            client: await connect(thread[persona], thread, (sender) => sender === persona),
        })),
    ),
);

// Words alone: figures in one message after another read like a number given in pieces, and would be masked.
const parts = "alternator battery belt brake bumper caliper clutch damper exhaust gearbox heater injector pump radiator starter".split(" ");
const does = "clicks drips grinds groans hisses hums knocks leaks rattles smells smokes sticks squeals vibrates whines".split(" ");
const when = (
    "after rain|at idle|at night|downhill|every morning|in gear|in neutral|in reverse|in traffic|on gravel|under load|uphill|" +
    "when braking|when cold|when hot|when turning"
).split("|");
const said = (n) =>
    `The ${parts[n % 15]} ${does[Math.floor(n / 15) % 15]} ${when[Math.floor(n / 225) % 16]}` +
    " and so it does".repeat(Math.floor(n / 3600)); // no two alike

const write = ({ client, thread_id }, body) =>
    client.rpc("send_message", { thread_id, body, client_message_id: randomUUID() });

const flood = { sent: 0, limited: 0, other: 0 };
let isFlooding = floods > 0;
const flooding = Array.from({ length: floods }, async () => {
    while (isFlooding) {
        const { error } = await write(parties[0], "more more more");
        flood[error === null ? "sent" : error.code === "PT429" ? "limited" : "other"] += 1;
    }
});

const writers = floods > 0 ? parties.slice(2) : parties; // the flooded conversation is left to itself
const refused = [];
const begin = performance.now();
for (let n = 0; n < (warm_up + seconds) * rate; n += 1) {
    // Neighbouring calls go to different conversations; every party has its turn.
    const party = writers[(n * 2 + Math.floor((n * 2) / writers.length)) % writers.length];
    const body = said(n);
    const wait = begin + (n * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const call = { at: now(), counts: n >= warm_up * rate };
    calls.set(body, call);
    call.done = write(party, body).then(({ error }) => error && refused.push(error.code ?? error.message));
}
await Promise.all([...calls.values()].map(({ done }) => done));
isFlooding = false;
await Promise.all(flooding);

// What is under way arrives within moments; what does not is lost, and the count says so.
const patience = performance.now() + 5_000;
while (arrived < calls.size - refused.length && performance.now() < patience) {
    await new Promise((resolve) => setTimeout(resolve, 50));
}
process.stdout.write(JSON.stringify({ sent: calls.size, arrived, refused, delays, flood }), () => process.exit(0)); // supabase-js keeps timers
