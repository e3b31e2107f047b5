using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Benchmarks.Entities;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Benchmarks.Uploads;

/// <summary>Opens uploads through the real engine, and leaves them open.</summary>
internal static class ManyUploads
{
    private const int Callers = 512;
    private const int ProgressEvery = 25_000;

    /// <summary>Opens uploads in the vault of a new data folder.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="count">Number of uploads.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task OpenAsync(string folder, int count, CancellationToken cancellationToken)
    {
        await using var opened = FolderEngine.Open(folder, TimeProvider.System);
        var vault = await EngineVault.CreateAsync(opened.Host, GatewayServer.VaultId, cancellationToken);
        var intake = opened.Engine.Paths.ArchiveIntake;
        var watch = Stopwatch.StartNew();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, count, options, async (i, stop) =>
        {
            var description = Some.Described($"upload number {i}, as a client would describe it");
            await intake.InitiateAsync(vault, Some.Size(1), description, ByteStorage.Gateway, totalBytes: null, createKey: null, stop);
            if ((i + 1) % ProgressEvery == 0)
            {
                Session.Report(string.Create(
                    CultureInfo.InvariantCulture, $"  {i + 1:N0} uploads after {watch.Elapsed.TotalSeconds:N0} s"));
            }
        });
    }
}
