-- In which part of the platform's balances this connection posts.

create function app.current_shard()
    returns integer
    language sql
    stable
    set search_path = ''
as $$
    select pg_backend_pid() % 16;
$$;
comment on function app.current_shard is
    'One of app.ledger_shards, the same as long as the connection lives: what it posts in a transaction '
    'is all in one.';
