using System.Text.Json;

namespace OrleansUploads.Core.Tests.Policies;

public sealed class JsonFlawTests
{
    [Fact]
    public void Broken_syntax_is_described_in_the_words_of_the_reader()
    {
        var fault = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<int[]>("[1\n 2]"));

        Assert.Equal(
            "'2' is invalid after a value. Expected either ',', '}', or ']' (line 2, byte 2)", JsonFlaw.Describe(fault));
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_named_by_its_place()
    {
        var fault = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Dictionary<string, int>>("""{"a":"b"}"""));

        Assert.StartsWith(
            "the value at $.a is unknown, of the wrong kind, or contains an incomplete character (line 1, byte ",
            JsonFlaw.Describe(fault),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_flaw_without_a_position_is_described_without_one() =>
        Assert.Equal("Expected true", JsonFlaw.Describe(new JsonException("Expected true.")));
}
