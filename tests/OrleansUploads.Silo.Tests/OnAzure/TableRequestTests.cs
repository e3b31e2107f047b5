using OrleansUploads.Client;

namespace OrleansUploads.Silo.Tests.OnAzure;

/// <summary>What small uploads cost on Azure Storage, which is paid by the request. docs/cluster.md says which request is for what.</summary>
public sealed class TableRequestTests(AzuriteServer azurite, ITestOutputHelper output) : TestWithFolder
{
    private const int Callers = 8;
    private const int Rounds = 8;
    private const double Uploads = Callers * Rounds;

    /// <summary>A wake-up or a failed prediction of a new row may add a request now and then.</summary>
    private const double Slack = 0.1;

    [Fact]
    public async Task A_small_upload_makes_the_documented_requests_to_tables()
    {
        using var proxy = await TableProxy.StartAsync(azurite);
        var cluster = await azurite.CreateLocalClusterAsync() with { ConnectionString = Azurite.ConnectionToTables(proxy.Tables) };
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnAzure(cluster, Folder.Data));
        using var client = silo.Connect(RetryPolicy.Default);
        await client.CreateVaultAsync("photos");

        // The first uploads read the shards of the vault.
        await UploadAsync(client, seed: 0);
        proxy.Take();
        await UploadAsync(client, seed: Callers * Rounds);
        var requests = proxy.Take().Where(IsForUpload).ToList();

        foreach (var kind in requests.GroupBy(static request => $"{request.Method} {request.Table} {StateOf(request)}").OrderBy(kind => kind.Key))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind.Count() / Uploads,5:F2} {kind.Key}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{requests.Count / Uploads,5:F2} in all"));

        // "About eight", as docs/cluster.md says, with reads.
        Assert.InRange(requests.Count / Uploads, 6, 11);

        // The writes of vaults and leaves are shared when uploads overlap, so they may be fewer.
        AssertWrites(1, 1, "OrleansUploadsReminders", "ou-upload");
        AssertWrites(1, 4, "OrleansUploadsJournals", "ou-upload");
        AssertWrites(1.0 / Callers, 2, "OrleansUploadsJournals", "ou-key-leaf");
        AssertWrites(1.0 / Callers, 3, "OrleansUploadsJournals", "ou-vault");
        AssertWrites(1, 1, "OrleansUploadsJournals", "ou-shard");

        void AssertWrites(double least, double most, string table, string state)
        {
            var writes = requests.Count(request => request.IsWrite && request.Table == table && StateOf(request) == state) / Uploads;
            Assert.True(
                writes >= least - Slack && writes <= most + Slack,
                $"An upload wrote {state} to {table} {writes:F2} times; expected {least:F2} to {most}.");
        }
    }

    /// <summary>Whether a request is made because of uploads, and not because time passes.</summary>
    private static bool IsForUpload(TableRequest request) =>
        request.Table != "OrleansUploadsSilos" && StateOf(request) is not ("ou-service" or "ou-health");

    /// <summary>The state name, which begins the key of a row.</summary>
    private static string StateOf(TableRequest request) => request.Row.Split("RowKey='")[^1].Split('_', '\'')[0];

    private static Task UploadAsync(GlacierClient client, int seed) => Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
    {
        for (var round = 0; round < Rounds; round++)
        {
            await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed + (caller * Rounds) + round));
        }
    }));
}
