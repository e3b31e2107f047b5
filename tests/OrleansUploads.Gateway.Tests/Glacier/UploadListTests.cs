using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The order in which a vault's uploads in progress are listed.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class UploadListTests : GatewayFixture
{
    /// <summary>The IDs on a page, in its order.</summary>
    internal static IReadOnlyList<string> IdsOf(JsonElement page) =>
        [.. page.GetProperty("UploadsList").EnumerateArray().Select(upload => upload.GetProperty("MultipartUploadId").GetString()!)];

    [Fact]
    public async Task Uploads_are_listed_in_the_order_of_initiation_and_a_marker_stays_valid_after_its_upload_is_aborted()
    {
        var vault = await NewVaultAsync();
        var initiated = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            initiated.Add(await NewUploadAsync(vault));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var (first, marker) = await ListAsync(vault, "?limit=5");
        (await SendAsync(Abort(vault, initiated[4]))).Expect(204);
        (await SendAsync(Abort(vault, initiated[6]))).Expect(204);
        var (second, next) = await ListAsync(vault, $"?limit=5&marker={marker}");
        initiated.Add(await NewUploadAsync(vault));
        var (third, last) = await ListAsync(vault, $"?limit=5&marker={next}");

        Assert.Equal(initiated[..5], first);
        Assert.Equal([initiated[5], .. initiated[7..11]], second);
        Assert.Equal(initiated[11..], third);
        Assert.Null(last);
    }

    [Fact]
    public async Task Uploads_of_the_same_millisecond_are_on_one_page_each()
    {
        var vault = await NewVaultAsync();
        var initiated = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            initiated.Add(await NewUploadAsync(vault));
        }

        var listed = new List<string>();
        var query = "?limit=2";
        while (query is not null)
        {
            var (page, marker) = await ListAsync(vault, query);
            listed.AddRange(page);
            query = marker is null ? null : $"?limit=2&marker={marker}";
        }

        Assert.Equal(5, listed.Count);
        Assert.True(initiated.SetEquals(listed));
    }

    [Fact]
    public async Task A_bare_upload_ID_is_not_a_marker()
    {
        var (vault, upload) = await OpenUploadAsync();
        (await SendAsync(ListUploads(vault, $"?marker={upload}"))).ExpectError(
            400, "InvalidParameterValueException", $"Invalid marker: {upload}");
    }

    private async Task<(IReadOnlyList<string> Ids, string? Marker)> ListAsync(string vault, string query)
    {
        var page = (await SendAsync(ListUploads(vault, query))).Expect(200).Json;
        return (IdsOf(page), page.GetProperty("Marker").GetString());
    }
}
