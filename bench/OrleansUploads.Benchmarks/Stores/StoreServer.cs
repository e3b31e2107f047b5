using Amazon.Runtime;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Signing;
using OrleansUploads.Storage.S3;

namespace OrleansUploads.Benchmarks.Stores;

/// <summary>The S3 server that keeps the bytes of the measured server, and whose own speed is the baseline: one of this project, or one
/// that is running already.</summary>
internal sealed class StoreServer : IAsyncDisposable
{
    private const string BucketName = "benchmark-parts";

    private readonly GatewayServer? _own;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly string _prefix = $"{Guid.NewGuid():N}";

    private StoreServer(Uri endpoint, string accessKeyId, string secret, GatewayServer? own)
    {
        _own = own;
        (Endpoint, AccessKeyId, Secret) = (endpoint, accessKeyId, secret);
        Bucket = BucketAt(endpoint, _http);
    }

    public Uri Endpoint { get; }

    public string AccessKeyId { get; }

    public string Secret { get; }

    /// <summary>The bucket of both sides.</summary>
    public GatewayBucket Bucket { get; }

    /// <summary>Where the measured server keeps its bytes.</summary>
    public string Parts => $"s3://{BucketName}/{_prefix}";

    /// <summary>The name of the server, for the table.</summary>
    public string Name => _own is null ? "another store" : "own store";

    /// <summary>Whether the server runs longer than the benchmark, so that its space must be freed.</summary>
    public bool IsLasting => _own is null;

    public static async Task<StoreServer> StartAsync(Session session, string folder, CancellationToken cancellationToken)
    {
        var server = session.Store is { } running
            ? new StoreServer(running, Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"), own: null)
            : Own(await GatewayServer.StartAsync(session.Subfolder(folder), cancellationToken, createsVault: false));
        await server.Bucket.CreateAsync(cancellationToken);
        return server;
    }

    /// <summary>The same bucket at another address, such as that of a proxy.</summary>
    public GatewayBucket BucketAt(Uri address, HttpClient http) => new(
        http, new SignedRequests(address, new RequestSigner(SigningRules.S3, "us-east-1", AccessKeyId, Secret)), BucketName);

    /// <summary>Opens the part store of the measured server in this process.</summary>
    public Task<ObjectPartStore> OpenAsync(CancellationToken cancellationToken)
    {
        var address = new StorageAddress(StorageAddress.S3, BucketName, $"{_prefix}/") { Endpoint = Endpoint };
        return ObjectPartStore.OpenAsync(
            new S3Storage(address, new BasicAWSCredentials(AccessKeyId, Secret)), cancellationToken: cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private static StoreServer Own(GatewayServer server) =>
        new(server.Process.Address, GatewayServer.AccessKeyId, GatewayServer.Secret, server);

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set. Set it to the key pair of the store.");
}
