"""Shows in the reference what a reader calls: values by their fields, use cases as at a desk."""

import ast
import textwrap
from typing import Any

from griffe import (
    Attribute,
    Class,
    Expr,
    ExprCall,
    Extension,
    Function,
    Object,
    Parameter,
    ParameterKind,
    Parameters,
)

_FIELD = ("attrs.field", "attr.field")


class AsCalled(Extension):
    """Reads signatures off fields and decorators, and examples off docstrings."""

    def on_package(self, *, pkg: Object, **_: Any) -> None:
        """A package is told of apart from what is in it."""
        self.on_object(obj=pkg)

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Show what follows a summary as an example where all of it is Python.

        A formatter takes away the indentation of an example that no prose follows.
        """
        if obj.docstring is None:
            return
        summary, blank, rest = obj.docstring.value.partition("\n\n")
        if _is_python(rest):
            obj.docstring.value = summary + blank + textwrap.indent(rest, "    ")

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Leave out the turn, which the desk gives."""
        if any(str(one.value).startswith("use_case") for one in func.decorators):
            func.parameters = Parameters(*(one for one in func.parameters if one.name != "turn"))

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Add `__init__` to what `attrs.frozen` makes, and to an enumeration what it has."""
        if any(str(base) == "Enum" for base in cls.bases) and cls.docstring is not None:
            named = (one for one in cls.members.values() if isinstance(one, Attribute))
            values = (f"`{one.name}` {one.value}" for one in named if one.value is not None)
            cls.docstring.value += "\n\nMembers: " + ", ".join(values) + "."
            return
        made_by = [str(one.value) for one in cls.decorators]
        arguments = next((one for one in made_by if one.startswith("frozen")), None)
        if arguments is None or "__init__" in cls.members:
            return
        kind = (
            ParameterKind.keyword_only
            if "kw_only=True" in arguments
            else ParameterKind.positional_or_keyword
        )
        fields = (one for one in cls.members.values() if isinstance(one, Attribute))
        parameters = [made for one in fields if (made := _parameter(one, kind)) is not None]
        if parameters:
            this = Parameter("self", kind=ParameterKind.positional_or_keyword)
            made = Function("__init__", parameters=Parameters(this, *parameters), returns="None")
            cls.set_member("__init__", made)


def _parameter(field: Attribute, kind: ParameterKind) -> Parameter | None:
    """The parameter for a field, unless it has none."""
    of_class = "class-attribute" in field.labels and "instance-attribute" not in field.labels
    if field.annotation is None or of_class or "property" in field.labels:
        return None
    value: str | Expr | None = field.value
    if isinstance(value, ExprCall) and value.canonical_path in _FIELD:
        said = {str(one.name): one.value for one in value.arguments if hasattr(one, "name")}
        if str(said.get("init")) == "False":
            return None
        factory = said.get("factory")
        value = said.get("default") if factory is None else f"{factory}()"
    name = field.name.lstrip("_")
    return Parameter(name, annotation=field.annotation, kind=kind, default=value)


def _is_python(text: str) -> bool:
    try:
        return any(not isinstance(one, ast.Pass) for one in ast.parse(text.replace("…", "_")).body)
    except SyntaxError:
        return False
