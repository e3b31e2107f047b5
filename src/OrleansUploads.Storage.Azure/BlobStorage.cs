using System.Net;
using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Storage.Azure;

/// <summary>A container of Azure Blob Storage.</summary>
public sealed class BlobStorage : IObjectStorage
{
    /// <summary>The size of the blocks of a long blob. The SDK keeps one in memory for each blob that is being written.</summary>
    private const int BlockBytes = 4 * 1024 * 1024;

    private static readonly UploadTransferValidationOptions Validation = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    private readonly BlobContainerClient _container;
    private readonly string _prefix;

    /// <param name="address">The container and the prefix of the names.</param>
    /// <param name="connectionString">The account with its key. Null for the endpoint of the address, with the identity that
    /// the SDK finds.</param>
    /// <exception cref="ArgumentException">There is neither a connection string nor an endpoint.</exception>
    public BlobStorage(StorageAddress address, string? connectionString = null)
    {
        ArgumentNullException.ThrowIfNull(address);

        // The part store repeats calls, because it knows which bytes it can send again.
        var options = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = Timeout.InfiniteTimeSpan } };
        var service = (connectionString, address.Endpoint) switch
        {
            ({ } text, _) => new BlobServiceClient(text, options),
            (null, { } endpoint) => new BlobServiceClient(endpoint, new DefaultAzureCredential(), options),
            _ => throw new ArgumentException("The account is unknown. Give its endpoint or a connection string.", nameof(address)),
        };
        _container = service.GetBlobContainerClient(address.Container);
        _prefix = address.Prefix;
        Address = address.ToString();
    }

    public string Address { get; }

    public async Task PutAsync(
        string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Conditions = onlyIfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
            TransferOptions = new StorageTransferOptions
            {
                InitialTransferSize = BlockBytes,
                MaximumTransferSize = BlockBytes,
                MaximumConcurrency = 1,
            },
            TransferValidation = Validation,
        };
        await _container.GetBlobClient(_prefix + key).UploadAsync(content, options, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>A shared access signature states no length. It permits to create a blob and not to write one, so nothing is replaced.
    /// Only an account key makes one here.</remarks>
    public Task<SignedWrite> SignAsync(string key, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var blob = _container.GetBlobClient(_prefix + key);
        return blob.CanGenerateSasUri
            ? Task.FromResult(new SignedWrite(
                blob.GenerateSasUri(BlobSasPermissions.Create, until),
                new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" },
                until))
            : throw new NotSupportedException($"{Address} signs writes only with the key of its account.");
    }

    public async Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken)
    {
        var answer = await _container.GetBlobClient(_prefix + key).DownloadStreamingAsync(
            new BlobDownloadOptions { Range = new HttpRange(range.Offset, range.LengthBytes) }, cancellationToken);
        var details = answer.Value.Details;
        return new ObjectContent(
            answer.Value.Content, ObjectContent.TotalIn(details.ContentRange) ?? details.ContentLength, answer.Value);
    }

    public async Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken)
    {
        var blobs = _container.GetBlobsAsync(
            BlobTraits.None, BlobStates.None, _prefix + prefix, cancellationToken: cancellationToken);
        await foreach (var listed in blobs.AsPages(page).WithCancellation(cancellationToken))
        {
            return new ObjectPage(
                [.. listed.Values.Select(blob => new ListedObject(blob.Name[_prefix.Length..], blob.Properties.ContentLength ?? 0))],
                string.IsNullOrEmpty(listed.ContinuationToken) ? null : listed.ContinuationToken);
        }

        return new ObjectPage([], null);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        _container.GetBlobClient(_prefix + key).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    public ObjectFault FaultOf(Exception exception) => exception switch
    {
        RequestFailedException { ErrorCode: "ContainerNotFound" or "ContainerBeingDeleted" } => ObjectFault.Refused,
        RequestFailedException { ErrorCode: "ServerBusy" or "OperationTimedOut" } => ObjectFault.Throttled,
        RequestFailedException { ErrorCode: "BlobAlreadyExists" or "ConditionNotMet" } => ObjectFault.Exists,
        RequestFailedException { Status: var status } => ObjectFaults.Of((HttpStatusCode)status),
        AuthenticationFailedException => ObjectFault.Unavailable,
        _ => ObjectFault.None,
    };

    public void Dispose()
    {
        // The clients of the SDK share their connections and need no disposal.
    }
}
