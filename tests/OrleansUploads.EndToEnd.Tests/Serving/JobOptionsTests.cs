using System.Net;

namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>Command-line options for jobs and vaults.</summary>
public sealed class JobOptionsTests : TestWithFolder
{
    private const string Topic = "arn:aws:sns:us-east-1:000000000001:ready";

    [Fact]
    [Slice(4)]
    public async Task A_message_is_delivered_although_the_receiver_was_down_and_the_server_was_killed()
    {
        var receiver = $"http://127.0.0.1:{FreePort.Take(1)[0]}/";
        await using var first = await ServerProcess.StartAsync(Folder.Data, "--anonymous", "--notify", $"{Topic}={receiver}");
        using var http = new HttpClient { BaseAddress = first.Address };
        http.DefaultRequestHeaders.Add("x-amz-glacier-version", "2012-06-01");
        (await http.PutAsync("/-/vaults/photos", content: null)).EnsureSuccessStatusCode();
        var job = $$"""{"Type":"inventory-retrieval","SNSTopic":"{{Topic}}"}""";
        var initiated = (await http.PostAsync("/-/vaults/photos/jobs", new StringContent(job))).EnsureSuccessStatusCode();
        await Eventually.BecomesTrueAsync(
            () => first.Log.Contains("did not accept the message", StringComparison.Ordinal), "the receiver is down");

        using var listener = new HttpListener { Prefixes = { receiver } };
        listener.Start();
        await using var second = await first.CrashAsync();

        var request = (await listener.GetContextAsync().WaitAsync(TimeSpan.FromMinutes(2))).Request;
        using var message = await JsonDocument.ParseAsync(request.InputStream);
        Assert.Equal("POST", request.HttpMethod);
        Assert.Equal(Topic, message.RootElement.GetProperty("TopicArn").GetString());
        Assert.Contains(
            initiated.Headers.GetValues("x-amz-job-id").Single(),
            message.RootElement.GetProperty("Message").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    [Slice(4)]
    public async Task Each_tier_has_its_configured_delay_and_an_account_its_limit_of_vaults()
    {
        await using var server = await ServerProcess.StartAsync(
            Folder.Data, "--retrieval-delay", "12h", "--retrieval-delay", "expedited=0", "--max-vaults", "1");
        var client = await server.ConnectAsync("photos");
        var archive = await client.UploadInPartsAsync("photos", Archives.Bytes(5, seed: 1));

        var slow = await client.InitiateArchiveRetrievalAsync("photos", archive.ArchiveId);
        var fast = await client.InitiateArchiveRetrievalAsync("photos", archive.ArchiveId, tier: ArchiveRetrievalTier.Expedited);

        using var output = await client.GetJobOutputAsync("photos", fast);
        var refused = await Assert.ThrowsAsync<GlacierException>(() => client.GetJobOutputAsync("photos", slow));
        Assert.Contains("not currently available for download", refused.Message, StringComparison.Ordinal);

        var many = await Assert.ThrowsAsync<GlacierException>(() => client.CreateVaultAsync("music"));
        Assert.Contains("has 1 vaults", many.Message, StringComparison.Ordinal);
    }
}
