namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>The bucket or container of a cluster, as the client of its provider uses it.</summary>
internal abstract class BareStore : IDisposable
{
    /// <summary>The name of the bucket or container.</summary>
    protected const string Container = "parts";

    /// <summary>How long a signed request is valid.</summary>
    protected static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>Connects to the store that environment variables name.</summary>
    /// <param name="variables">Those of <see cref="LocalCluster.StoreVariables"/>.</param>
    public static BareStore Connect(IReadOnlyDictionary<string, string> variables) =>
        variables.TryGetValue(BlobStore.Connection, out var connection)
            ? new BlobStore(connection)
            : new S3Store(variables[S3Store.Endpoint], variables[S3Store.KeyId], variables[S3Store.Secret]);

    /// <summary>Signs a PUT of an object. The bytes are not signed.</summary>
    public abstract Task<HttpRequestMessage> SignPutAsync(string key);

    public abstract Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    public abstract Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken);

    public abstract void Dispose();
}
