using OrleansUploads.Simulation.PowerCut;

namespace OrleansUploads.Simulation.Tests;

/// <summary>A server that begins a new folder while one flush of the folder's names fails, and a power cut after its first
/// promise.</summary>
[Collection(nameof(RealServers))]
public sealed class NewFolderPowerCutTests
{
    private const string Vault = "records";

    // Until the server is ready, it flushes the folder fewer times.
    private const int MaxFlushes = 12;

    [Theory]
    [Campaign]
    [InlineData((int)Errno.InputOutput)]
    [InlineData((int)Errno.NoSpace, Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "6"])]
    [Promise("operations.md", "EIO, EROFS, any other")]
    public async Task A_server_that_starts_while_a_flush_of_its_folder_fails_keeps_its_promises_or_refuses_to_start(int error)
    {
        Assert.SkipWhen(FuseMount.Obstacle is not null, FuseMount.Obstacle ?? "");
        var refused = 0;
        for (var failing = 1; await StartWithFailureAsync((Errno)error, failing) is { } started; failing++)
        {
            refused += started ? 0 : 1;
            Assert.True(failing < MaxFlushes, "Flushes of the folder do not end.");
        }

        Assert.NotEqual(0, refused);
    }

    /// <summary>Starts a server while one flush of its folder fails, gets a promise from it or from the next one, and cuts the power.</summary>
    /// <param name="error">The error of the flush.</param>
    /// <param name="failing">Which flush fails, from 1.</param>
    /// <returns>Whether the first server started; null if it needed fewer flushes.</returns>
    private static async Task<bool?> StartWithFailureAsync(Errno error, int failing)
    {
        using var disk = new PowerCutDisk(new SeededRandom(1));
        var setup = new ServerSetup(Path.Combine(disk.Path, "data")) { Options = ["--quiet"] };
        var flushes = 0;
        disk.Content.Faults = new DiskFaults(
            error, [DiskOperation.FlushDirectory], 1000, path => path == "/data" && Interlocked.Increment(ref flushes) == failing);

        var (server, _) = await ServerProcess.TryStartAsync(setup);
        disk.Content.Faults = null;
        var started = server is not null;
        await using (server ??= await ServerProcess.StartAsync(setup))
        {
            await server.Connect().CreateVaultAsync(Vault);
            await server.KillAsync();
        }

        disk.CutPower(survival: null);
        await using (var next = await ServerProcess.StartAsync(setup))
        {
            var kept = await next.Connect().ListVaultsAsync().ToListAsync();
            Assert.True(
                kept.Select(vault => vault.Name).Contains(Vault),
                $"The vault is lost. Flush {failing} failed, and the first server {(started ? "started" : "refused to start")}.");
            await next.StopAsync();
        }

        return flushes < failing ? null : started;
    }
}
