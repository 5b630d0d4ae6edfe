# SPDX-License-Identifier: Apache-2.0
"""The double by hand: the same scripts over HTTP, without credentials, on the loopback port."""

import json
from typing import TYPE_CHECKING, Any

from .behaviours import BY_NAME
from .exchange import Answer

if TYPE_CHECKING:
    from .double import TwilioDouble

PREFIX = "/_control/"

HELP = f"""\
By hand, a script is set by JSON on the double's own port; no credentials are needed:

  POST /_control/script    {{"call": NAME or "*", "behaviour": BEHAVIOUR, "times": number or null for ever (1), ...}}
                           BEHAVIOUR is one of {', '.join(BY_NAME)};
                           its own settings stand beside it: "code", "status", "message" (error), "status", "body"
                           (http_status), "seconds" (latency), "performed" (hang), "size" (oversized),
                           "location", "status" (redirect)
  POST /_control/clear     no scripts any more
  POST /_control/release   let go of the calls that hang
  POST /_control/forward   {{"seconds": N}}: let time pass for the double
  POST /_control/service   any of {{"issuer", "time_step", "code_length", "skew"}}: the service's TOTP settings
  POST /_control/factor    {{"identity": .., "secret": .., "status": "verified"}}: put a factor there
  GET  /_control/factors   every factor, with its secret and its present code
  GET  /_control/calls     the calls that came

for instance

  curl -d '{{"call": "create_challenge", "behaviour": "error", "code": 60312}}' http://127.0.0.1:PORT/_control/script
"""


def answer(double: "TwilioDouble", method: str, path: str, body: bytes) -> Answer:
    """Do what a control request asks."""
    try:
        asked = json.loads(body or b"{}")
        if not isinstance(asked, dict):
            raise ValueError("a JSON object expected")
        return Answer.of_json(200, _do(double, method, path.removeprefix(PREFIX), asked))
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        return Answer.of_json(400, {"problem": str(problem), "help": HELP})


def _do(double: "TwilioDouble", method: str, what: str, asked: dict[str, Any]) -> Any:
    match method, what:
        case "POST", "script":
            name, times = asked.pop("call"), asked.pop("times", 1)
            double.script(name, BY_NAME[asked.pop("behaviour")](**asked), times)
        case "POST", "clear":
            double.clear_scripts()
        case "POST", "release":
            double.release()
        case "POST", "forward":
            double.forward(float(asked["seconds"]))
        case "POST", "service":
            for name, value in asked.items():
                if not hasattr(double.service.totp, name):
                    raise ValueError(f"a service has no {name} for TOTP")
                setattr(double.service.totp, name, value)
            return double.service.json(double.url)
        case "POST", "factor":
            return double.add_factor(**asked).json_when_new(double.url)
        case "GET", "factors":
            return [{**factor.json_when_new(double.url), "code": factor.code(double.clock())}
                    for identity in double.identities() for factor in double.factors(identity)]
        case "GET", "calls":
            return [{"name": call.name, "method": call.method, "path": call.path, "form": call.form,
                     "connection": call.connection, "status": call.answer and call.answer.status}
                    for call in double.calls]
        case _:
            raise ValueError(f"no {method} {PREFIX}{what}")
    return {"done": True}
