"""CloudFormation text to plain data: short tags, parameters, conditions and intrinsic functions.

The one idea: tags become their long forms (`!Ref X` is `{"Ref": "X"}`), so that one resolver knows both spellings. What a
resource is, and what is made of it, stands in `template.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # seven times as fast, and each worker reads the template
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT = "000000000000"
REGION = "us-east-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "broadsheet-local",
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = "AWS::NoValue"
ARN_OF = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::Serverless::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
}
REF_OF = {"AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}"}
"""What a reference gives where that is not the name."""
VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(Exception):
    """The template says something that the local run does not understand; running on would be guessing."""


class _Loader(SafeLoader):
    """YAML with CloudFormation's tags; its own class, so that nobody else's loader learns them."""


def _tag(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)


def parse(text: str) -> dict[str, Any]:
    document = yaml.load(text, Loader=_Loader)  # noqa: S506  a subclass of the safe loader
    if not isinstance(document, dict) or "Resources" not in document:
        raise TemplateError("no Resources in the template")
    return document


@dataclass
class Stack:
    """A parsed template together with the values of its parameters; `resolve` gives plain data."""

    document: Mapping[str, Any]
    overrides: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Physical names by logical id; a resource not named here is called by its logical id."""

    def __post_init__(self) -> None:
        declared = self.document.get("Parameters", {})
        if unknown := set(self.overrides) - set(declared):
            raise TemplateError(f"no such parameter: {', '.join(sorted(unknown))}")
        self.parameters = {name: self._parameter(name, declared[name]) for name in declared}
        self.resources = {
            name: resource
            for name, resource in self.document["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def _parameter(self, name: str, declared: Mapping[str, Any]) -> Any:
        if name in self.overrides:
            return self.overrides[name]
        if "Default" not in declared:
            raise TemplateError(f"parameter {name} has no default and was not given")
        default = declared["Default"]
        return default if isinstance(default, list) else _text(default)

    def holds(self, condition: str) -> bool:
        try:
            return self._true(self.document.get("Conditions", {})[condition])
        except KeyError:
            raise TemplateError(f"no such condition: {condition}") from None

    def _true(self, clause: Any) -> bool:
        function, argument = next(iter(clause.items()))
        match function:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (self.resolve(side) for side in argument)
                return _text(left) == _text(right)
            case "Fn::Not":
                return not self._true(argument[0])
            case "Fn::And":
                return all(self._true(each) for each in argument)
            case "Fn::Or":
                return any(self._true(each) for each in argument)
        raise TemplateError(f"{function} in a condition is not understood")

    def resolve(self, value: Any) -> Any:
        """Plain data; what is AWS::NoValue is left out."""
        if isinstance(value, list):
            return [found for each in value if (found := self.resolve(each)) != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if function := self._functions().get(name):
                return function(argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"{name} is not understood")
        return {name: found for name, each in value.items() if (found := self.resolve(each)) != NO_VALUE}

    def _functions(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "Ref": self.reference,
            "Fn::GetAtt": lambda path: self.attribute(*(path if isinstance(path, list) else path.split(".", 1))),
            "Fn::If": lambda args: self.resolve(args[1] if self.holds(args[0]) else args[2]),
            "Fn::Join": lambda args: _text(args[0]).join(_text(part) for part in self.resolve(args[1])),
            "Fn::Select": lambda args: self.resolve(args[1])[int(self.resolve(args[0]))],
            "Fn::Split": lambda args: self.resolve(args[1]).split(args[0]),
            "Fn::FindInMap": lambda args: self._in_map(*(self.resolve(each) for each in args)),
            "Fn::Sub": self._substitute,
        }

    def reference(self, name: str) -> Any:
        if name == NO_VALUE:
            return NO_VALUE
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in self.document["Resources"]:
            form = REF_OF.get(self.document["Resources"][name]["Type"], "{name}")
            return form.format(region=REGION, account=ACCOUNT, name=self.names.get(name, name))
        raise TemplateError(f"!Ref {name}: neither a parameter nor a resource")

    def attribute(self, name: str, attribute: str) -> str:
        """The ARN AWS would give; any other attribute is a word that tells whose it is."""
        resource = self.document["Resources"].get(name)
        if resource is None:
            raise TemplateError(f"!GetAtt {name}.{attribute}: no such resource")
        arn = ARN_OF.get(resource["Type"], "arn:aws:local:{region}:{account}:{name}")
        arn = arn.format(region=REGION, account=ACCOUNT, name=self.names.get(name, name))
        if attribute == "StreamArn":
            return f"{arn}/stream/local"
        return arn if attribute in {"Arn", "TopicArn"} else f"{name}.{attribute}"

    def _in_map(self, name: str, first: str, second: str) -> Any:
        return self.document["Mappings"][name][first][second]

    def _substitute(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in given:
                return _text(self.resolve(given[name]))
            return _text(self.attribute(*name.split(".", 1)) if "." in name else self.reference(name))

        return VARIABLE.sub(value, text)


def _text(value: Any) -> str:
    """Scalars as CloudFormation writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)
