// What supabase-js sees: each function plays one scene and returns it. python_client.py plays the same.
//
// node javascript_client.mjs SCENE '{"url": …, "key": …, …}' prints the scene as JSON.

import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";

const PATIENCE_MS = 20_000;

const connect = async (url, key, login) => {
    const client = createClient(url, key, {
        db: { schema: "api" },
        auth: { persistSession: false, autoRefreshToken: false },
    });
    if (login) {
        fulfilled(await client.auth.signInWithPassword(login));
    }
    return client;
};

/** The data of an answer that must not be an error. */
const fulfilled = ({ data, error }) => {
    if (error) throw error;
    return data;
};

const code = ({ error }) => (error ? (error.code ?? String(error.statusCode)) : null);

const role = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).role;

/** Refresh until the token is another: within a second Auth may give the same again. */
const newToken = async (client) => {
    const { session } = fulfilled(await client.auth.getSession());
    for (;;) {
        const renewed = fulfilled(await client.auth.refreshSession()).session;
        if (renewed.access_token !== session.access_token) return renewed.access_token;
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
};

/** Sign up, use the account, refresh, sign out, sign in; a wrong password. */
const account = async ({ url, key, login }) => {
    const client = await connect(url, key);
    const signedUp = fulfilled(await client.auth.signUp(login));
    if (!signedUp.session) throw new Error("sign-ups must not wait for e-mail confirmation here");
    const own = fulfilled(await client.from("my_account").select("persona, email"));
    const renewed = await newToken(client);
    const again = fulfilled(await client.from("my_account").select("persona, email"));
    await client.auth.signOut();
    const signedOut = code(await client.from("my_account").select("persona"));
    const signedIn = fulfilled(await client.auth.signInWithPassword(login));
    return {
        roles: [signedUp.session.access_token, renewed, signedIn.session.access_token].map(role),
        own,
        after_refresh: again,
        signed_out: signedOut,
        wrong_password: code(await client.auth.signInWithPassword({ ...login, password: "wrong" })),
    };
};

/** Select, filter, count, call; and what is refused. */
const data = async ({ url, key, customer, thread_id }) => {
    const client = await connect(url, key, customer);
    const message = {
        thread_id,
        body: "It grinds. Call me at 217-555-0100!",
        client_message_id: randomUUID(),
    };
    const threads = fulfilled(
        await client.from("customer_threads").select("id, party, is_open").eq("id", thread_id),
    );
    const sent = fulfilled(await client.rpc("send_message", message));
    const stored = await client
        .from("messages")
        .select("body, sender", { count: "exact" })
        .eq("thread_id", thread_id)
        .eq("position", sent.position);
    return {
        threads,
        sent,
        stored: fulfilled(stored),
        count: stored.count,
        sent_again: fulfilled(await client.rpc("send_message", message)),
        no_such_thread: code(await client.rpc("send_message", { ...message, thread_id: randomUUID() })),
        hidden_column: code(await client.from("customer_threads").select("customer_id")),
        other_schema: code(await client.schema("app").from("threads").select("id")),
    };
};

/** A registered photo is uploaded and read back by its owner; nothing else is. */
const media = async ({ url, key, customer, stranger, session_id }) => {
    const client = await connect(url, key, customer);
    const other = await connect(url, key, stranger);
    const path = fulfilled(await client.rpc("register_media", { session_id, kind: "photo" }));
    const another = fulfilled(await client.rpc("register_media", { session_id, kind: "photo" }));
    const photo = Buffer.from(Array.from({ length: 10_240 }, (_, i) => i % 256));
    const bucket = client.storage.from("quarantine");
    const image = { contentType: "image/png" };
    fulfilled(await bucket.upload(path, photo, image));
    const file = fulfilled(await bucket.download(path));
    const refused = ({ error }) => Boolean(error);
    return {
        same: Buffer.from(await file.arrayBuffer()).equals(photo),
        unregistered: refused(await bucket.upload(`${path}x`, photo, image)),
        twice: refused(await bucket.upload(path, photo, image)),
        stranger: refused(await other.storage.from("quarantine").download(path)),
        signed: [
            refused(await bucket.createSignedUrl(path, 60)),
            refused(await bucket.createSignedUploadUrl(another)),
        ],
    };
};

/** One channel, everything it heard, and what became of it. */
class Listener {
    broadcasts = [];
    waiting = new Set();

    constructor(client, topic) {
        this.client = client;
        this.channel = client
            .channel(topic, { config: { private: true, broadcast: { ack: true, replication_ready: true } } })
            .on("broadcast", { event: "*" }, ({ event, payload }) => {
                this.broadcasts.push({ event, payload });
                this.notify();
            })
            .on("system", {}, ({ status, message }) => {
                this.isReady ||= message === "Replication connection established";
                if (status === "error") this.refusal = message;
                this.notify();
            });
    }

    /** `SUBSCRIBED` once broadcasts flow, or the reason of the refusal. */
    async join() {
        this.channel.subscribe((status, error) => {
            this.status = status;
            if (error) this.refusal = error.message;
            this.notify();
        });
        await this.until(() => this.isReady || this.refusal);
        if (this.refusal) await this.client.removeChannel(this.channel); // it would try again
        return this.refusal ?? this.status;
    }

    /** What the server said before it closed the channel. */
    async untilClosed() {
        await this.until(() => this.status === "CLOSED");
        return this.refusal;
    }

    /** Wait for something to become true; fails after twenty seconds. */
    until(isFulfilled) {
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error(`waited in vain for ${isFulfilled}`)), PATIENCE_MS);
            const look = () => {
                if (!isFulfilled()) return;
                clearTimeout(late);
                this.waiting.delete(look);
                resolve();
            };
            this.waiting.add(look);
            look();
        });
    }

    notify() {
        for (const look of [...this.waiting]) look();
    }
}

