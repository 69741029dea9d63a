"""What stands around the functions in the template keeps up with them: the CDN in front, the alarms behind."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import table

from local import cloudformation
from local.template import PATH, ROOT

if TYPE_CHECKING:
    from local.template import Template

SECRET = {"Cdn": "on", "OriginSecret": "s" * 43, "OriginSecretHashes": "0" * 64}
ADDED_BY_CLOUDFRONT = {"x-origin-secret", "if-none-match", "cookie", "accept-encoding"}
"""The secret by the origin, revalidation by the cache, cookies and encodings by switches of policies."""
METRICS_OF_AN_ALARM = 10
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-data-queries.html"""
READ = re.compile(r"""headers\.get\(\s*"([a-z-]+)\"""")


def resolved(parameters: dict[str, str]) -> dict[str, Any]:
    stack = cloudformation.Stack(cloudformation.parse(PATH.read_text("utf-8")), parameters)
    found: dict[str, Any] = stack.resolve(stack.resources)
    return found


def test_a_function_outlives_a_call_that_the_database_never_answers(template: Template) -> None:
    """But for beacons, which are worth five seconds (decision 14)."""
    waits = sum(2**n for n in range(table.TRIES_OF_A_CALL - 1))
    longest = table.TRIES_OF_A_CALL * (table.TO_CONNECT + table.TO_READ) + waits
    short = {name for name, function in template.functions.items() if function.timeout <= longest}
    assert short == {"ReadsFunction"}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return resolved(SECRET)


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def behaviours(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """In the order in which CloudFront tries them; the last one takes everything."""
    given = resources["Distribution"]["Properties"]["DistributionConfig"]
    return [*given["CacheBehaviors"], {**given["DefaultCacheBehavior"], "PathPattern": "*"}]


def behaviour(resources: dict[str, Any], path: str) -> dict[str, Any]:
    return next(each for each in behaviours(resources) if fnmatchcase(path, each["PathPattern"]))


def kept(resources: dict[str, Any], path: str) -> Any:
    """The cache policy of a path."""
    return resources[behaviour(resources, path)["CachePolicyId"]]["Properties"]["CachePolicyConfig"]


def passed_on(resources: dict[str, Any], behaviour: dict[str, Any]) -> set[str]:
    request = resources[behaviour["OriginRequestPolicyId"]]["Properties"]["OriginRequestPolicyConfig"]
    cache = resources[behaviour["CachePolicyId"]]["Properties"]["CachePolicyConfig"]
    keyed = cache["ParametersInCacheKeyAndForwardedToOrigin"]
    headers = [*request["HeadersConfig"]["Headers"], *keyed["HeadersConfig"].get("Headers", [])]
    return {header.lower() for header in headers}


def test_a_private_route_gets_every_header_that_functions_read(resources: dict[str, Any]) -> None:
    files = [*(ROOT / "layers" / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    read = {name for file in files for name in READ.findall(file.read_text("utf-8"))} - ADDED_BY_CLOUDFRONT
    assert {"authorization", "if-match"} <= read
    private = passed_on(resources, behaviour(resources, "/v1/me"))
    threads = behaviour(resources, "/v1/articles/{slug}/comments")
    assert read | {"cloudfront-viewer-address"} <= private == passed_on(resources, threads)


def test_no_policy_asks_for_more_headers_than_the_quota(resources: dict[str, Any]) -> None:
    for policy in of_type(resources, "AWS::CloudFront::OriginRequestPolicy").values():
        headers = policy["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
        assert len(headers) <= 10
        assert "Authorization" not in headers, "CloudFront takes it in a cache policy only"


def test_only_what_anybody_may_read_is_kept(resources: dict[str, Any], template: Template) -> None:
    for function in template.functions.values():
        for route in function.routes:
            public = function.name in {"ArticlesFunction", "PagesFunction"}
            keeps = kept(resources, route.path)["MaxTTL"] > 1
            assert keeps == public or (keeps and route.method != "GET"), route.key


def test_a_page_is_asked_for_without_cookies_and_headers(resources: dict[str, Any], template: Template) -> None:
    for route in template.functions["PagesFunction"].routes:
        assert "OriginRequestPolicyId" not in behaviour(resources, route.path), route.key
        key = kept(resources, route.path)["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}
        assert key["HeadersConfig"] == {"HeaderBehavior": "none"}


def test_a_file_is_kept_for_a_year_and_a_page_for_an_hour_at_most(resources: dict[str, Any]) -> None:
    assert kept(resources, "/static/site.0123456789.css")["MaxTTL"] == 31_536_000
    assert kept(resources, "/articles/{slug}")["MaxTTL"] == 3_600


def test_a_query_that_a_page_reads_is_part_of_its_key(resources: dict[str, Any]) -> None:
    files = [
        *(ROOT / "layers" / "shared" / "broadsheet" / "pages").glob("*.py"),
        ROOT / "functions" / "pages" / "app.py",
    ]
    read = {name for file in files for name in re.findall(r'query\.get\("(\w+)"', file.read_text("utf-8"))}
    key = kept(resources, "/articles/{slug}")["ParametersInCacheKeyAndForwardedToOrigin"]
    assert read == set(key["QueryStringsConfig"]["QueryStrings"])


def test_without_pages_there_is_nothing_of_them() -> None:
    off = resolved({**SECRET, "Pages": "disabled"})
    assert not [name for name in off if name.startswith("Pages") and name != "PagesKept"]
    assert "pages" not in off["Dashboard"]["Properties"]["DashboardBody"]
    assert json.loads(off["Dashboard"]["Properties"]["DashboardBody"])


def test_without_a_cdn_there_is_nothing_of_it() -> None:
    off = resolved({"Cdn": "off"})
    assert not [name for name, each in off.items() if each["Type"].startswith("AWS::CloudFront::")]
    policies = off["BuildListsRole"]["Properties"]["Policies"]
    assert "cloudfront" not in str(policies)
    variables = off["BuildListsFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["DISTRIBUTION_ID"] == ""


def test_with_one_only_the_list_builder_may_purge_it_and_nothing_else(resources: dict[str, Any]) -> None:
    statements = {
        name: statement
        for name, role in of_type(resources, "AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "cloudfront" in str(statement)
    }
    assert list(statements) == ["BuildListsRole"]
    statement = statements["BuildListsRole"]
    assert statement["Action"] == "cloudfront:CreateInvalidation"
    assert statement["Resource"].endswith(":distribution/Distribution")


def test_no_statement_allows_a_wildcard_action_or_every_resource(resources: dict[str, Any]) -> None:
    for role in of_type(resources, "AWS::IAM::Role").values():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert "*" not in str(statement["Action"])
                assert statement["Resource"] != "*"


def test_each_function_and_each_table_is_watched(resources: dict[str, Any], template: Template) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    watched = {
        (alarm["MetricName"], dimension["Value"])
        for alarm in alarms.values()
        if "MetricName" in alarm
        for dimension in alarm["Dimensions"]
    }
    for name, function in template.functions.items():
        assert {("Errors", name), ("Throttles", name)} <= watched
        assert not function.routes or ("Duration", name) in watched
        assert not function.streams or ("IteratorAge", name) in watched
    counted = {
        (metric["MetricStat"]["Metric"]["MetricName"], dimension["Value"])
        for metric in alarms["TablesThrottled"]["Metrics"]
        if "MetricStat" in metric
        for dimension in metric["MetricStat"]["Metric"]["Dimensions"]
    }
    assert counted == {
        (name, table) for name in ("ReadThrottleEvents", "WriteThrottleEvents") for table in template.tables
    }
    assert len(counted) <= METRICS_OF_AN_ALARM
    assert "SUM(SystemErrors)" in alarms["TablesFail"]["Metrics"][0]["Expression"]
    shown = json.loads(resources["Dashboard"]["Properties"]["DashboardBody"])["widgets"][0]["properties"]["alarms"]
    assert [arn.split(":")[-1] for arn in shown] == list(alarms)
