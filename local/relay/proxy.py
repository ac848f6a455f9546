"""The way to the Data API: requests and answers pass as they are, streamed both ways."""

from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

# The parts of a message that end with its connection, and what aiohttp answers by itself.
NOT_FORWARDED = (
    hdrs.CONNECTION,
    hdrs.EXPECT,
    hdrs.KEEP_ALIVE,
    hdrs.PROXY_AUTHENTICATE,
    hdrs.PROXY_AUTHORIZATION,
    hdrs.TE,
    hdrs.TRAILER,
    hdrs.TRANSFER_ENCODING,
    hdrs.UPGRADE,
)


class DataApi:
    """The process behind REST, Auth and Storage. An asynchronous context manager."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2),  # Node closes after 5 s
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            skip_auto_headers=[
                hdrs.ACCEPT,
                hdrs.ACCEPT_ENCODING,
                hdrs.CONTENT_TYPE,
                hdrs.USER_AGENT,
            ],
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def is_up(self) -> bool:
        """Whether it answers within a second."""
        second = aiohttp.ClientTimeout(total=1)
        try:
            async with self._client.get(f"{self._url}/auth/v1/health", timeout=second):
                return True
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Its answer to the request; 503 while it is not running, 502 where it breaks off."""
        response: web.StreamResponse | None = None
        try:
            async with self._client.request(
                request.method,
                URL(self._url + request.rel_url.raw_path_qs, encoded=True),
                headers=_forwarded(request.headers),
                data=request.content if request.body_exists else None,
                allow_redirects=False,
            ) as answer:
                response = web.StreamResponse(
                    status=answer.status, reason=answer.reason, headers=_forwarded(answer.headers)
                )
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
                return response
        except aiohttp.ClientConnectorError:
            body = {"code": "data_api_down", "message": "The Data API is not running, or not yet."}
            return web.json_response(body, status=503, headers={"Retry-After": "1"})
        except aiohttp.ClientError as error:
            if response is None:
                body = {"code": "data_api_failed", "message": f"The Data API broke off: {error}"}
                return web.json_response(body, status=502)
            if request.transport:
                request.transport.abort()  # half an answer must not look like a whole one
            return response


def _forwarded(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    kept = CIMultiDict(headers)
    for name in NOT_FORWARDED:
        kept.popall(name, None)
    return kept
