"""Spans in the form of OTLP. The only module that imports OpenTelemetry."""

from collections.abc import Mapping, Sequence

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from brain.cloud.traces.model import TraceSpan, Value
from brain.codec import clean

KINDS = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "internal": SpanKind.INTERNAL,
}


class Encoder:
    """Encodes spans of one service."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        """`attributes` are those of the service, in addition to those of the SDK."""
        self._resource = Resource.create({key: clean(value) for key, value in attributes.items()})
        self._scope = InstrumentationScope("brain")

    def encode(self, spans: Sequence[TraceSpan]) -> bytes:
        """Return the body of a request to a collector."""
        body: bytes = encode_spans([self._span(span) for span in spans]).SerializeToString()
        return body

    def _span(self, span: TraceSpan) -> ReadableSpan:
        return ReadableSpan(
            clean(span.name),
            context=_context(span.trace, span.id),
            parent=None if span.parent is None else _context(span.trace, span.parent),
            resource=self._resource,
            attributes={name: _legal(value) for name, value in span.attributes.items()},
            kind=KINDS[span.kind],
            status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
            start_time=span.began,
            end_time=max(span.began, span.ended),
            instrumentation_scope=self._scope,
        )


def _legal(value: Value) -> Value:
    return clean(value) if isinstance(value, str) else value


def _context(trace: int, id: int) -> SpanContext:
    return SpanContext(trace, id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
