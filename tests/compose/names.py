"""Does every name in a compose file lead to something? The schema checks shapes; this checks what they point at."""

import pathlib
import sys

import ruamel.yaml


def names(value):
    """The names in a list or a mapping; a list may hold names, `name:target` mounts or mappings with a `source`."""
    for entry in value or []:
        name = entry["source"] if isinstance(entry, dict) else str(entry)
        yield name.split(":")[0]


def problems(compose, folder):
    services = compose["services"]
    for service, room in services.items():
        for kind in ("secrets", "configs", "networks", "volumes"):
            known = compose.get(kind) or {}
            for name in names(room.get(kind)):
                # A path is mounted as it is; only a bare word is the name of a volume.
                if name not in known and not name.startswith((".", "/", "~")):
                    yield f"{service}: {kind}: {name} is not declared"
        for name, terms in (room.get("depends_on") or {}).items():
            if name not in services:
                yield f"{service}: depends_on: there is no service {name}"
            elif terms.get("condition") == "service_healthy" and "healthcheck" not in services[name]:
                yield f"{service}: depends_on: {name} has no healthcheck to wait for"
        for name, path in (room.get("environment") or {}).items():
            if name.endswith("_FILE") and path.removeprefix("/run/secrets/") not in set(names(room.get("secrets"))):
                yield f"{service}: {name}: no secret of the service is at {path}"
    for name, config in (compose.get("configs") or {}).items():
        if not (folder / config["file"]).is_file():
            yield f"configs: {name}: {config['file']} is missing"


path = pathlib.Path(sys.argv[1])
found = list(problems(ruamel.yaml.YAML(typ="safe").load(path), path.parent))
print("\n".join(found) or "ok -- every name leads somewhere")
sys.exit(bool(found))
