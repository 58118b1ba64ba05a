"""TLS on the provider's side of a connection: whom it trusts, and what a failed handshake means in one sentence.

Belongs to no event loop, and does no handshake itself: trio and asyncio each have their own.
"""

from __future__ import annotations

import ssl
from typing import Final

from igloo_provider.errors import ConnectError, ProviderMistake, describe
from igloo_provider.outbox import clean_text

TLS_TIMEOUT: Final = 10.0
"""Seconds for the handshake, as long as the hub allows for the connection itself."""
SENTENCE_BYTES: Final = 1 << 10

# X509_V_ERR_… of OpenSSL's x509_vfy.h; the ssl module has no names for them.
NOT_YET_VALID: Final = 9
EXPIRED: Final = 10
UNKNOWN_AUTHORITY: Final = frozenset([2, 19, 20, 21])
SELF_SIGNED: Final = 18
WRONG_HOST: Final = frozenset([62, 64])

OLD_VERSIONS: Final = frozenset(
    ["UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"]
)
NO_TLS: Final = frozenset(
    ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"]
)


def context_for(tls: object) -> ssl.SSLContext:
    """The context that `tls=` asks for. True: the certificates must be signed by an authority that the system trusts."""
    if isinstance(tls, ssl.SSLContext):
        return tls
    if tls is not True:
        raise ProviderMistake(f"connect takes tls=True, tls=False or an ssl.SSLContext, not {tls!r}")
    return ssl.create_default_context()


def tls_error(
    host: str, port: int, error: BaseException | None, context: ssl.SSLContext, server_hostname: str
) -> ConnectError:
    """What went wrong in a handshake. `error` is what the event loop raised for it; None: it took too long."""
    reason = (
        f"no answer for {TLS_TIMEOUT:g} s" if error is None else reason_of(error, context, server_hostname)
    )
    failure = ConnectError("tls", host, port, clean_text(f"TLS failed: {reason}", SENTENCE_BYTES))
    failure.__cause__ = error
    return failure


def reason_of(error: BaseException, context: ssl.SSLContext, server_hostname: str) -> str:
    cause = find_ssl_error(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return why_not_trusted(cause, context, server_hostname)
    if isinstance(cause, ssl.SSLEOFError) or not isinstance(cause, ssl.SSLError):
        return "the other side closed the connection during the handshake; perhaps it does not speak TLS on this port"
    reason = cause.reason or ""
    if reason in NO_TLS:
        return f"the other side does not speak TLS on this port ({reason})"
    if reason in OLD_VERSIONS:
        return f"the other side has no version of TLS that is allowed here ({reason})"
    if "ALERT" in reason:
        return f"the other side broke off the handshake ({reason}); it may want a certificate of this side"
    return reason or describe(cause)


def why_not_trusted(
    error: ssl.SSLCertVerificationError, context: ssl.SSLContext, server_hostname: str
) -> str:
    code = error.verify_code
    if code == EXPIRED:
        return "the certificate of the other side has expired"
    if code == NOT_YET_VALID:
        return "the certificate of the other side is not valid yet, or the clock of this machine is wrong"
    if code in WRONG_HOST:
        return f"the certificate of the other side is for another host than {server_hostname}"
    if code == SELF_SIGNED:
        return "the certificate of the other side is signed by itself, and was not said to be trusted"
    if code in UNKNOWN_AUTHORITY:
        nobody = (
            ""
            if context.cert_store_stats()["x509_ca"]
            else "; no authority's certificate is known here at all"
        )
        return f"the certificate of the other side is signed by an authority that is not known here{nobody}"
    return f"the certificate of the other side is not trusted: {error.verify_message}"


def find_ssl_error(error: BaseException) -> BaseException:
    """trio wraps what the ssl module raised; what it wrapped says more."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ssl.SSLError):
        inner = inner.__cause__
    return error if inner is None else inner
