"""Reads JSON lines about objects of the Bot API and fails on the first that aiogram does not take, or of which it does
not know a field."""

import json
import sys

from aiogram import methods
from aiogram.methods import Response
from aiogram.methods.base import TelegramMethod
from aiogram.types import Update
from pydantic import BaseModel


def method_class(name):
    return getattr(methods, name[0].upper() + name[1:])


def wire_names(model):
    """The fields of a model as they stand on the wire."""
    return {field.alias or name for name, field in model.model_fields.items()}


def unknown(value, path):
    """The places of all fields that no type has: aiogram keeps them aside instead of refusing them."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in value.model_fields_set & set(type(value).model_fields):
            yield from unknown(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value):
            yield from unknown(one, f"{path}[{number}]")


def lost(told, read, path):
    """The places of all fields that were told and are not in what was read: a union may take another type and drop them."""
    if isinstance(told, dict) and isinstance(read, dict):
        for name, value in told.items():
            if name not in read:
                yield f"{path}.{name}"
            else:
                yield from lost(value, read[name], f"{path}.{name}")
    elif isinstance(told, list) and isinstance(read, list):
        for number, (one, other) in enumerate(zip(told, read, strict=True)):
            yield from lost(one, other, f"{path}[{number}]")


def check(read, told, path):
    problems = list(unknown(read, path))
    problems += lost(told, read.model_dump(mode="json", by_alias=True, exclude_unset=True), path)
    if problems:
        raise SystemExit(f"aiogram does not know {', '.join(problems)} in\n{json.dumps(told, ensure_ascii=False)}")


def main():
    counts = {}
    for line in sys.stdin:
        about = json.loads(line)
        kind = about["kind"]
        counts[kind] = counts.get(kind, 0) + 1
        if kind == "parameters":
            method = method_class(about["method"])
            assert issubclass(method, TelegramMethod) and method.__api_method__ == about["method"], about
            surplus = set(about["names"]) - wire_names(method)
            assert not surplus, f"{about['method']} has no {surplus}"
        elif kind == "update":
            update = Update.model_validate(about["object"])
            assert update.event_type, about
            check(update, about["object"], "Update")
        elif kind == "result":
            returned = method_class(about["method"]).__returning__
            body = {"ok": True, "result": about["object"]}
            check(Response[returned].model_validate(body), body, about["method"])
        elif kind == "refusal":
            refusal = Response[bool].model_validate(about["object"])
            assert not refusal.ok and refusal.error_code and refusal.description, about
            check(refusal, about["object"], "Response")
        else:
            raise SystemExit(f"what is a {kind}?")
    # A check of nothing would pass.
    assert set(counts) == {"parameters", "update", "result", "refusal"}, counts
    print("ok --", ", ".join(f"{count} x {kind}" for kind, count in counts.items()))


main()
