using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid tags.</content>
internal sealed partial record BadInput
{
    private static IEnumerable<BadInput> Tags() =>
    [
        new("the tags of an unknown vault", s => ListTags("nowhere"), 404, NotFound, "Vault not found for ARN"),
        new("tags for an unknown vault", s => AddTags("nowhere", """{"Tags":{"a":"b"}}"""), 404, NotFound, "Vault not found"),
        new("the removal of an unknown vault's tags",
            s => RemoveTags("nowhere", """{"TagKeys":["a"]}"""), 404, NotFound, "Vault not found"),
        new("tags without a body", s => AddTags(s.Vault, ""), 400, Missing, "missing: Request body"),
        new("the removal of tags without a body", s => RemoveTags(s.Vault, ""), 400, Missing, "missing: Request body"),
        new("tags whose body has no tags", s => AddTags(s.Vault, "{}"), 400, Missing, "missing: Tags"),
        new("the removal of tags without keys", s => RemoveTags(s.Vault, """{"Tags":{}}"""), 400, Missing, "missing: TagKeys"),
        new("tags that are null", s => AddTags(s.Vault, """{"Tags":null}"""), 400, Missing, "missing: Tags"),
        new("no tags", s => AddTags(s.Vault, """{"Tags":{}}"""), 400, Invalid, "there are 0, and a request has 1 to 10"),
        new("the removal of no tags",
            s => RemoveTags(s.Vault, """{"TagKeys":[]}"""), 400, Invalid, "Invalid TagKeys: there are 0"),
        new("eleven tags",
            s => AddTags(s.Vault, $$$"""{"Tags":{{{{Eleven("\"{0}\":\"\"")}}}}}"""), 400, Invalid, "there are 11"),
        new("the removal of eleven tags",
            s => RemoveTags(s.Vault, $$"""{"TagKeys":[{{Eleven("\"{0}\"")}}]}"""), 400, Invalid, "there are 11"),
        new("tags that are not an object", s => AddTags(s.Vault, "[]"), 400, "SerializationException", "not the JSON object of tags"),
        new("tags that are not JSON", s => AddTags(s.Vault, "{"), 400, "SerializationException", "not the JSON object of tags"),
        new("a tag whose value is a number",
            s => AddTags(s.Vault, """{"Tags":{"a":1}}"""), 400, "SerializationException", "not the JSON object of tags"),
        new("a tag whose value is a lone surrogate",
            s => AddTags(s.Vault, """{"Tags":{"a":"\ud800"}}"""), 400, "SerializationException", "not the JSON object of tags"),
        new("a tag whose key is a lone surrogate",
            s => AddTags(s.Vault, """{"Tags":{"\ud800":""}}"""), 400, "SerializationException", "not the JSON object of tags"),
        new("a tag whose value is null",
            s => AddTags(s.Vault, """{"Tags":{"a":null}}"""), 400, Invalid, "Invalid value of the tag 'a': null"),
        new("a value of 256 characters",
            s => AddTags(s.Vault, $$$"""{"Tags":{"a":"{{{new string('v', 256)}}}"}}"""), 400, Invalid, "at most 255 letters"),
        .. new[] { "", "aws:x", "a:b", "a,b", "a*", "a\\tb", "a\\n", "a\u2028b", new string('k', 129) }.SelectMany(key => new[]
        {
            new BadInput(
                $"a tag with the key '{key}' and a valid one",
                s => AddTags(s.Vault, $$$"""{"Tags":{"good":"","{{{key}}}":"v"}}"""),
                400,
                Invalid,
                "A key has 1 to 128 letters"),
            new BadInput(
                $"the removal of the key '{key}' and a valid one",
                s => RemoveTags(s.Vault, $$"""{"TagKeys":["good","{{key}}"]}"""),
                400,
                Invalid,
                "A key has 1 to 128 letters"),
        }),
        .. new[] { "a:b", "a;b", "\\u0000", "a\u200bb" }.Select(value => new BadInput(
            $"a tag with the value '{value}'",
            s => AddTags(s.Vault, $$$"""{"Tags":{"a":"{{{value}}}"}}"""),
            400,
            Invalid,
            "Invalid value of the tag 'a'")),
    ];

    private static string Eleven(string template) => string.Join(',', Enumerable.Range(1, 11).Select(i => template.Replace(
        "{0}", $"k{i}", StringComparison.Ordinal)));
}
