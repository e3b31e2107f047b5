using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares the start of the server with a full data folder to its start with a new one.</summary>
internal static class ServerStart
{
    /// <summary>Starts both several times, until their ports answer.</summary>
    public static Task<Medians> CompareAsync(Session session, string what, string folder, CancellationToken cancellationToken)
    {
        var folders = 0;
        var rounds = new Rounds(what, Unit.Milliseconds, session.Pick(9, 3), WarmUps: 1);
        return rounds.AlternateAsync(
            _ => StartAsync(folder),
            _ => StartAsync(session.Subfolder($"new-{folders++}")),
            cancellationToken);

        static async Task<double> StartAsync(string data)
        {
            var watch = Stopwatch.StartNew();
            await using var process = await GatewayServer.StartProcessAsync(data);
            return watch.Elapsed.TotalMilliseconds;
        }
    }
}
