using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Recovery;

/// <summary>Uploads, vaults and keys that are spread over all silos.</summary>
internal sealed class WatchedEntities
{
    private const int VaultCount = 12;
    private const int UploadCount = 36;
    private const int KeyCount = 24;
    private const int PartBytes = 1000;
    private const string Bucket = "/watched";

    private readonly List<WatchedEntity> _all = [];

    private WatchedEntities()
    {
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<WatchedEntity> All => _all;

    /// <summary>Creates the entities.</summary>
    public static async Task<WatchedEntities> CreateAsync(SiloClient client)
    {
        var entities = new WatchedEntities();
        for (var number = 0; number < VaultCount; number++)
        {
            var vault = $"vault-{number}";
            await client.Vaults.CreateVaultAsync(vault);
            entities._all.Add(new WatchedEntity(vault, (silo, stopping) => ChangeVaultAsync(silo, vault, stopping)));
        }

        for (var number = 0; number < UploadCount; number++)
        {
            var vault = $"vault-{number % VaultCount}";
            var part = new PartContent(number, PartBytes);
            var upload = await client.Vaults.InitiateMultipartUploadAsync(vault, Archives.MiB);
            await client.Vaults.UploadPartAsync(vault, upload, 0, part.Body());
            entities._all.Add(new WatchedEntity(
                $"upload {number} of {vault}",
                (silo, stopping) => ReportPartAsync(silo, vault, upload, part, stopping)));
        }

        await client.SendS3Async(HttpMethod.Put, Bucket);
        for (var number = 0; number < KeyCount; number++)
        {
            var key = $"{Bucket}/key-{number}";
            var bytes = Archives.Bytes(PartBytes, number);
            await client.SendS3Async(HttpMethod.Put, key, bytes);
            entities._all.Add(new WatchedEntity(key, (silo, stopping) => ReadKeyAsync(silo, key, bytes, stopping)));
        }

        return entities;
    }

    /// <summary>Begins and aborts an upload, which changes the vault and one of its pages.</summary>
    private static async Task ChangeVaultAsync(SiloClient silo, string vault, CancellationToken stopping)
    {
        var upload = await silo.Vaults.InitiateMultipartUploadAsync(vault, Archives.MiB, cancellationToken: stopping);
        try
        {
            await silo.Vaults.AbortMultipartUploadAsync(vault, upload, stopping);
        }
        catch (GlacierException refused) when (refused.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            // The answer to an earlier attempt was lost.
        }
    }

    /// <summary>Sends a part again that is stored, and reads it from the list.</summary>
    private static async Task ReportPartAsync(
        SiloClient silo, string vault, string upload, PartContent part, CancellationToken stopping)
    {
        await silo.Vaults.UploadPartAsync(vault, upload, 0, part.Body(), stopping);
        var listed = await silo.Vaults.ListPartsAsync(vault, upload, stopping).ToListAsync(stopping);
        Assert.Equal(part.TreeHash, Assert.Single(listed).TreeHash);
    }

    private static async Task ReadKeyAsync(SiloClient silo, string key, byte[] bytes, CancellationToken stopping) =>
        Assert.Equal(bytes, await silo.SendS3Async(HttpMethod.Get, key, cancellationToken: stopping));
}
