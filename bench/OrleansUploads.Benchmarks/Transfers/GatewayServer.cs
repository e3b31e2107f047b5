using OrleansUploads.Benchmarks.Stores;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Signing;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>The real server, <c>orleans-uploads serve</c>, with one vault, and its operations.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private const string Assembly = "orleans-uploads.dll";
    private const string Region = "us-east-1";
    public const string AccessKeyId = "OUBENCHMARKSBENCHMAR";
    public const string Secret = "only-for-benchmarks-only-for-benchmarks-";

    /// <summary>The account that owns the vault.</summary>
    public const string Account = "000000000001";

    /// <summary>The vault's name.</summary>
    public const string Vault = "benchmarks";

    /// <summary>The vault as the engine knows it.</summary>
    public static VaultId VaultId { get; } = Some.VaultNamed(Some.AccountNumbered(Account), Vault);

    private readonly ServerProcess _process;
    private readonly GlacierClient _client;
    private readonly SignedRequests _requests;
    private readonly SignedRequests _objectRequests;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private GatewayServer(ServerProcess process)
    {
        _process = process;
        _requests = new SignedRequests(process.Address, new RequestSigner(SigningRules.Glacier, Region, AccessKeyId, Secret));
        _objectRequests = new SignedRequests(process.Address, new RequestSigner(SigningRules.S3, Region, AccessKeyId, Secret));
        _client = new GlacierClient(new GlacierClientOptions
        {
            Endpoint = process.Address,
            Region = Region,
            AccessKeyId = AccessKeyId,
            SecretAccessKey = Secret,
        });
    }

    public ServerProcess Process => _process;

    public static async Task<GatewayServer> StartAsync(
        string folder, CancellationToken cancellationToken, bool createsVault = true, params string[] options)
    {
        var server = new GatewayServer(await StartProcessAsync(folder, options));
        if (createsVault)
        {
            await server.VaultNamed(Vault).CreateAsync(cancellationToken);
        }

        return server;
    }

    /// <summary>Starts a server whose bytes are in a store.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <param name="through">The address to reach the store at, or null for its own.</param>
    /// <param name="createsVault">Whether to create the vault.</param>
    public static async Task<GatewayServer> StartOverAsync(
        string folder, StoreServer store, CancellationToken cancellationToken, Uri? through = null, bool createsVault = true)
    {
        var server = new GatewayServer(await StartProcessAsync(
            folder,
            new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = store.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = store.Secret },
            "--parts", store.Parts, "--parts-endpoint", (through ?? store.Endpoint).ToString()));
        if (createsVault)
        {
            await server.VaultNamed(Vault).CreateAsync(cancellationToken);
        }

        return server;
    }

    /// <summary>Starts only the server process, and waits until it is ready.</summary>
    public static Task<ServerProcess> StartProcessAsync(string folder, params string[] options) =>
        StartProcessAsync(folder, new Dictionary<string, string?>(), options);

    private static Task<ServerProcess> StartProcessAsync(
        string folder, IReadOnlyDictionary<string, string?> environment, params string[] options) =>
        ServerProcess.StartAsync(new ServerSetup(folder)
        {
            Program = [Path.Combine(AppContext.BaseDirectory, Assembly), "serve", "--account", Account],
            Options = ["--quiet", .. options],
            Environment = new Dictionary<string, string?>(environment)
            {
                ["ORLEANSUPLOADS_ACCESS_KEY_ID"] = AccessKeyId,
                ["ORLEANSUPLOADS_SECRET_ACCESS_KEY"] = Secret,
            },
        });

    /// <summary>Returns a vault by its name.</summary>
    public GatewayVault VaultNamed(string name) => new(_client, name);

    /// <summary>Returns a bucket by its name.</summary>
    public GatewayBucket BucketNamed(string name) => new(_http, _objectRequests, name);

    /// <summary>Initiates an upload.</summary>
    public Task<string> BeginAsync(CancellationToken cancellationToken, int partBytes = ArchiveParts.DefaultPartBytes) =>
        _client.InitiateMultipartUploadAsync(Vault, partBytes, cancellationToken: cancellationToken);

    /// <summary>Creates the signed requests that send an archive's parts to an upload.</summary>
    public HttpRequestMessage[] PartRequests(ArchiveParts parts, string upload)
    {
        var requests = new HttpRequestMessage[parts.Bodies.Length];
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = PartRequest(upload, (long)i * parts.PartBytes, parts.Bodies[i], parts.Hashes[i]);
        }

        return requests;
    }

    /// <summary>Creates the signed request that sends a part.</summary>
    public HttpRequestMessage PartRequest(string upload, long firstByte, byte[] body, PartHashes hashes)
    {
        var content = new ByteArrayContent(body);
        var range = $"bytes {firstByte}-{firstByte + body.Length - 1}/*";
        content.Headers.TryAddWithoutValidation("Content-Range", range);
        return Sign(
            HttpMethod.Put,
            $"/-/vaults/{Vault}/multipart-uploads/{upload}",
            hashes.Linear!.Value.ToString(),
            content,
            ("content-range", range),
            ("x-amz-sha256-tree-hash", hashes.Tree.ToString()));
    }

    /// <summary>Creates the signed request that stores an archive.</summary>
    public HttpRequestMessage ArchiveRequest(byte[] body)
    {
        using var hasher = new PartHasher();
        hasher.Append(body);
        var hashes = hasher.Finish();
        return Sign(
            HttpMethod.Post,
            $"/-/vaults/{Vault}/archives",
            hashes.Linear!.Value.ToString(),
            new ByteArrayContent(body),
            ("x-amz-sha256-tree-hash", hashes.Tree.ToString()));
    }

    /// <summary>Completes an upload, which succeeds only if every byte arrived.</summary>
    /// <returns>The archive's ID.</returns>
    public Task<string> CompleteAsync(ArchiveParts parts, string upload, CancellationToken cancellationToken) =>
        CompleteAsync(upload, parts.SizeBytes, parts.TreeHash, cancellationToken);

    /// <inheritdoc cref="CompleteAsync(ArchiveParts, string, CancellationToken)"/>
    public async Task<string> CompleteAsync(string upload, long sizeBytes, TreeHash treeHash, CancellationToken cancellationToken) =>
        (await _client.CompleteMultipartUploadAsync(Vault, upload, sizeBytes, treeHash, cancellationToken)).ArchiveId;

    /// <summary>Reads the first page of the list of an upload's parts.</summary>
    public async Task ReadPartsAsync(string upload, CancellationToken cancellationToken) =>
        await _client.ListPartsAsync(Vault, upload, cancellationToken).FirstAsync(cancellationToken);

    /// <summary>Starts the retrieval of an archive.</summary>
    /// <returns>The job's ID.</returns>
    public Task<string> RetrieveAsync(string archive, CancellationToken cancellationToken) =>
        _client.InitiateArchiveRetrievalAsync(Vault, archive, cancellationToken: cancellationToken);

    /// <summary>Creates the signed request that reads the output of a job.</summary>
    public HttpRequestMessage OutputRequest(string job, string vault = Vault) =>
        Sign(HttpMethod.Get, $"/-/vaults/{vault}/jobs/{job}/output", SigningRequest.EmptyPayloadHash, content: null);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _client.Dispose();
        await _process.DisposeAsync();
    }

    private HttpRequestMessage Sign(
        HttpMethod method,
        string path,
        string payloadHash,
        HttpContent? content,
        params (string Name, string Value)[] others) =>
        _requests.Create(method, path, payloadHash, content, [("x-amz-glacier-version", "2012-06-01"), .. others]);
}
