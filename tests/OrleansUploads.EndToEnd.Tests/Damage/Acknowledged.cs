using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>Everything that a server has acknowledged: an archive, and an upload of which two parts are there.</summary>
internal sealed class Acknowledged
{
    public const string Vault = "records";

    private readonly byte[] _archive = Archives.Bytes((2 * Archives.MiB) + 7, seed: 1);
    private readonly byte[] _parts = Archives.Bytes(2 * Archives.MiB, seed: 2);

    public string ArchiveId { get; private set; } = "";

    public string UploadId { get; private set; } = "";

    /// <summary>Has a server acknowledge it all.</summary>
    public static async Task<Acknowledged> CreateAsync(ServerProcess server)
    {
        var client = server.Connect();
        var made = new Acknowledged();
        await client.CreateVaultAsync(Vault);
        made.ArchiveId = (await client.UploadInPartsAsync(Vault, made._archive)).ArchiveId;
        made.UploadId = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        foreach (var start in (int[])[0, Archives.MiB])
        {
            await client.UploadPartAsync(Vault, made.UploadId, start, made.Part(start));
        }

        return made;
    }

    /// <summary>Asks for all of it. An answer that is not what was acknowledged fails the test.</summary>
    /// <returns>Whether everything is served; otherwise the server has said openly that it is damaged.</returns>
    public async Task<bool> IsServedAsync(ServerProcess server)
    {
        var client = server.Connect();
        var served = await IsServedAsync(async () => Assert.Equal(Vault, (await client.DescribeVaultAsync(Vault)).Name));
        served &= await IsServedAsync(async () =>
            Assert.Equal(UploadId, Assert.Single((await client.ListMultipartUploadsPageAsync(Vault)).Items).UploadId));
        served &= await IsServedAsync(async () => Assert.Equal(
            [Listed(0), Listed(Archives.MiB)], (await client.ListPartsPageAsync(Vault, UploadId)).Parts));
        served &= await IsServedAsync(async () =>
            Assert.True((await client.RetrieveAsync(Vault, ArchiveId)).AsSpan().SequenceEqual(_archive), "It has other bytes."));
        return served;
    }

    private static async Task<bool> IsServedAsync(Func<Task> ask)
    {
        try
        {
            await ask();
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
