using System.Globalization;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>A server with a limit on open files and with two accounts. Disposing the object ends the process.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    public const string HostileVault = "hostile";
    public const string GoodVault = "good";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly CapturedProcess _process;

    private HostileServer(CapturedProcess process, Uri address, string keyId, string secret)
    {
        _process = process;
        Address = address;
        HostileKeyId = keyId;
        HostileSecret = secret;
    }

    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Address.Port);

    /// <summary>The key of the account that attacks.</summary>
    public string HostileKeyId { get; }

    public string HostileSecret { get; }

    public bool HasEnded => _process.HasExited;

    public int OpenDescriptors => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    public double PeakMebibytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status")
                .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
        }
    }

    public static async Task<HostileServer> StartAsync(HostilePlan plan, string folder)
    {
        var added = (await CommandLine.RunAsync("keys", "add", "--create", "--account", "222233334444", "--data", folder)).Expect();
        string[] program = plan.Weakness is { } weakness
            ? [typeof(HostileServer).Assembly.Location, "simulate", "--serve-weakly", weakness]
            : [CommandLine.Program, "serve"];
        var process = CapturedProcess.Start(
            "prlimit",
            [
                $"--nofile={plan.DescriptorLimit}:{plan.DescriptorLimit}", CommandLine.Dotnet, .. program,
                "--data", folder, "--listen", "127.0.0.1:0", "--quiet",
            ],
            CommandLine.WithOperatorKey);
        if (await process.WaitForLineAsync("Ready on ", StartPatience) is not { } ready)
        {
            throw new InvalidOperationException($"The server did not become ready. {process}");
        }

        var server = new HostileServer(
            process,
            new Uri(ready["Ready on ".Length..]),
            added.Value("AWS_ACCESS_KEY_ID"),
            added.Value("AWS_SECRET_ACCESS_KEY"));
        using var good = server.Connect(CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        using var hostile = server.Connect(server.HostileKeyId, server.HostileSecret);
        await good.CreateVaultAsync(GoodVault);
        await hostile.CreateVaultAsync(HostileVault);
        return server;
    }

    /// <summary>A client with its own connections.</summary>
    public GlacierClient Connect(string keyId, string secret) => new(new GlacierClientOptions
    {
        Endpoint = Address,
        Region = "us-east-1",
        AccessKeyId = keyId,
        SecretAccessKey = secret,
    });

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    public override string ToString() => _process.ToString();
}
