using System.Xml.Linq;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>All operations of the vault API, and S3's multipart uploads, through a silo on each kind of database.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class OperationTests(PostgresServer postgres, AzuriteServer azurite, ITestOutputHelper output) : IDisposable
{
    private const string Vault = "photos";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite")]
    public async Task Every_operation_of_the_vault_API_succeeds(string database)
    {
        await using var silo = await StartAsync(database);
        using var called = new CalledOperations();
        using var http = new HttpClient(called);
        using var client = silo.ConnectThrough(http);

        await CallVaultsAsync(client);
        var archive = await CallUploadsAsync(client);
        await CallJobsAsync(client, archive);
        await CallVaultSettingsAsync(client);
        await CallAccountSettingsAsync(client);

        output.WriteLine($"{database}: {called.Succeeded.Count} of {Enum.GetValues<VaultAction>().Length} operations.");
        Assert.Empty(Enum.GetValues<VaultAction>().Except(called.Succeeded.Keys));
    }

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite")]
    public async Task A_multipart_upload_of_S3_becomes_one_object(string database)
    {
        const string Key = "/photos/2026/holiday.tar";
        await using var silo = await StartAsync(database);
        using var s3 = new S3Calls(silo);
        var bytes = Archives.Bytes((2 * 5 * Archives.MiB) + 12_345, seed: 3);
        await s3.SendAsync(HttpMethod.Put, "/photos");

        var abandoned = await s3.CreateUploadAsync(Key);
        await s3.SendAsync(HttpMethod.Delete, $"{Key}?uploadId={abandoned}");

        var upload = await s3.CreateUploadAsync(Key);
        var parts = await Task.WhenAll(bytes.Chunk(5 * Archives.MiB).Select(async (part, i) =>
            (Number: i + 1, ETag: await s3.PutPartAsync($"{Key}?partNumber={i + 1}&uploadId={upload}", part))));
        Assert.Equal(parts.Select(static part => part.ETag), await s3.ListAsync($"{Key}?uploadId={upload}", "ETag"));
        Assert.Equal([upload], await s3.ListAsync("/photos?uploads", "UploadId"));

        // Everybody completes it, and everybody gets the same answer.
        var request = new XElement("CompleteMultipartUpload", parts.Select(static part => new XElement(
            "Part", new XElement("PartNumber", part.Number), new XElement("ETag", part.ETag))));
        var completed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            s3.CompleteAsync($"{Key}?uploadId={upload}", request)));
        Assert.Single(completed.Distinct());

        Assert.Equal(bytes, await s3.SendAsync(HttpMethod.Get, Key));
        Assert.Empty(await s3.ListAsync("/photos?uploads", "UploadId"));
        Assert.Equal(["2026/holiday.tar"], await s3.ListAsync("/photos?list-type=2", "Key"));
        await s3.SendAsync(HttpMethod.Delete, Key);
        await s3.SendAsync(HttpMethod.Delete, "/photos");
    }

    private static async Task CallVaultsAsync(GlacierClient client)
    {
        await client.CreateVaultAsync(Vault);
        await client.CreateVaultAsync("empty");
        await client.DeleteVaultAsync("empty");
        Assert.Equal([Vault], await client.ListVaultsAsync().Select(static vault => vault.Name).ToListAsync());
        Assert.Equal(0, (await client.DescribeVaultAsync(Vault)).ArchiveCount);
    }

    private static async Task<(string Id, byte[] Bytes)> CallUploadsAsync(GlacierClient client)
    {
        var single = await client.UploadArchiveAsync(Vault, HashedBody.Of(Archives.Bytes(1000, seed: 1)));
        await client.DeleteArchiveAsync(Vault, single.ArchiveId);

        var abandoned = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        Assert.Equal([abandoned], await client.ListMultipartUploadsAsync(Vault).Select(static upload => upload.UploadId).ToListAsync());
        await client.UploadPartAsync(Vault, abandoned, 0, HashedBody.Of(Archives.Bytes(Archives.MiB, seed: 2)));
        Assert.Single(await client.ListPartsAsync(Vault, abandoned).ToListAsync());
        await client.AbortMultipartUploadAsync(Vault, abandoned);

        var bytes = Archives.Bytes((2 * Archives.MiB) + 5, seed: 4);
        return ((await client.UploadInPartsAsync(Vault, bytes)).ArchiveId, bytes);
    }

    private static async Task CallJobsAsync(GlacierClient client, (string Id, byte[] Bytes) archive)
    {
        Assert.Equal(archive.Bytes, await client.RetrieveAsync(Vault, archive.Id));
        var inventory = await client.InitiateInventoryRetrievalAsync(Vault);
        Assert.True((await client.DescribeJobAsync(Vault, inventory)).Status == JobStatus.Succeeded);
        Assert.Equal(2, await client.ListJobsAsync(Vault).CountAsync());
        Assert.Equal(
            [archive.Id], await client.ReadInventoryAsync(Vault, inventory).Select(static entry => entry.ArchiveId).ToListAsync());
    }

    private static async Task CallVaultSettingsAsync(GlacierClient client)
    {
        await client.AddTagsAsync(Vault, new Dictionary<string, string> { ["year"] = "2026", ["place"] = "Oslo" });
        await client.RemoveTagsAsync(Vault, ["place"]);
        Assert.Equal("2026", Assert.Single(await client.ListTagsAsync(Vault)).Value);

        var notifications = new VaultNotifications("arn:aws:sns:us-east-1:000000000001:t", [VaultEvent.ArchiveRetrievalCompleted]);
        await client.SetVaultNotificationsAsync(Vault, notifications);
        Assert.Equal(notifications.Topic, (await client.GetVaultNotificationsAsync(Vault)).Topic);
        await client.DeleteVaultNotificationsAsync(Vault);

        await client.SetAccessPolicyAsync(Vault, Policy("Allow", "ListJobs"));
        Assert.Contains("ListJobs", await client.GetAccessPolicyAsync(Vault), StringComparison.Ordinal);
        await client.DeleteAccessPolicyAsync(Vault);

        await client.InitiateVaultLockAsync(Vault, Policy("Deny", "DeleteArchive"));
        await client.AbortVaultLockAsync(Vault);
        await client.CompleteVaultLockAsync(Vault, await client.InitiateVaultLockAsync(Vault, Policy("Deny", "DeleteArchive")));
        Assert.Equal("Locked", (await client.GetVaultLockAsync(Vault)).State.ToString());
    }

    private static async Task CallAccountSettingsAsync(GlacierClient client)
    {
        var policy = new DataRetrievalPolicy(DataRetrievalStrategy.BytesPerHour, 1_000_000_000);
        await client.SetDataRetrievalPolicyAsync(policy);
        Assert.Equal(policy, await client.GetDataRetrievalPolicyAsync());
        var capacity = await client.PurchaseProvisionedCapacityAsync();
        Assert.Equal([capacity], (await client.ListProvisionedCapacityAsync()).Select(static unit => unit.CapacityId));
    }

    private static string Policy(string effect, string operation) =>
        $$"""
        {"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"{{effect}}","Principal":"*","Action":"glacier:{{operation}}",
         "Resource":"arn:aws:glacier:us-east-1:000000000001:vaults/{{Vault}}"}]}
        """;

    private async Task<RunningSilo> StartAsync(string database)
    {
        var created = await DatabaseServers.Named(database, postgres, azurite).CreateAsync();
        return await RunningSilo.StartAsync(created.NewSilo(_folder.Data));
    }
}
