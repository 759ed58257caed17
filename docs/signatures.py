"""Gives classes of attrs the signature of their initializer in the reference, off their fields."""

from typing import Any

from griffe import (
    Attribute,
    Class,
    Expr,
    ExprCall,
    Extension,
    Function,
    Parameter,
    ParameterKind,
    Parameters,
)

_FIELD = ("attrs.field", "attr.field")


class AttrsSignatures(Extension):
    """Adds `__init__` to every class that `attrs.frozen` makes."""

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Add it, unless the class has one of its own or has no fields."""
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
