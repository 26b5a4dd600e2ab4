"""The variables of traces, and what is said about wrong ones."""

import pytest

from brain.errors import SettingMissing
from brain.settings.traces import traces

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
THERE = {ENDPOINT: "http://127.0.0.1:4318"}


@pytest.mark.parametrize("env", [{}, {ENDPOINT: ""}, {"OTEL_SERVICE_NAME": "brain"}])
def test_without_an_endpoint_there_are_no_traces(env: dict[str, str]) -> None:
    assert traces(env) is None


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://otlp.example/otlp/", "https://otlp.example/otlp/v1/traces"),
    ],
)
def test_the_path_of_traces_is_added_to_the_endpoint(given: str, url: str) -> None:
    found = traces({ENDPOINT: given})
    assert found is not None
    assert found.url == url


def test_the_endpoint_of_traces_is_taken_as_it_is() -> None:
    found = traces({**THERE, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t.example/in"})
    assert found is not None
    assert found.url == "https://t.example/in"


def test_headers_and_attributes_are_lists_of_pairs() -> None:
    found = traces(
        {
            **THERE,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic YTpi==, x-scope = a%2Cb ",
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=one,team=blue",
            "OTEL_SERVICE_NAME": "two",
        }
    )
    assert found is not None
    assert found.headers == {"authorization": "Basic YTpi==", "x-scope": "a,b"}
    assert found.resource == {"service.name": "two", "team": "blue"}
    assert not found.has_texts


def test_headers_of_traces_take_the_place_of_the_others() -> None:
    both = {"OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=2"}
    found = traces({**THERE, **both})
    assert found is not None
    assert found.headers == {"b": "2"}


@pytest.mark.parametrize(("value", "has_texts"), [("1", True), ("0", False), ("", False)])
def test_texts_are_sent_for_one_value_only(value: str, *, has_texts: bool) -> None:
    found = traces({**THERE, "BRAIN_TRACE_TEXTS": value})
    assert found is not None
    assert found.has_texts is has_texts


def test_another_value_for_texts_is_named() -> None:
    with pytest.raises(SettingMissing, match=r"^BRAIN_TRACE_TEXTS must be 1 or 0$"):
        traces({**THERE, "BRAIN_TRACE_TEXTS": "true"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ENDPOINT, "localhost:4318"),
        (ENDPOINT, "ftp://collector"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret-without-a-name"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "=secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0D%0Ab: c"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret\u00fc"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "secret"),
        ("OTEL_RESOURCE_ATTRIBUTES", "secret"),
    ],
)
def test_a_wrong_variable_is_named_with_its_rule_and_without_its_value(
    name: str, value: str
) -> None:
    with pytest.raises(SettingMissing) as told:
        traces({**THERE, name: value})
    assert str(told.value).startswith(f"{name} ")
    assert "such as" in str(told.value) or "for example" in str(told.value)
    assert "secret" not in str(told.value)
