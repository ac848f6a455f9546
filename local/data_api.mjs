// Data API, Auth and Storage of the local stack: @supabase/lite over the stack's PostgreSQL, as strict as hosted Supabase.
//
// It logs in as supabase_lite, which reads and writes the tables of auth and storage and may become any persona by
// `set role`, but holds nothing in our schemas: what a request reaches there, it reaches as its persona. The catalog is
// read over a connection of its own as supabase_read_only_user: information_schema shows a role only what it holds.

import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { inspect } from "node:util";
import { serve } from "@hono/node-server";
import { App, setExperimental } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { sql } from "kysely";

const env = process.env;
const required = ["PORT", "DATABASE_URL", "JWT_SECRET", "PUBLISHABLE_KEY", "SECRET_KEY", "STORAGE_DIR", "SITE_URL"];
const missing = required.filter((name) => !env[name]);
if (missing.length > 0) {
    console.error(`Data API: the environment lacks ${missing.join(", ")}`);
    process.exit(2);
}

// What supabase/config.toml tells hosted Supabase; a test compares them.
const SCHEMAS = ["api"];
const SEARCH_PATH = "api, extensions";
const MAX_ROWS = 1000;
const JWT_EXPIRY = 600; // seconds
const FILE_SIZE_LIMIT = "50MiB";

// connections

// PostgreSQL writes `2026-01-01 10:00:00.1+00`; PostgREST gives ISO 8601, and supabase-py reads nothing else.
const iso = (text) => text.replace(" ", "T").replace(/[+-]\d\d$/, "$&:00");
const time = (oid) => ({ to: oid, from: [oid], serialize: (value) => value, parse: iso });
// A JSON number, as from PostgREST; @supabase/lite gives a string where the last digit is a zero.
const numeric = { to: 1700, from: [1700], serialize: String, parse: Number };
// A JSON argument of a function comes as text already, and would be put into quotes once more.
const isJson = (text) => {
    try {
        return JSON.parse(text) !== undefined;
    } catch {
        return false;
    }
};
const json = (oid) => ({
    to: oid,
    from: [oid],
    serialize: (value) => (typeof value === "string" && isJson(value) ? value : JSON.stringify(value)),
    parse: JSON.parse,
});
// The driver does not outlive the loss of a connection: it throws where nobody can catch it, or never sends another byte
// (github.com/porsager/postgres/issues/1154 and 1208). So a loss ends this process, and whoever keeps it starts another.
let ending = false;
const endWithoutDatabase = () => {
    if (ending) return;
    console.error("Data API: a connection to the database was lost");
    process.exit(1);
};
const connect = (options) =>
    createPostgresConnection({
        url: env.DATABASE_URL,
        postgresOptions: {
            types: { timestamptz: time(1184), timestamp: time(1114), numeric, json: json(114), jsonb: json(3802) },
            onnotice: () => {},
            onclose: endWithoutDatabase,
            max_lifetime: null,
            ...options,
        },
    });
const connection = connect({ max: 10 });
const catalog = connect({ max: 1, connection: { role: "supabase_read_only_user" } });

// The catalog is read once, and again whenever the bootstrap's event trigger tells of a change, as PostgREST does.
const readCatalog = async () => {
    const schema = await catalog.introspect();
    if (schema.tables.length === 0) {
        throw new Error("the catalog cannot be read");
    }
    // By its keys @supabase/lite would relate a view to tables behind others, and name them in its errors.
    schema.foreign_keys = schema.foreign_keys.filter((key) => SCHEMAS.includes(key.schema));
    // Its hints at a name that resembles another take all that it knows; Auth and Storage need to know their own. And in
    // every request it looks at each column, and through its view's definition for a type of its own, which we have none of.
    const isNeeded = ({ schema: name }) => [...SCHEMAS, "auth", "storage"].includes(name);
    for (const kind of ["tables", "views", "columns"]) {
        schema[kind] = schema[kind].filter(isNeeded);
    }
    for (const view of schema.views) {
        view.sql = null;
    }
    return schema;
};
let schema;
const reloadCatalog = () => {
    const last = schema;
    schema = readCatalog().catch((error) => last ?? Promise.reject(error));
};
connection.introspect = () => schema;

// access

