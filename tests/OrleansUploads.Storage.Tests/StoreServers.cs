using System.Reflection;
using Amazon.Runtime;
using Amazon.S3;
using Azure.Storage.Blobs;
using OrleansUploads.Storage.Azure;
using OrleansUploads.Storage.S3;
using OrleansUploads.Storage.Tests;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace OrleansUploads.Storage.Tests;

/// <summary>The servers of object storage that the tests use: this project's own, s3rver, and Azurite. Each is started when a test first
/// needs it.</summary>
public sealed class StoreServers : IAsyncLifetime
{
    public const string Bucket = "parts";

    private static readonly string Root = typeof(StoreServers).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Root").Value!;

    private static readonly BasicAWSCredentials OwnKey = new(CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
    private static readonly BasicAWSCredentials S3rverKey = new("S3RVER", "S3RVER");

    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _processes = [];
    private readonly Lazy<Task<Uri>> _own;
    private readonly Lazy<Task<Uri>> _s3rver;
    private readonly Lazy<Task<Uri>> _azurite;
    private readonly Lazy<Task<(Uri Address, BasicAWSCredentials Key)>> _ceph;

    public StoreServers()
    {
        _own = new(StartOwnAsync);
        _s3rver = new(StartS3rverAsync);
        _azurite = new(StartAzuriteAsync);
        _ceph = new(FindCephAsync);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A storage with a new prefix in this project's own server.</summary>
    /// <param name="through">Changes the address, such as to that of a proxy.</param>
    public async Task<IObjectStorage> OwnAsync(Func<Uri, Uri>? through = null) => S3(await _own.Value, through, OwnKey);

    public Task<Uri> OwnAddressAsync() => _own.Value;

    /// <summary>The connection string of Azurite. Skips the test if it is not installed.</summary>
    public async Task<string> AzureConnectionAsync() => Azurite.ConnectionToBlobs(await _azurite.Value);

    /// <summary>A storage with a new prefix in s3rver. Skips the test if it is not installed.</summary>
    public async Task<IObjectStorage> S3rverAsync(Func<Uri, Uri>? through = null) => S3(await _s3rver.Value, through, S3rverKey);

    /// <summary>A storage with a new prefix in Azurite. Skips the test if it is not installed.</summary>
    public async Task<IObjectStorage> AzuriteAsync(Func<Uri, Uri>? through = null)
    {
        var endpoint = await _azurite.Value;
        return new BlobStorage(
            new StorageAddress(StorageAddress.Azure, Bucket, NewPrefix()), Azurite.ConnectionToBlobs(through?.Invoke(endpoint) ?? endpoint));
    }

    /// <summary>A storage with a new prefix in a running Ceph. Skips the test if none is named.</summary>
    public async Task<IObjectStorage> CephAsync()
    {
        var (address, key) = await _ceph.Value;
        return S3(address, through: null, key);
    }

    /// <summary>A storage with a new prefix in the server with this name.</summary>
    public Task<IObjectStorage> NamedAsync(string server) => server switch
    {
        "own" => OwnAsync(),
        "s3rver" => S3rverAsync(),
        "Ceph" => CephAsync(),
        "Azurite" => AzuriteAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(server), server, "Unknown server."),
    };

    /// <summary>A server with this data folder, whose bytes are in the object store with this name.</summary>
    public async Task<ServerSetup> SetupAsync(string server, string data)
    {
        var environment = new Dictionary<string, string?>(CommandLine.WithOperatorKey);
        if (server == "azurite")
        {
            environment[ObjectStores.AzureVariable] = await AzureConnectionAsync();
            return new ServerSetup(data)
            {
                Options = ["--parts", $"az://{Bucket}/{Guid.NewGuid():N}"],
                Environment = environment,
            };
        }

        environment["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId;
        environment["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey;
        return new ServerSetup(data)
        {
            Options = ["--parts", $"s3://{Bucket}/{Guid.NewGuid():N}", "--parts-endpoint", $"{await OwnAddressAsync()}"],
            Environment = environment,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static S3Storage S3(Uri endpoint, Func<Uri, Uri>? through, AWSCredentials key) => new(
        new StorageAddress(StorageAddress.S3, Bucket, NewPrefix()) { Endpoint = through?.Invoke(endpoint) ?? endpoint }, key);

    private static string NewPrefix() => $"{Guid.NewGuid():N}/";

    private async Task<Uri> StartOwnAsync()
    {
        var server = await ServerProcess.StartAsync(Path.Combine(_folder.Path, "own"), "--quiet");
        _processes.Add(server);
        await CreateBucketAsync(server.Address, OwnKey);
        return server.Address;
    }

    private async Task<Uri> StartS3rverAsync()
    {
        var port = FreePort.Take(1)[0];
        _processes.Add(await NodeProgram.StartAsync(
            Path.Combine(Root, "tests", "OrleansUploads.Storage.Tests", "servers"),
            "s3rver",
            "S3rver listening",
            "--address", "127.0.0.1", "--port", $"{port}", "--directory", Path.Combine(_folder.Path, "s3rver"), "--silent"));
        var address = new Uri($"http://127.0.0.1:{port}");
        await CreateBucketAsync(address, S3rverKey);
        return address;
    }

    private async Task<Uri> StartAzuriteAsync()
    {
        var port = FreePort.Take(1)[0];
        _processes.Add(await Azurite.StartBlobsAsync(Root, port, Path.Combine(_folder.Path, "azurite")));
        var address = Azurite.AddressAt(port);
        await new BlobContainerClient(Azurite.ConnectionToBlobs(address), Bucket).CreateAsync();
        return address;
    }

    private static async Task<(Uri Address, BasicAWSCredentials Key)> FindCephAsync()
    {
        var address = Environment.GetEnvironmentVariable("ORLEANSUPLOADS_CEPH");
        Assert.SkipWhen(address is null, "There is no Ceph in ORLEANSUPLOADS_CEPH; tests/clusters/ceph.sh conformance starts one.");
        var key = new BasicAWSCredentials(
            Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
        await CreateBucketAsync(new Uri(address), key);
        return (new Uri(address), key);
    }

    private static async Task CreateBucketAsync(Uri address, AWSCredentials key)
    {
        using var client = new AmazonS3Client(
            key, new AmazonS3Config { ServiceURL = address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await client.PutBucketAsync(Bucket);
    }
}
