using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Benchmarks.Transfers;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Benchmarks.Uploads;

/// <summary>Opens uploads through the real engine, and leaves them open.</summary>
internal static class ManyUploads
{
    private const int Callers = 512;
    private const int ProgressEvery = 25_000;

    private static readonly PartSize OneMebibyte =
        PartSize.TryCreate(Limits.MinPartSizeBytes, out var size)
            ? size
            : throw new InvalidOperationException("The part size is invalid.");

    /// <summary>Opens uploads in the vault of a new data folder.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="count">Number of uploads.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task OpenAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var vault = BenchmarkVault();
        await using var opened = FolderEngine.Open(
            folder, new EngineOptions { Vaults = new VaultLimits { OpenUploads = count } });
        var engine = opened.Engine;
        _ = (await engine.Host.AskAsync(vault.Account.Entity, new CreateVault(vault), cancellationToken)).Answer;
        var watch = Stopwatch.StartNew();
        var next = -1;

        async Task OpenInTurnAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                if (!Description.TryParse($"upload number {i}, as a client would describe it", out var description))
                {
                    throw new InvalidOperationException("The description is invalid.");
                }

                var open = new OpenUpload(vault, engine.Ids.NewUpload(), OneMebibyte, description, UploadOrigin.Multipart);
                _ = (await engine.Host.AskAsync(vault.Entity, open, cancellationToken)).Answer;
                if ((i + 1) % ProgressEvery == 0)
                {
                    Session.Report(string.Create(
                        CultureInfo.InvariantCulture, $"  {i + 1:N0} uploads after {watch.Elapsed.TotalSeconds:N0} s"));
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => OpenInTurnAsync()));
    }

    private static VaultId BenchmarkVault() =>
        AccountId.TryParse(GatewayServer.Account, out var account) && VaultName.TryParse(GatewayServer.Vault, out var name)
            ? new VaultId(account, name)
            : throw new InvalidOperationException("The account or the vault name is invalid.");
}
