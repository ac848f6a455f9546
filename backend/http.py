"""HTTP as this service speaks it: bounded bodies in, problems out as JSON {code, message}."""

import logging
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from backend.db import DatabaseAway, Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("backend.http")

RETRY_AFTER_S = 5
OF_EVERY_ANSWER = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
TOLD = "backend.told"  # in the request's environment


class Problem(Exception):
    """An answer other than success: a code for programs and a sentence for people."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> Response:
        tell(problem=self.code)
        answer = jsonify(code=self.code, message=self.message)
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer


def unavailable(code: str, message: str) -> Problem:
    """503 that asks the caller to come again."""
    return Problem(503, code, message, {"Retry-After": str(RETRY_AFTER_S)})


def problem_of(code: str, message: str) -> Problem | None:
    """The answer to a refusal of the database's, where its code is one of ours.

    PTxyz is the status to answer, as PostgREST reads it.
    """
    if re.fullmatch(r"PT[45]\d\d", code):
        return Problem(int(code[2:]), code, message)
    return None


def read_body(limit: int) -> bytes:
    """The request's raw body of at most `limit` bytes; 411 without a length, 413 beyond it.

    A chunked body would be cut at the limit in silence, so it is not taken at all.
    """
    length = request.content_length
    if length is None:
        raise Problem(411, "length_required", "Send a Content-Length; chunked bodies are refused.")
    if length > limit:
        raise Problem(413, "body_too_large", f"At most {limit} bytes are taken.")
    return request.get_data(cache=False)


def tell(**facts: object) -> None:
    """Add to the line that is logged of this request."""
    request.environ[TOLD] |= facts


class RequestLog:
    """Logs one line a request, never a body, and adds the headers of every answer.

    Around Flask, where a webhook pays less for it than in Flask's hooks.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        began = time.perf_counter()
        told: dict[str, object] = {"problem": None}
        environ[TOLD] = told

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            told["status"] = int(status[:3])
            return start_response(status, headers + OF_EVERY_ANSWER, *error)

        answer = self.application(environ, start)
        told |= {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
        log.info("request", extra=told)
        return answer


def install(app: Flask) -> None:
    """Make every error an answer of ours, and log every request."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return error.response()

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        name = (error.name or "error").lower().replace(" ", "_")
        answer = Problem(error.code or 500, name, error.description or "").response()
        for header, value in error.get_headers():
            if header not in ("Content-Type", "Content-Length"):
                answer.headers[header] = value
        return answer

    @app.errorhandler(DatabaseAway)
    def away(error: DatabaseAway) -> Response:
        return unavailable(
            "database_unavailable", "The database does not answer. Try again."
        ).response()

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        problem = problem_of(error.sqlstate, error.message)
        if problem is not None:
            return problem.response()
        log.error("the database refused a call", extra={"sqlstate": error.sqlstate}, exc_info=error)
        return _internal_error()

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return _internal_error()

    app.wsgi_app = RequestLog(app.wsgi_app)  # type: ignore[method-assign]  # as Flask's manual has it


def _internal_error() -> Response:
    return Problem(500, "internal_error", "Something went wrong here; it is logged.").response()
