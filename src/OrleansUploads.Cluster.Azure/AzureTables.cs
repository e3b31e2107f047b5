using Azure.Core;
using Azure.Data.Tables;

namespace OrleansUploads.Cluster.Azure;

public static class AzureTables
{
    /// <summary>Connects with the key or the shared access signature of a connection string.</summary>
    /// <exception cref="FormatException">It is not a connection string.</exception>
    public static TableServiceClient Connect(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        try
        {
            return new TableServiceClient(connectionString, Options());
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or UriFormatException)
        {
            throw new FormatException(fault.Message, fault);
        }
    }

    /// <summary>Connects with an identity.</summary>
    /// <param name="service">Such as <c>https://account.table.core.windows.net</c>.</param>
    public static TableServiceClient Connect(Uri service, TokenCredential credential) => new(service, credential, Options());

    private static TableClientOptions Options() => new() { RetryPolicy = new TimedRetryPolicy() };
}
