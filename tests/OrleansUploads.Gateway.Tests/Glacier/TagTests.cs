using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class TagTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Tags_are_added_replaced_and_removed_by_key()
    {
        var vault = await gateway.NewVaultAsync();
        await AssertTagsAsync(vault, """{"Tags":{}}""");
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"team":"red","cost center":"4/2 = @home_+-."}}"""))).Expect(204);
        await AssertTagsAsync(vault, """{"Tags":{"cost center":"4/2 = @home_+-.","team":"red"}}""");
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"team":"blue","Team":""}}"""))).Expect(204);
        (await gateway.SendAsync(RemoveTags(vault, """{"TagKeys":["cost center","never"]}"""))).Expect(204);
        await AssertTagsAsync(vault, """{"Tags":{"Team":"","team":"blue"}}""");
    }

    [Fact]
    public async Task Each_Unicode_character_counts_once()
    {
        // A character outside the Basic Multilingual Plane counts once although it takes two UTF-16 code units.
        var vault = await gateway.NewVaultAsync();
        var key = string.Concat(Enumerable.Repeat("\U00010400", 128));
        var value = string.Concat(Enumerable.Repeat("\u0928\u0940\u00fc", 85));
        var tags = $$$"""{"Tags":{"{{{key}}}":"{{{value}}}"}}""";
        (await gateway.SendAsync(AddTags(vault, tags))).Expect(204);
        var listed = (await gateway.SendAsync(ListTags(vault))).Expect(200).Json.GetProperty("Tags");
        Assert.Equal(value, listed.GetProperty(key).GetString());
    }

    [Fact]
    public async Task A_51st_tag_is_refused_with_its_whole_request_and_replacing_a_tag_is_not()
    {
        var vault = await gateway.NewVaultAsync();
        for (var i = 0; i < 5; i++)
        {
            var ten = string.Join(',', Enumerable.Range(10 * i, 10).Select(k => $"\"k{k}\":\"{k}\""));
            (await gateway.SendAsync(AddTags(vault, $$$"""{"Tags":{{{{ten}}}}}"""))).Expect(204);
        }

        var before = (await gateway.SendAsync(ListTags(vault))).Text;
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"k1":"new","k50":"50"}}"""))).ExpectLimitExceeded(
            "would have more than 50");
        Assert.Equal(before, (await gateway.SendAsync(ListTags(vault))).Text);
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"k1":"new"}}"""))).Expect(204);
        (await gateway.SendAsync(RemoveTags(vault, """{"TagKeys":["k2"]}"""))).Expect(204);
        (await gateway.SendAsync(AddTags(vault, """{"Tags":{"k50":"50"}}"""))).Expect(204);
    }

    private async Task AssertTagsAsync(string vault, string tags)
    {
        var listed = (await gateway.SendAsync(ListTags(vault))).Expect(200);
        Assert.Equal("application/json", listed.Header("Content-Type"));
        Assert.Equal(tags, listed.Text);
    }
}
