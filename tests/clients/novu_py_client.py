"""Makes calls with novu-py, one for each line of standard input: `["create", {…}]`.

What the client read is answered in one line, by the names that it has on the wire:
`{"answer": …}`, `{"refused": {"type", "status", "message", "fields"}}` or `{"failed": "…"}`.
"""

import json
import os
import sys
from importlib.metadata import version

from novu_py import Novu, models


def calls(client: Novu) -> dict:
    integrations = client.integrations
    create, change = models.CreateIntegrationRequestDto, models.UpdateIntegrationRequestDto
    return {
        "create": lambda body, once=None: integrations.create(
            create_integration_request_dto=create.model_validate(body), idempotency_key=once
        ),
        "list": lambda: integrations.list(),
        "listActive": lambda: integrations.list_active(),
        "update": lambda id, body: integrations.update(
            integration_id=id, update_integration_request_dto=change.model_validate(body)
        ),
        "setPrimary": lambda id: integrations.set_as_primary(integration_id=id),
        "delete": lambda id: integrations.delete(integration_id=id),
    }


def wire(result):
    """A model by its names on the wire, or several."""
    if isinstance(result, list):
        return [wire(one) for one in result]
    return result.model_dump(mode="json", by_alias=True)


def answer(call, given) -> dict:
    try:
        return {"answer": wire(call(*given).result)}
    except models.NovuError as error:
        data = getattr(error, "data", None)
        return {
            "refused": {
                "type": type(error).__name__,
                "status": error.status_code,
                "message": error.message if data is None else data.message,
                "fields": {name: wire(one) for name, one in getattr(data, "errors", {}).items()},
            }
        }
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def main():
    if sys.argv[1:] == ["--version"]:
        print("novu-py", version("novu-py"))
        return
    # Without a configuration of retries nothing is tried twice.
    with Novu(server_url=os.environ["NOVU_URL"], secret_key=os.environ["NOVU_SECRET_KEY"], retry_config=None) as client:
        known = calls(client)
        for line in sys.stdin:
            name, *given = json.loads(line)
            print(json.dumps(answer(known[name], given)), flush=True)


if __name__ == "__main__":
    main()
