"""Everything that the interface's own description allows, and much that it does not.

Schemathesis writes requests from /openapi.json, within its bounds and beyond; none may be a fault
of ours, and every answer must be of a status, kind and shape that the description promises.
"""

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jevons.app import Engine, application

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
FEW = 100  # draws: what is computed is not the point here
PATHS = sorted(application(cast("Engine", None)).openapi()["paths"])


@pytest.fixture(scope="module")
def described(engine: Engine) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", application(engine))


@pytest.mark.parametrize("path", PATHS)
@given(data=st.data())
@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_no_request_is_a_fault_of_ours(described: Any, path: str, data: st.DataObject) -> None:
    operation = described[path]["GET"]
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    if isinstance(case.query, dict):
        draws = case.query.get("draws", FEW)
        if isinstance(draws, int) and FEW <= draws <= 20_000:
            case.query["draws"] = FEW
    case.call_and_validate(checks=CHECKS, headers={"host": "127.0.0.1"}, timeout=300)
