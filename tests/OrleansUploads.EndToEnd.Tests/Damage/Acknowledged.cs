namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>Data that a server has acknowledged: an archive, and an open upload with two parts.</summary>
internal sealed class Acknowledged
{
    public const string Vault = "records";

    private readonly byte[] _archive = Archives.Bytes((2 * Archives.MiB) + 7, seed: 1);
    private readonly byte[] _parts = Archives.Bytes(2 * Archives.MiB, seed: 2);

    public string ArchiveId { get; private set; } = "";

    public string UploadId { get; private set; } = "";

    public static async Task<Acknowledged> CreateAsync(ServerProcess server)
    {
        // A server that collects without grace may take a part before it is recorded, which the client repeats.
        var client = server.Connect(RetryPolicy.Default);
        var acknowledged = new Acknowledged();
        await client.CreateVaultAsync(Vault);
        acknowledged.ArchiveId = (await client.UploadInPartsAsync(Vault, acknowledged._archive)).ArchiveId;
        acknowledged.UploadId = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        foreach (var start in (int[])[0, Archives.MiB])
        {
            await client.UploadPartAsync(Vault, acknowledged.UploadId, start, acknowledged.Part(start));
        }

        return acknowledged;
    }

    /// <summary>Reads all of the data. An answer with other data fails the test.</summary>
    /// <returns>True if everything is served; false if the server reports damage.</returns>
    public async Task<bool> IsServedAsync(ServerProcess server)
    {
        var client = server.Connect();
        var isServed = await IsServedAsync(async () => Assert.Equal(Vault, (await client.DescribeVaultAsync(Vault)).Name));
        isServed &= await IsServedAsync(async () =>
            Assert.Equal(UploadId, Assert.Single(await client.ListMultipartUploadsAsync(Vault).ToListAsync()).UploadId));
        isServed &= await IsServedAsync(async () => Assert.Equal(
            [Listed(0), Listed(Archives.MiB)], await client.ListPartsAsync(Vault, UploadId).ToListAsync()));
        isServed &= await IsServedAsync(async () =>
            Assert.True(
                (await client.RetrieveAsync(Vault, ArchiveId)).AsSpan().SequenceEqual(_archive),
                "The retrieved archive has wrong bytes."));
        return isServed;
    }

    private static async Task<bool> IsServedAsync(Func<Task> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (GlacierException refused) when (
            refused.Code == GlacierErrorCodes.ServiceUnavailable
            && refused.Message.Contains("damaged", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private HashedBody Part(int start) => HashedBody.Of(_parts.AsMemory(start, Archives.MiB));

    private UploadedPart Listed(int start) => new(new ByteRange(start, start + Archives.MiB), Part(start).TreeHash);
}
