using Amazon.Glacier;
using Amazon.Glacier.Model;
using Amazon.Runtime;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>A server in its own process, to which Amazon's client for the vault API connects.</summary>
public sealed class VaultServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _options;
    private ServerProcess _server = null!;

    public VaultServer()
        : this([])
    {
    }

    private VaultServer(string[] options) => _options = options;

    /// <summary>The address of the server.</summary>
    public Uri Address => _server.Address;

    /// <summary>Opens connections, past this machine's proxy.</summary>
    public SocketsHttpHandler Direct { get; } = new() { UseProxy = false, AllowAutoRedirect = false };

    /// <summary>The path of a file.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Starts a server with options of <c>serve</c>.</summary>
    public static async Task<VaultServer> StartAsync(params string[] options)
    {
        var server = new VaultServer(options);
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Data, _options);

    public async ValueTask DisposeAsync()
    {
        Direct.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Creates a client.</summary>
    /// <param name="retries">How often it repeats a request.</param>
    /// <param name="address">The address to connect to, instead of the server's.</param>
    /// <param name="handler">Sends the requests, instead of <see cref="Direct"/>.</param>
    /// <param name="accessKeyId">The key that it names, instead of the server's.</param>
    public AmazonGlacierClient Connect(
        int retries = 0, Uri? address = null, HttpMessageHandler? handler = null, string accessKeyId = CommandLine.AccessKeyId) => new(
        new BasicAWSCredentials(accessKeyId, CommandLine.SecretAccessKey),
        new AmazonGlacierConfig
        {
            ServiceURL = (address ?? Address).ToString(),
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = retries,
            ThrottleRetries = false,
            HttpClientFactory = new Connections(handler ?? Direct),
        });

    /// <summary>Creates a vault.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateVaultAsync(string vault)
    {
        using var glacier = Connect();
        await glacier.CreateVaultAsync(new CreateVaultRequest { VaultName = vault });
        return vault;
    }
}
