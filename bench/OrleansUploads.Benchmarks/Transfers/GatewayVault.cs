using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>A vault of the measured server.</summary>
internal sealed class GatewayVault(GlacierClient client, string name)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public string Name => name;

    public Task CreateAsync(CancellationToken cancellationToken) => client.CreateVaultAsync(name, cancellationToken);

    /// <summary>Describes the vault.</summary>
    /// <returns>The number of archives.</returns>
    public async Task<long> DescribeAsync(CancellationToken cancellationToken) =>
        (await client.DescribeVaultAsync(name, cancellationToken)).ArchiveCount ?? 0;

    /// <summary>Adds a small archive in one request.</summary>
    /// <returns>Its ID.</returns>
    public async Task<string> AddAsync(int number, CancellationToken cancellationToken) => (await client.UploadArchiveAsync(
        name, HashedBody.Of(BitConverter.GetBytes(number)), cancellationToken: cancellationToken)).ArchiveId;

    /// <summary>Deletes an archive.</summary>
    public Task DeleteAsync(string archive, CancellationToken cancellationToken) =>
        client.DeleteArchiveAsync(name, archive, cancellationToken);

    /// <summary>Initiates a multipart upload.</summary>
    /// <returns>Its ID.</returns>
    public Task<string> BeginAsync(CancellationToken cancellationToken) =>
        client.InitiateMultipartUploadAsync(name, ArchiveParts.DefaultPartBytes, cancellationToken: cancellationToken);

    /// <summary>Reads the first page of the list of uploads.</summary>
    /// <returns>The part size of its first upload.</returns>
    public async Task<long> ListUploadsAsync(CancellationToken cancellationToken) =>
        (await client.ListMultipartUploadsAsync(name, cancellationToken).FirstAsync(cancellationToken)).PartSizeBytes;

    /// <summary>Starts a job that lists all archives.</summary>
    /// <returns>The job's ID.</returns>
    public Task<string> StartInventoryAsync(CancellationToken cancellationToken) =>
        client.InitiateInventoryRetrievalAsync(name, cancellationToken: cancellationToken);

    /// <summary>Waits until a job has finished.</summary>
    public async Task AwaitJobAsync(string job, CancellationToken cancellationToken)
    {
        while ((await client.DescribeJobAsync(name, job, cancellationToken)).Status != JobStatus.Succeeded)
        {
            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
