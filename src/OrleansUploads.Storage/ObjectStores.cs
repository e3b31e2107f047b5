using Amazon.Runtime;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Storage.Azure;
using OrleansUploads.Storage.S3;

namespace OrleansUploads.Storage;

/// <summary>Opens part stores by their addresses, as both programs name them.</summary>
public static class ObjectStores
{
    /// <summary>A connection string, as the tools of Azure know it. Without it, the process shows its identity to the endpoint.</summary>
    public const string AzureVariable = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>Opens a part store. The SDKs find the credentials: for S3 in the environment, in profiles or from the
    /// machine, for Azure in <see cref="AzureVariable"/> or by the identity of the process.</summary>
    /// <exception cref="PartStoreUnavailableException">The store does not answer, refuses the credentials, or cannot keep
    /// parts.</exception>
    public static async Task<ObjectPartStore> OpenAsync(StorageAddress address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var storage = Connect(address);
        try
        {
            return await ObjectPartStore.OpenAsync(storage, cancellationToken: cancellationToken);
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }

    /// <summary>Opens a part store for reading. Sends no request. The SDKs find the credentials as in <see cref="OpenAsync"/>.</summary>
    /// <exception cref="PartStoreUnavailableException">The address or the credentials are no valid ones.</exception>
    public static ObjectPartStore OpenForReading(StorageAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ObjectPartStore.OpenForReading(Connect(address));
    }

    private static IObjectStorage Connect(StorageAddress address)
    {
        try
        {
            return address.Scheme == StorageAddress.S3
                ? new S3Storage(address)
                : new BlobStorage(address, Environment.GetEnvironmentVariable(AzureVariable) is { Length: > 0 } account ? account : null);
        }
        catch (Exception fault) when (fault is AmazonClientException or ArgumentException or FormatException)
        {
            throw new PartStoreUnavailableException($"{address}: {fault.Message}", fault);
        }
    }
}
