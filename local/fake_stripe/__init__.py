"""A stand-in for Stripe, for development and tests: what this platform uses of it, and no more.

It keeps idempotency keys and account balances as Stripe documents them, and signs the events that it
posts. What is wrong is told apart as Stripe does it: status, type and code.
"""
