"""Runs schemathesis against a service of its own. Started by `run`, which says more."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent
BINARY = HERE.parent.parent / "target" / "debug" / "patchbay"

# What no request of the fuzzer may take, and what all of them may, in seconds.
REQUEST_TIME = 10
PATIENCE = 60

# Any 32 bytes: the database lives as long as the run.
MASTER_KEY = "k1:" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

CONFIGURATION = """
[server]
port = 0
address_file = "{folder}/address"
[database]
url = "sqlite://{folder}/patchbay.db"
[secrets]
keys = ["{master_key}"]
[providers.slack]
client_id = "{client_id}"
client_secret = "{client_secret}"
[telemetry]
level = "warn"
"""

# Whoever is asked, it is the sandbox.
PROVIDER = """
[providers.{id}]
base_url = "{place}"
"""

# It is fetched from there as it is addressed.
MANIFESTS = "json_manifest"


class Service:
    """A service in a folder of its own, with one organisation and a key to everything."""

    def __init__(self, folder: str, stack: ExitStack):
        self.folder = Path(folder)
        sandbox = self.start(stack, "sandbox", "--port", "0", stdout=subprocess.PIPE)
        said = json.loads("".join(iter(lambda: sandbox.stdout.readline(), "}\n")) + "}")
        self.sandbox = said["url"]
        text = CONFIGURATION.format(
            folder=folder,
            master_key=MASTER_KEY,
            sandbox=said["url"],
            client_id=said["client_id"],
            client_secret=said["client_secret"],
        )
        listed = subprocess.run([BINARY, "providers", "list"], check=True, capture_output=True, text=True)
        ids = [provider["id"] for provider in json.loads(listed.stdout)]
        for one in ids:
            place = said["url"] if one == MANIFESTS else f"{said['url']}/{one}"
            table = PROVIDER.format(id=one, place=place)
            text = text.replace("[providers.slack]", table.strip()) if one == "slack" else text + table
        self.configuration = self.folder / "patchbay.toml"
        self.configuration.write_text(text)
        self.process = self.start(stack, "serve", "--config", str(self.configuration), stderr=self.log())
        self.url = "http://" + self.address()
        self.organisation = self.command("organisation", "create", "--name", "fuzzed")["id"]
        made = self.command("key", "create", "--organisation", self.organisation, "--name", "x", "--all-permissions")
        self.key = made["key"]

    def log(self):
        return open(self.folder / "log", "wb")

    def start(self, stack: ExitStack, *arguments: str, **outputs):
        process = subprocess.Popen([BINARY, *arguments], text=True, cwd=self.folder, **outputs)
        stack.callback(lambda: (process.send_signal(signal.SIGTERM), process.wait(PATIENCE)))
        return process

    def address(self) -> str:
        """Waits until the service has written where it is."""
        file, end = self.folder / "address", time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if file.exists():
                return file.read_text().strip()
            time.sleep(0.05)
        sys.exit("fuzz: the service does not start:\n" + (self.folder / "log").read_text())

    def command(self, *arguments: str):
        done = [BINARY, *arguments, "--config", self.configuration]
        return json.loads(subprocess.run(done, check=True, capture_output=True, text=True).stdout)

    def call(self, method: str, path: str, body=None, header=("Authorization", "Bearer {}")):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header(header[0], header[1].format(self.key))
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=REQUEST_TIME) as answer:
            return json.load(answer)


class Api:
    """What the requests of one API are made with. `header` presents the key."""

    header = ("Authorization", "Bearer {}")

    def parameters(self, service: Service) -> dict:
        """Makes what the operations speak of, and answers the parameters to fill in."""
        raise NotImplementedError

    def narrow(self, service: Service, document: dict):
        """Puts into the document what only this installation knows."""


def telex(service: Service) -> dict:
    place = f"/organisations/{service.organisation}"
    service.call("POST", f"/slack{place}/token-exchg", {"oauth_code": "sandbox-ok-acme"})
    service.call("POST", f"{place}/integrations", {"name": "plain", "json_url": "x"})
    service.call("POST", f"{place}/integrations/custom", {"json_url": f"{service.sandbox}/manifests/interval.json"})
    custom = service.call("GET", f"{place}/integrations/custom")["data"][0]["id"]
    named = {name: {"path.integration": custom} for name in CUSTOM}
    return {"": {"path.org": service.organisation}, **named}


# Operations on a custom integration, which no other operation makes from nothing.
CUSTOM = ("replace_custom_integration", "put_custom_setting", "get_custom_settings")


class Telex(Api):
    def parameters(self, service: Service) -> dict:
        return telex(service)


class AlooChat(Api):
    header = ("x-api-key", "{}")

    def parameters(self, service: Service) -> dict:
        place = "/api/public/integrations"
        shop = {"name": "shop", "type": "shopify", "config": {"shop_domain": "a.myshopify.com", "access_token": "t"}}
        made = service.call("POST", place, shop, self.header)["id"]
        service.call("PUT", f"{place}/{made}/channels/general", {"colour": "red", "token": "t"}, self.header)
        return {"": {}, **{name: {"path.id": made} for name in ABOUT_ONE}}

    def narrow(self, service: Service, document: dict):
        """Which types there are is a matter of the catalogue, and that of a made integration is fixed."""
        types = [one["type"] for one in service.call("GET", "/api/public/integrations/types", None, self.header)]
        schemas = document["components"]["schemas"]
        schemas["CreateBody"]["properties"]["type"]["enum"] = types
        schemas["EditBody"]["properties"]["type"]["enum"] = ["shopify"]
        for parameter in document["paths"]["/integrations"]["get"]["parameters"]:
            if parameter["name"] == "type":
                parameter["schema"]["enum"] = types
        # What a provider says of made-up credentials is not the document's to know.
        create = document["paths"]["/integrations"]["post"]
        create["parameters"] = [one for one in create["parameters"] if one["name"] != "verify"]


# Operations of AlooChat on the integration that is made for them.
ABOUT_ONE = ("get_integration", "edit_integration", "patch_integration", "get_channel", "replace_channel", "clear_channel")


class Novu(Api):
    header = ("Authorization", "ApiKey {}")

    def parameters(self, service: Service) -> dict:
        mail = {"providerId": "sendgrid", "channel": "email", "credentials": {"apiKey": "t"}, "active": True}
        made = service.call("POST", "/v1/integrations", mail, self.header)["data"]["_id"]
        team = {"providerId": "slack", "channel": "chat", "identifier": TEAM}
        service.call("POST", "/v1/integrations", team, self.header)
        named = {name: {"path.id": made} for name in OF_MAIL}
        return {"": {}, **named, **{name: {"path.providerIdOrId": made} for name in OF_A_PROVIDER}}

    def narrow(self, service: Service, document: dict):
        """Which providers there are is a matter of the catalogue; one of these it does not know."""
        create = document["components"]["schemas"]["CreateBody"]
        create["properties"]["providerId"]["enum"] = ["sendgrid", "twilio", "slack", "fcm", "novu", "emailjs"]
        # Of all others there is nothing to connect.
        authorize = document["components"]["schemas"]["AuthorizeBody"]
        authorize["properties"]["integrationIdentifier"]["enum"] = [TEAM, "nobody"]


# Operations of Novu on the integration that is made for them, and on its provider.
OF_MAIL = ("get_integration", "edit_integration", "patch_integration", "set_primary_integration")
OF_A_PROVIDER = ("get_webhook_status", "get_webhooks_status")

# An integration of Slack that people connect.
TEAM = "slack-main"


class Patchbay(Api):
    def parameters(self, service: Service) -> dict:
        team = {"name": "team", "type": "slack"}
        made = service.call("POST", "/api/public/integrations", team, AlooChat.header)["id"]
        return {"": {"path.id": made}}


APIS = {"telex": Telex(), "aloochat": AlooChat(), "novu": Novu(), "patchbay": Patchbay()}


# The statuses that schemathesis takes for an answer to a sound request.
SOUND = ("2xx", "3xx", "401", "403", "404", "409", "429", "5xx")


def excluded(api: str, operations: set[str]) -> dict[str, dict[str, str]]:
    """What each operation is excused from: settings of its checks."""
    excused: dict[str, dict[str, str]] = {}
    for one in tomllib.loads((HERE / "exclusions.toml").read_text())["exclusion"]:
        needed = {"api", "operations", "check", "reason"}
        if not needed <= set(one) <= needed | {"status"} or one["api"] not in APIS:
            sys.exit(f"fuzz: an exclusion is an API, operations, a check, a reason and perhaps a status: {one}")
        if one["api"] != api:
            continue
        for operation in one["operations"]:
            if operation not in operations:
                sys.exit(f"fuzz: an exclusion of no operation: {operation}")
            settings = excused.setdefault(operation, {})
            if "status" in one:
                name = f"checks.{one['check']}.expected-statuses"
                settings[name] = json.dumps([*json.loads(settings.get(name, json.dumps(SOUND))), one["status"]])
            else:
                settings[f"checks.{one['check']}.enabled"] = "false"
    return excused


def configuration(parameters: dict, excused: dict[str, dict[str, str]]) -> str:
    """What schemathesis is told: every check, but for the exclusions."""
    lines = ["[checks]", "enabled = true", "[parameters]"]
    lines += [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.pop("").items()]
    for operation in sorted(set(parameters) | set(excused)):
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}"]
        for name, value in parameters.get(operation, {}).items():
            lines.append(f"parameters.{json.dumps(name)} = {json.dumps(value)}")
        lines += [f"{name} = {value}" for name, value in excused.get(operation, {}).items()]
    return "\n".join(lines) + "\n"


def fuzz(api: str, examples: int, seed: int | None) -> int:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="patchbay-fuzz."))
        service = Service(folder, stack)
        document = service.call("GET", f"/openapi/{api}.json")
        parameters = APIS[api].parameters(service)
        APIS[api].narrow(service, document)
        described = Path(folder) / f"{api}.json"
        described.write_text(json.dumps(document))
        operations = {one["operationId"] for item in document["paths"].values() for one in item.values()}
        settings = Path(folder) / "schemathesis.toml"
        settings.write_text(configuration(parameters, excluded(api, operations)))
        base = document["servers"][0]["url"].rstrip("/")
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", settings]
        command += ["run", described, "--url", service.url + base]
        name, value = APIS[api].header
        command += ["--header", f"{name}: {value.format(service.key)}", "--no-color"]
        command += ["--continue-on-failure", "--request-timeout", str(REQUEST_TIME)]
        command += ["--max-examples", str(-(-examples // len(operations)))]
        if seed is not None:
            command += ["--seed", str(seed)]
        begun = time.monotonic()
        environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
        status = subprocess.run(command, cwd=folder, env=environment).returncode
        print(f"fuzz: {api}: {time.monotonic() - begun:.0f} seconds")
        if service.process.poll() is not None:
            print("fuzz: the service ended:\n" + (Path(folder) / "log").read_text())
            return 1
        return status


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--examples", type=int, default=2000, help="how many, for each API")
    options.add_argument("--seed", type=int, help="repeats a run")
    options.add_argument("--api", choices=APIS, action="append", help="this one alone; perhaps several times")
    options = options.parse_args()
    return max(fuzz(api, options.examples, options.seed) for api in options.api or APIS)


if __name__ == "__main__":
    sys.exit(main())