// The original grants everything in every schema to the API roles, and column grants with it.
connection.ensureRlsContext = async () => true;

connection.applyJwtSessionContext = async (transaction, { auth, storage }) => {
    const role = auth?.role || "anon";
    const settings = {
        role,
        search_path: SEARCH_PATH,
        "request.jwt.claims": JSON.stringify(auth?.jwt ?? { role }),
        "request.jwt.claim.sub": auth?.uid ?? "",
        "request.jwt.claim.role": role,
        "storage.operation": storage?.operation ?? "",
    };
    // What `alter role` sets holds at login only: like PostgREST, give the persona's timeouts to the request.
    // And like PostgREST, act as nobody but a member of authenticator: this login may become more than that.
    const { rows } = await sql`
        select set_config(name, value, true)
        from (
            select split_part(setting, '=', 1), split_part(setting, '=', 2)
            from pg_catalog.pg_roles
            cross join unnest(rolconfig) as setting
            where rolname = ${role}
                and split_part(setting, '=', 1) in ('lock_timeout', 'statement_timeout')
            union all
            select key, value
            from json_each_text(${settings}::json)
        ) as settings (name, value)
        where exists (
                select
                from pg_catalog.pg_roles
                where rolname = ${role} and pg_has_role('authenticator', oid, 'set')
            )
        `.execute(transaction);
    if (rows.length === 0) {
        throw Object.assign(new Error(`permission denied to set role "${role}"`), { code: "42501" });
    }
};

