using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Runs clients as their users do: as processes, whose start counts.</summary>
internal static class ClientProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Runs <c>orleans-uploads</c>.</summary>
    /// <returns>The duration.</returns>
    public static Task<TimeSpan> RunOursAsync(
        Session session, GatewayServer server, IEnumerable<string> arguments, CancellationToken cancellationToken) => session.Program is { } program
        ? RunAsync(program, arguments, server, cancellationToken)
        : RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "orleans-uploads.dll"), .. arguments], server, cancellationToken);

    /// <summary>Runs a program with the address and the key of a server.</summary>
    /// <returns>The duration.</returns>
    public static async Task<TimeSpan> RunAsync(
        string program, IEnumerable<string> arguments, GatewayServer server, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var process = CapturedProcess.Start(program, arguments, new Dictionary<string, string?>
        {
            ["AWS_ENDPOINT_URL"] = server.Process.Address.ToString().TrimEnd('/'),
            ["AWS_ACCESS_KEY_ID"] = GatewayServer.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = GatewayServer.Secret,
            ["AWS_DEFAULT_REGION"] = "us-east-1",
        });
        var exitCode = await process.WaitForExitAsync(Patience).WaitAsync(cancellationToken);
        return exitCode == 0 ? watch.Elapsed : throw new InvalidOperationException($"{program} ended with {exitCode}. {process}");
    }

    /// <summary>Writes a file of random bytes.</summary>
    public static async Task<string> WriteFileAsync(Session session, string name, long lengthBytes, int seed, CancellationToken cancellationToken)
    {
        var path = Path.Combine(session.Folder, name);
        var random = new Random(seed);
        var block = new byte[1 << 20];
        await using var file = File.Create(path);
        for (var left = lengthBytes; left > 0; left -= block.Length)
        {
            random.NextBytes(block);
            await file.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, left)), cancellationToken);
        }

        return path;
    }
}