/** Both parties hear a message, a stranger may not join, and who loses the session is cut off. */
const chat = async ({ url, key, customer, mechanic, stranger, thread, session_id }) => {
    const [ana, max, other] = await Promise.all(
        [customer, mechanic, stranger].map((login) => connect(url, key, login)),
    );
    const [{ id: own }] = fulfilled(await ana.from("my_account").select("id"));
    const ofAna = new Listener(ana, thread.topic);
    const ofMax = new Listener(max, thread.topic);
    const person = new Listener(ana, `person:${own}`);
    const joined = [];
    for (const listener of [ofAna, ofMax, person]) joined.push(await listener.join());
    const denied = await new Listener(other, thread.topic).join();

    // A client's own broadcast goes nowhere; a message goes to both, its author included.
    const forged = { body: "217-555-0100", id: "forged" };
    ofAna.channel.send({ type: "broadcast", event: "message", payload: forged });
    const message = {
        thread_id: thread.id,
        body: "Since when does it grind?",
        client_message_id: randomUUID(),
    };
    fulfilled(await max.rpc("send_message", message));
    for (const listener of [ofAna, ofMax]) await listener.until(() => listener.broadcasts.length > 0);

    fulfilled(await max.rpc("hand_back_session", { session_id }));
    const changes = () => person.broadcasts.filter(({ event }) => event === "thread_changed");
    await person.until(() => changes().length > 0);
    await max.realtime.setAuth(await newToken(max));
    const scene = {
        joined,
        denied,
        heard: [ofAna, ofMax].map(({ broadcasts }) => broadcasts),
        told: changes().map(({ payload }) => payload.thread_id),
        revoked: await ofMax.untilClosed(),
        denied_again: await new Listener(max, thread.topic).join(),
    };
    for (const client of [ana, max, other]) await client.removeAllChannels();
    return scene;
};

const scenes = { account, data, media, chat };
const [scene, argumentsAsJson] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await scenes[scene](JSON.parse(argumentsAsJson))), () => process.exit(0)); // supabase-js keeps timers
