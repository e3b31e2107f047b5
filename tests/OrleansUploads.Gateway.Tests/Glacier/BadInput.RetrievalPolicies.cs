using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid data retrieval policies.</content>
internal sealed partial record BadInput
{
    private static IEnumerable<BadInput> RetrievalPolicies() =>
    [
        new("a data retrieval policy without a body", s => SetRetrievalPolicy(""), 400, Missing, "missing: Request body"),
        new("a data retrieval policy whose body is null", s => SetRetrievalPolicy("null"), 400, Missing, "missing: Request body"),
        new("a data retrieval policy whose body has no policy", s => SetRetrievalPolicy("{}"), 400, Missing, "missing: Policy"),
        new("a data retrieval policy without rules", s => SetRetrievalPolicy("""{"Policy":{}}"""), 400, Missing, "missing: Rules"),
        new("a data retrieval policy with an empty list of rules", s => Rules(""), 400, Invalid, "Invalid Rules: there are 0"),
        new("a data retrieval policy with a rule that is null", s => Rules("null"), 400, Missing, "missing: Rules"),
        new("a data retrieval policy with two rules",
            s => Rules("""{"Strategy":"None"},{"Strategy":"None"}"""), 400, Invalid, "there are 2, and a policy has exactly one"),
        new("a rule without a strategy", s => Rules("""{"BytesPerHour":1}"""), 400, Missing, "missing: Strategy"),
        new("a rule with an unknown strategy",
            s => Rules("""{"Strategy":"freetier"}"""), 400, Invalid, "Invalid Strategy: freetier. It must be 'None'"),
        new("a rule with a number as its strategy", s => Rules("""{"Strategy":"1"}"""), 400, Invalid, "Invalid Strategy: 1"),
        new("a BytesPerHour rule without bytes",
            s => Rules("""{"Strategy":"BytesPerHour","BytesPerHour":null}"""), 400, Missing, "missing: BytesPerHour"),
        .. new[] { "None", "FreeTier" }.Select(strategy => new BadInput(
            $"a {strategy} rule with bytes",
            s => Rules($$"""{"Strategy":"{{strategy}}","BytesPerHour":1}"""),
            400,
            Invalid,
            $"Invalid BytesPerHour: 1. The strategy {strategy} does not have this field")),
        .. new[] { "0", "-1", "1.5", "1e30", "9223372036854775808", "\"1\"", "true", "[1]" }.Select(bytes => new BadInput(
            $"a rule with BytesPerHour {bytes}",
            s => Rules($$"""{"Strategy":"BytesPerHour","BytesPerHour":{{bytes}}}"""),
            400,
            Invalid,
            $"Invalid BytesPerHour: {bytes}. It must be a whole number from 1 to 9223372036854775807")),
        new("a rule with BytesPerHour in invalid UTF-8",
            s => SetRetrievalPolicy("").WithBody(
                [.. "{\"Policy\":{\"Rules\":[{\"Strategy\":\"BytesPerHour\",\"BytesPerHour\":\""u8, 0xFF, .. "\"}]}}"u8]),
            400,
            Invalid,
            "Invalid BytesPerHour: \"\uFFFD\". It must be a whole number from 1 to"),
        .. new[] { "{", "[]", """{"Policy":1}""", """{"Policy":{"Rules":{}}}""" }.Select(body => new BadInput(
            $"a data retrieval policy with the body {body}",
            s => SetRetrievalPolicy(body),
            400,
            "SerializationException",
            "not the JSON object of a data retrieval policy")),
    ];

    private static Harness.ApiRequest Rules(string rules) => SetRetrievalPolicy($$$"""{"Policy":{"Rules":[{{{rules}}}]}}""");
}
