namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>The bucket or container of a cluster, as the client of its provider uses it.</summary>
internal abstract class BareStore : IDisposable
{
    /// <summary>The name of the bucket or container.</summary>
    protected const string Container = "parts";

    /// <summary>How long a signed request is valid.</summary>
    protected static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>Connects to a store.</summary>
    /// <param name="variable">Finds a variable of <see cref="LocalCluster.StoreVariables"/>.</param>
    public static BareStore Connect(Func<string, string?> variable) => variable(BlobStore.Connection) is { } connection
        ? new BlobStore(connection)
        : new S3Store(variable(S3Store.Endpoint)!, variable(S3Store.KeyId)!, variable(S3Store.Secret)!);

    /// <summary>Puts an object as the client does by default.</summary>
    public abstract Task PutAsync(string key, byte[] content, CancellationToken cancellationToken);

    /// <summary>Signs a PUT of an object. The bytes are not signed.</summary>
    public abstract Task<HttpRequestMessage> SignPutAsync(string key);

    public abstract Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    public abstract Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken);

    public abstract void Dispose();
}
