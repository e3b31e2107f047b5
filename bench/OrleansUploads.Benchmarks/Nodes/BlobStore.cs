using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>A container of Azure Blob Storage.</summary>
internal sealed class BlobStore(string connection) : BareStore
{
    public const string Connection = "NODE_BLOB_CONNECTION";

    private readonly BlobContainerClient _container = new(connection, Container);

    public override Task PutAsync(string key, byte[] content, CancellationToken cancellationToken) =>
        _container.GetBlobClient(key).UploadAsync(BinaryData.FromBytes(content), cancellationToken);

    public override Task<HttpRequestMessage> SignPutAsync(string key)
    {
        var address = _container.GetBlobClient(key).GenerateSasUri(BlobSasPermissions.Create, DateTimeOffset.UtcNow + Life);
        var request = new HttpRequestMessage(HttpMethod.Put, address);
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        return Task.FromResult(request);
    }

    public override async Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken) => await _container
        .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).Select(static found => found.Name).ToListAsync(cancellationToken);

    public override async Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            await _container.DeleteBlobIfExistsAsync(key, cancellationToken: cancellationToken);
        }
    }

    public override void Dispose()
    {
    }
}
