using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>A server with a limit on open files and with two accounts. Disposing the object ends the process.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    public const string HostileVault = "hostile";
    public const string GoodVault = "good";

    private readonly ServerProcess _process;

    private HostileServer(ServerProcess process, string keyId, string secret)
    {
        _process = process;
        HostileKeyId = keyId;
        HostileSecret = secret;
    }

    public Uri Address => _process.Address;

    public IPEndPoint EndPoint => _process.EndPoint;

    public string HostileKeyId { get; }

    public string HostileSecret { get; }

    public bool HasEnded => _process.HasExited;

    public int OpenDescriptors => Directory.GetFiles($"/proc/{_process.Process.Id}/fd").Length;

    public double PeakMebibytes => _process.PeakMebibytes;

    public static async Task<HostileServer> StartAsync(HostilePlan plan, string folder)
    {
        var added = (await CommandLine.RunAsync("keys", "add", "--create", "--account", "222233334444", "--data", folder)).Expect();
        var setup = new ServerSetup(folder)
        {
            Options = ["--quiet"],
            Through = ["prlimit", $"--nofile={plan.DescriptorLimit}:{plan.DescriptorLimit}"],
        };
        var process = await ServerProcess.StartAsync(plan.Weakness is { } weakness
            ? setup with { Program = [typeof(HostileServer).Assembly.Location, "simulate", "--serve-weakly", weakness] }
            : setup);
        var server = new HostileServer(process, added.Value("AWS_ACCESS_KEY_ID"), added.Value("AWS_SECRET_ACCESS_KEY"));
        using var good = server.Connect(CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        using var hostile = server.Connect(server.HostileKeyId, server.HostileSecret);
        await good.CreateVaultAsync(GoodVault);
        await hostile.CreateVaultAsync(HostileVault);
        return server;
    }

    /// <summary>A client with its own connections. Reused connections would hide that the server accepts no new ones.</summary>
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
