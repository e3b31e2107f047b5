using System.Net.Sockets;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A server with a vault, and a folder with files from which commands of our client are run.</summary>
public sealed class Workplace : IAsyncDisposable
{
    /// <summary>The name of the vault.</summary>
    public const string Vault = "photos";

    private readonly TemporaryFolder _folder = new();

    private Workplace()
    {
    }

    public ServerProcess Server { get; private set; } = null!;

    public string Data => _folder.Data;

    /// <summary>The variables with the server's address and key, and an empty home folder.</summary>
    public Dictionary<string, string?> Environment => new(CommandLine.WithoutOperatorKey)
    {
        ["HOME"] = _folder.Path,
        ["AWS_ENDPOINT_URL"] = Server.Address.ToString(),
        ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
        ["AWS_PROFILE"] = null,
        ["AWS_REGION"] = null,
        ["AWS_DEFAULT_REGION"] = null,
    };

    /// <summary>Starts a server that logs only problems.</summary>
    public static Task<Workplace> OpenAsync(params string[] options) => OpenWithLogAsync(["--quiet", .. options]);

    /// <summary>Starts a server that logs every request.</summary>
    public static async Task<Workplace> OpenWithLogAsync(params string[] options)
    {
        var place = new Workplace();
        place.Server = await ServerProcess.StartAsync(place.Data, options);
        using var client = place.Server.Connect();
        await client.CreateVaultAsync(Vault);
        return place;
    }

    /// <summary>The path of a file.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Creates a file.</summary>
    /// <returns>Its path.</returns>
    public string Create(string name, int lengthBytes, int seed = 1)
    {
        System.IO.File.WriteAllBytes(File(name), Archives.Bytes(lengthBytes, seed));
        return File(name);
    }

    /// <summary>Creates a socket in the folder.</summary>
    public Socket CreateSocket(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(File(name)));
        return socket;
    }

    /// <summary>Runs a command.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => CommandLine.RunAsync(arguments, Environment);

    /// <summary>Runs a command with <c>--vault</c>.</summary>
    public Task<CommandResult> RunInVaultAsync(params string[] arguments) => RunAsync([.. arguments, "--vault", Vault]);

    /// <summary>Starts a command.</summary>
    public CapturedProcess Start(params string[] arguments) => CommandLine.Start(arguments, Environment);

    /// <summary>Kills the server and starts another on the same folder and port.</summary>
    public async Task CrashServerAsync()
    {
        var crashed = Server;
        Server = await crashed.CrashAsync();
        await crashed.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