// Unprepared, a statement with parameters takes two round trips, and is planned anew. These two go before every request; those
// of clients stay as they are, since each of them would be kept for good.
const reserve = connection.driver.reserve;
connection.driver.reserve = async () => {
    const reserved = await reserve();
    const { unsafe } = reserved;
    reserved.unsafe = (text, parameters) => unsafe(text, parameters, { prepare: /^\s*select set_config\(/.test(text) });
    return reserved;
};

connection.applyRpcRequestGucs = (transaction, { method, path, requestHeaders }) =>
    sql`
        select set_config('response.status', '', true), set_config('response.headers', '', true),
            set_config('request.method', ${method}, true), set_config('request.path', ${path}, true),
            set_config('request.headers', ${JSON.stringify(requestHeaders ?? {})}, true)
        `.execute(transaction);

// errors

/** PostgREST's HTTP status for SQLSTATEs that @supabase/lite has none for; 0 where it has one. */
const statusOf = (code) => {
    if (/^08|^57P/.test(code)) return 503;
    if (/^23/.test(code)) return code === "23502" || code === "23503" || code === "23505" ? 0 : 400;
    if (code === "P0001" || code === "0A000") return 400;
    return /^(25|40|54|57|P0|XX)...$/.test(code) && code !== "25006" ? 500 : 0;
};

/** What @supabase/lite answers from. In the log it is one line, without the rows that a detail may quote. */
class Refusal {
    constructor({ code, message, detail, hint }, logged = `${code} ${message}`) {
        Object.assign(this, { code, message, detail, hint });
        Object.defineProperty(this, inspect.custom, { value: () => logged });
    }
}

/** As `raise sqlstate 'PGRST'` in SQL: @supabase/lite answers the status and body that it names. */
const answer = (status, body, logged) =>
    new Refusal({ code: "PGRST", message: JSON.stringify(body), detail: JSON.stringify({ status, headers: {} }) }, logged);

connection.normalizeDbError = (error) => {
    const { code = "", message, detail, hint } = error ?? {};
    if (/^(CONNECT|ECONN)/.test(code)) {
        return answer(503, { code: "PGRST001", message: "The database does not answer. Try again." }, `${code} ${message}`);
    }
    if (!/^[0-9A-Z]{5}$/.test(code)) return error;
    const status = statusOf(code);
    return status === 0
        ? new Refusal(error)
        : answer(status, { code, message, details: detail, hint }, `${code} ${message}`);
};

// storage

/** Files of Storage in one folder. A name is a digest, so that no path a client makes up leaves the folder. */
class Folder {
    constructor(folder) {
        this.folder = folder;
    }

    place(bucket, key) {
        return path.join(this.folder, createHash("sha256").update(`${bucket}/${key}`).digest("hex"));
    }

    async uploadObject(bucket, key, version, body, mimetype, cacheControl) {
        const bytes = Buffer.from(await new Response(body).arrayBuffer());
        return this.write(bucket, key, bytes, { mimetype, cacheControl });
    }

    async write(bucket, key, bytes, { mimetype, cacheControl }) {
        const place = this.place(bucket, key);
        const metadata = {
            cacheControl,
            contentLength: bytes.length,
            size: bytes.length,
            mimetype,
            lastModified: new Date(),
            eTag: `"${createHash("md5").update(bytes).digest("hex")}"`,
        };
        const making = `${place}.${randomUUID()}`;
        await mkdir(this.folder, { recursive: true });
        await writeFile(making, bytes);
        await writeFile(`${place}.json`, JSON.stringify(metadata));
        await rename(making, place);
        return metadata;
    }

    async headObject(bucket, key) {
        const metadata = JSON.parse(await readFile(`${this.place(bucket, key)}.json`, "utf8"));
        return { ...metadata, lastModified: new Date(metadata.lastModified) };
    }

    async getObject(bucket, key) {
        return {
            httpStatusCode: 200,
            metadata: await this.headObject(bucket, key),
            body: await readFile(this.place(bucket, key)),
        };
    }

    async copyObject(bucket, key, version, toBucket, toKey) {
        const bytes = await readFile(this.place(bucket, key));
        return { httpStatusCode: 200, ...(await this.write(toBucket, toKey, bytes, await this.headObject(bucket, key))) };
    }

    async deleteObject(bucket, key) {
        await rm(this.place(bucket, key), { force: true });
        await rm(`${this.place(bucket, key)}.json`, { force: true });
    }

    async deleteObjects(bucket, keys) {
        await Promise.all(keys.map((key) => this.deleteObject(bucket, key)));
    }
}

// server

/** Requests that name no schema get the first exposed one, as from PostgREST; @supabase/lite would take public. */
const nameSchema = async ({ req }, next) => {
    for (const header of ["Accept-Profile", "Content-Profile"]) {
        if (!req.raw.headers.has(header)) req.raw.headers.set(header, SCHEMAS[0]);
    }
    await next();
};

/** PostgREST believes a verified token; @supabase/lite would look up its account and session in every request, for nothing. */
const believeToken = async (context, next) => {
    if (context.req.path.startsWith("/rest/v1/")) {
        const known = async () => ({});
        context.set("authService", { repo: { findUserById: known, findSessionById: known } });
    }
    await next();
};

setExperimental("storage", true);
const app = new App({
    connection,
    api: { enabled: true, schemas: SCHEMAS, max_rows: MAX_ROWS },
    auth: {
        enabled: true,
        jwt_secret: env.JWT_SECRET,
        publishable_key: env.PUBLISHABLE_KEY,
        secret_key: env.SECRET_KEY,
        site_url: env.SITE_URL,
        jwt_expiry: JWT_EXPIRY,
        enable_refresh_token_rotation: true,
        email: { enable_signup: true, enable_confirmations: false },
    },
    storage: { enabled: true, file_size_limit: FILE_SIZE_LIMIT },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    options: { server: { admin: false, disableStudio: true, middlewares: [nameSchema, believeToken] } },
});
app._storageAdapter = new Folder(env.STORAGE_DIR);

// Schemas auth and storage are the bootstrap's, so app.ensureSystemSchema() is not called: there is nothing left for it to make.
await catalog.driver.listen("pgrst", reloadCatalog, reloadCatalog);
await schema;

/** @supabase/lite gives the length of an RPC's answer and of CSV, and @hono/node-server gives it again: HTTP allows one. */
const withOneLength = async (request) => {
    const response = await app.fetch(request);
    if (request.method !== "HEAD" && /^(application\/json|text\/csv)/.test(response.headers.get("content-type"))) {
        response.headers.delete("content-length");
    }
    return response;
};

const server = serve({ fetch: withOneLength, hostname: "127.0.0.1", port: Number(env.PORT) }, () =>
    console.log(`Data API listens on 127.0.0.1:${env.PORT}`),
);

process.once("SIGTERM", () => {
    ending = true;
    server.close(async () => {
        await Promise.all([connection.close(), catalog.close()]);
        process.exit(0);
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5000).unref();
});
