using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid tags, notification configurations and data retrieval policies.</content>
internal sealed partial record BadInput
{
    private const string BothEvents = """["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"]""";
    private const string BytesPerHour = "It must be a whole number from 1 to 9223372036854775807";

    private static IEnumerable<BadInput> Tags() =>
    [
        .. Bodies("tags", (s, body) => AddTags(s.Vault, body),
            ("", Missing, "missing: Request body"),
            ("{}", Missing, "missing: Tags"),
            ("""{"Tags":null}""", Missing, "missing: Tags"),
            ("""{"Tags":{}}""", Invalid, "there are 0, and a request has 1 to 10"),
            ($$$"""{"Tags":{{{{Eleven("\"{0}\":\"\"")}}}}}""", Invalid, "there are 11"),
            ("[]", Serialization, "not the JSON object of tags"),
            ("{", Serialization, "not the JSON object of tags"),
            ("""{"Tags":{"a":1}}""", Serialization, "not the JSON object of tags"),
            ("""{"Tags":{"a":"\ud800"}}""", Serialization, "not the JSON object of tags"),
            ("""{"Tags":{"\ud800":""}}""", Serialization, "not the JSON object of tags"),
            ("""{"Tags":{"a":null}}""", Invalid, "Invalid value of the tag 'a': null")),
        new("a value of 256 characters",
            s => AddTags(s.Vault, $$$"""{"Tags":{"a":"{{{new string('v', 256)}}}"}}"""), 400, Invalid, "at most 255 letters"),
        .. Bodies("the removal of tags", (s, body) => RemoveTags(s.Vault, body),
            ("", Missing, "missing: Request body"),
            ("""{"Tags":{}}""", Missing, "missing: TagKeys"),
            ("""{"TagKeys":[]}""", Invalid, "Invalid TagKeys: there are 0"),
            ($$"""{"TagKeys":[{{Eleven("\"{0}\"")}}]}""", Invalid, "there are 11")),
        .. new[] { "", "aws:x", "a:b", "a,b", "a*", "a\\tb", "a\\n", "a\u2028b", new string('k', 129) }.SelectMany(key => new[]
        {
            new BadInput(
                $"a tag with the key '{key}' and a valid one",
                s => AddTags(s.Vault, $$$"""{"Tags":{"good":"","{{{key}}}":"v"}}"""), 400, Invalid, "A key has 1 to 128 letters"),
            new BadInput(
                $"the removal of the key '{key}' and a valid one",
                s => RemoveTags(s.Vault, $$"""{"TagKeys":["good","{{key}}"]}"""), 400, Invalid, "A key has 1 to 128 letters"),
        }),
        .. new[] { "a:b", "a;b", "\\u0000", "a\u200bb" }.Select(value => new BadInput(
            $"a tag with the value '{value}'",
            s => AddTags(s.Vault, $$$"""{"Tags":{"a":"{{{value}}}"}}"""), 400, Invalid, "Invalid value of the tag 'a'")),
    ];

