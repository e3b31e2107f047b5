using System.Net.Sockets;
using Amazon.S3;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A server with a vault, and a folder with files from which commands of our client are run.</summary>
public sealed class Workplace : IAsyncDisposable
{
    public const string Vault = "photos";

    private readonly TemporaryFolder _folder = new();
    private readonly bool _isShared;

    private Workplace(bool isShared) => _isShared = isShared;

    public ServerProcess Server { get; private set; } = null!;

    /// <summary>The server's data folder, if the server is not shared.</summary>
    public string Data => _folder.Data;

    public string AccessKeyId { get; private init; } = CommandLine.AccessKeyId;

    /// <summary>The variables with the server's address and key, and an empty home folder.</summary>
    public Dictionary<string, string?> Environment => new(CommandLine.WithoutOperatorKey)
    {
        ["HOME"] = _folder.Path,
        ["AWS_ENDPOINT_URL"] = Server.Address.ToString(),
        ["AWS_ACCESS_KEY_ID"] = AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
        ["AWS_PROFILE"] = null,
        ["AWS_REGION"] = null,
        ["AWS_DEFAULT_REGION"] = null,
    };

    /// <summary>Opens a new account on the shared server. The test must not stop the server.</summary>
    public static async Task<Workplace> ShareAsync()
    {
        var (server, accessKeyId) = await SharedServer.EnterAsync();
        return await new Workplace(isShared: true) { AccessKeyId = accessKeyId }.BeginAsync(server);
    }

    /// <summary>Starts a server that logs only problems.</summary>
    public static Task<Workplace> OpenAsync(params string[] options) => OpenWithLogAsync(["--quiet", .. options]);

    /// <summary>Starts a server that logs every request.</summary>
    public static async Task<Workplace> OpenWithLogAsync(params string[] options)
    {
        var place = new Workplace(isShared: false);
        return await place.BeginAsync(await ServerProcess.StartAsync(place.Data, options));
    }

    public GlacierClient Connect() => Server.Connect(accessKeyId: AccessKeyId);

    public AmazonS3Client ConnectS3() => Server.ConnectS3(AccessKeyId);

    public string File(string name) => _folder.File(name);

    public string Create(string name, int lengthBytes, int seed = 1)
    {
        System.IO.File.WriteAllBytes(File(name), Archives.Bytes(lengthBytes, seed));
        return File(name);
    }

    public Socket CreateSocket(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(File(name)));
        return socket;
    }

    public Task<CommandResult> RunAsync(params string[] arguments) => CommandLine.RunAsync(arguments, Environment);

    public Task<CommandResult> RunInVaultAsync(params string[] arguments) => RunAsync([.. arguments, "--vault", Vault]);

    public CapturedProcess Start(params string[] arguments) => CommandLine.Start(arguments, Environment);

    /// <summary>Begins the upload of a file as the command does, and sends its first part.</summary>
    /// <returns>The ID of the upload.</returns>
    public async Task<string> BeginUploadAsync(string file, string description, int partBytes)
    {
        using var client = Connect();
        var uploadId = await client.InitiateMultipartUploadAsync(Vault, partBytes, description);
        var first = (await System.IO.File.ReadAllBytesAsync(file)).AsMemory(0, partBytes);
        await client.UploadPartAsync(Vault, uploadId, 0, HashedBody.Of(first));
        return uploadId;
    }

    public async Task CrashServerAsync()
    {
        var crashed = Server;
        Server = await crashed.CrashAsync();
        await crashed.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isShared)
        {
            await Server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<Workplace> BeginAsync(ServerProcess server)
    {
        Server = server;
        using var client = Connect();
        await client.CreateVaultAsync(Vault);
        return this;
    }
}
