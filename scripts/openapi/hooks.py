"""Makes the filters of lists something that can be sent.

A filter nests as deep as one likes, and OpenAPI has no way to write that down for a query string: deepObject stops at the first level, and
Schemathesis never comes to an end with schemas that refer to themselves there. So the copy of the document that is tested has some of the
conditions that the schema of the filters allows, each as a parameter in brackets. The operators take turns, so that all of them come up.
"""

import schemathesis

MOST = 12  # conditions of one route


def conditions(schema, components, prefix, turn, deep=True):
    """Gives name and schema of one condition for each field, and of some for the fields that relations lead to."""
    for name, field in sorted(schema["properties"].items()):
        if name.startswith("$"):
            continue
        turn += 1
        for option in [field, *field.get("anyOf", [])]:
            if "$ref" not in option:
                continue
            target = components[option["$ref"].rsplit("/", 1)[1]]
            if "$and" in target.get("properties", {}):
                if deep and turn % 2 == 0:
                    yield from list(conditions(target, components, f"{prefix}[{name}]", turn, False))[:2]
                continue
            operators = (target if "properties" in target else target["anyOf"][1])["properties"]
            operator = sorted(operators)[turn % len(operators)]
            value = operators[operator]
            if value.get("type") == "array":
                yield f"{prefix}[{name}][{operator}][0]", value["items"]
            else:
                yield f"{prefix}[{name}][{operator}]", value


@schemathesis.hook
def before_load_schema(context, raw_schema):
    components = raw_schema["components"]["schemas"]
    turn = 0
    for path in raw_schema["paths"].values():
        for operation in path.values():
            parameters = operation.get("parameters", [])
            for p in [p for p in parameters if p["name"] == "filters" and "$ref" in p["schema"]]:
                parameters.remove(p)
                turn += 7
                found = list(conditions(components[p["schema"]["$ref"].rsplit("/", 1)[1]], components, "filters", turn))
                step = max(1, len(found) // MOST)
                for name, schema in found[turn % step :: step][:MOST]:
                    parameters.append({"name": name, "in": "query", "schema": schema})
