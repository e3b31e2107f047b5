using System.Collections.Concurrent;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>What clients and operators read when the storage account forbids a write, as when the rights of the silos' identity have
/// changed.</summary>
public sealed class RefusedTableTests(AzuriteServer azurite) : TestWithFolder
{
    private const string NotCarriedOut = "so the request was not carried out";

    [Theory]
    [InlineData("OrleansUploadsJournals")]
    [InlineData("OrleansUploadsReminders")]
    [Promise("cluster.md", "the database refuses writes")]
    public async Task A_write_that_the_account_forbids_has_changed_nothing_and_the_log_says_what_to_do(string table)
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        await using var silo = await StartAsync(proxy);
        using var client = await silo.ConnectAsync("photos");

        proxy.Plan = request => request.IsWrite && request.Table == table ? TableFault.Refuse : TableFault.None;
        var refused = await Assert.ThrowsAsync<GlacierException>(() => client.InitiateMultipartUploadAsync("photos", Archives.MiB));
        Assert.Contains(NotCarriedOut, refused.Message, StringComparison.Ordinal);
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(silo.Log.Split('\n').Any(static line =>
                line.Contains("InitiateMultipartUpload failed", StringComparison.Ordinal)
                && line.Contains("(403 AuthorizationFailure); check the account's name and key", StringComparison.Ordinal))),
            "the log says what to do");

        proxy.Plan = static _ => TableFault.None;
        await client.InitiateMultipartUploadAsync("photos", Archives.MiB);
    }

    [Fact]
    public async Task A_write_that_the_account_forbids_only_when_it_is_repeated_may_have_taken_effect()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        await using var silo = await StartAsync(proxy);
        using var client = await silo.ConnectAsync("photos");

        var begun = new ConcurrentDictionary<string, bool>();
        proxy.Plan = request => request is not { IsWrite: true, Table: "OrleansUploadsJournals" } ? TableFault.None
            : begun.TryAdd(request.Row, true) ? TableFault.BusyAfter
            : TableFault.Refuse;
        var failed = await Assert.ThrowsAsync<GlacierException>(() => client.InitiateMultipartUploadAsync("photos", Archives.MiB));
        Assert.DoesNotContain(NotCarriedOut, failed.Message, StringComparison.Ordinal);
    }

    private async Task<RunningSilo> StartAsync(TableProxy proxy) => await RunningSilo.StartAsync(RunningSilo.OnAzure(
        await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) }, Folder.Data));
}