    private static IEnumerable<BadInput> Notifications() =>
    [
        new("notifications that were never set",
            s => GetNotifications(s.Vault), 404, NotFound, "No notification configuration is set for vault: arn:aws:glacier"),
        .. Bodies("notifications", (s, body) => SetNotifications(s.Vault, body),
            ("", Missing, "missing: Request body"),
            ("null", Missing, "missing: Request body"),
            ($$"""{"Events":{{BothEvents}}}""", Missing, "missing: SNSTopic"),
            ("""{"SNSTopic":"arn:x","Events":null}""", Missing, "missing: Events"),
            ("""{"SNSTopic":"arn:x","Events":[]}""", Invalid, "Invalid Events: there are"),
            ("""{"SNSTopic":"arn:x","Events":[null]}""", Invalid, "Invalid Events: null"),
            ("{", Serialization, "not the JSON object of a notification configuration"),
            ("[]", Serialization, "not the JSON object of a notification configuration"),
            ("""{"SNSTopic":1,"Events":[]}""", Serialization, "not the JSON object of a notification configuration"),
            ("""{"SNSTopic":"arn:x","Events":"All"}""", Serialization, "not the JSON object of a notification configuration")),
        .. new[] { "UploadCompleted", "archiveRetrievalCompleted", "" }.Select(name => new BadInput(
            $"notifications of the event '{name}' and a valid one",
            s => SetNotifications(s.Vault, $$"""{"SNSTopic":"arn:x","Events":["ArchiveRetrievalCompleted","{{name}}"]}"""),
            400,
            Invalid,
            $"Invalid Events: {name}. Valid events: 'ArchiveRetrievalCompleted' and")),
        .. new[] { "", "arn:", "ready", "arn:a b", "arn:a\\u0000", "arn:a\\r\\nb", "arn:\u00e4", $"arn:{new string('t', 253)}" }
            .Select(topic => new BadInput(
                $"notifications to the topic '{topic}'",
                s => SetNotifications(s.Vault, $$"""{"SNSTopic":"{{topic}}","Events":{{BothEvents}}}"""),
                400,
                Invalid,
                "It must begin with 'arn:'")),
    ];

    private static IEnumerable<BadInput> RetrievalPolicies() =>
    [
        .. Bodies("a data retrieval policy", (_, body) => SetRetrievalPolicy(body),
            ("", Missing, "missing: Request body"),
            ("null", Missing, "missing: Request body"),
            ("{}", Missing, "missing: Policy"),
            ("""{"Policy":{}}""", Missing, "missing: Rules"),
            ("{", Serialization, "not the JSON object of a data retrieval policy"),
            ("[]", Serialization, "not the JSON object of a data retrieval policy"),
            ("""{"Policy":1}""", Serialization, "not the JSON object of a data retrieval policy"),
            ("""{"Policy":{"Rules":{}}}""", Serialization, "not the JSON object of a data retrieval policy")),
        .. Bodies("a rule", (_, rules) => SetRetrievalPolicy($$$"""{"Policy":{"Rules":[{{{rules}}}]}}"""),
        [
            ("", Invalid, "Invalid Rules: there are 0"),
            ("null", Missing, "missing: Rules"),
            ("""{"Strategy":"None"},{"Strategy":"None"}""", Invalid, "there are 2, and a policy has exactly one"),
            ("""{"BytesPerHour":1}""", Missing, "missing: Strategy"),
            ("""{"Strategy":"freetier"}""", Invalid, "Invalid Strategy: freetier. It must be 'None'"),
            ("""{"Strategy":"1"}""", Invalid, "Invalid Strategy: 1"),
            ("""{"Strategy":"BytesPerHour","BytesPerHour":null}""", Missing, "missing: BytesPerHour"),
            .. new[] { "None", "FreeTier" }.Select(strategy => (
                $$"""{"Strategy":"{{strategy}}","BytesPerHour":1}""",
                Invalid,
                $"Invalid BytesPerHour: 1. The strategy {strategy} does not have this field")),
            .. new[] { "0", "-1", "1.5", "1e30", "9223372036854775808", "\"1\"", "true", "[1]" }.Select(bytes => (
                $$"""{"Strategy":"BytesPerHour","BytesPerHour":{{bytes}}}""",
                Invalid,
                $"Invalid BytesPerHour: {bytes}. {BytesPerHour}")),
        ]),
        new("a rule with BytesPerHour in invalid UTF-8",
            s => SetRetrievalPolicy("").WithBody(
                [.. "{\"Policy\":{\"Rules\":[{\"Strategy\":\"BytesPerHour\",\"BytesPerHour\":\""u8, 0xFF, .. "\"}]}}"u8]),
            400,
            Invalid,
            $"Invalid BytesPerHour: \"\uFFFD\". {BytesPerHour}"),
    ];

    private static string Eleven(string template) => string.Join(',', Enumerable.Range(1, 11).Select(i => template.Replace(
        "{0}", $"k{i}", StringComparison.Ordinal)));
}
