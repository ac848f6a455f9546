"""The local stack: PostgreSQL, Data API, Realtime, service and worker on one machine, without Docker."""
