using System.Data.Common;
using Azure;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Storage;

/// <summary>Gives the part store to the cluster of the settings, after a restore: <c>take-over</c>. Its silos do not run, and those of the
/// former cluster never run again.</summary>
internal sealed class TakeOverCommand(string[] settings) : SiloCommand(settings)
{
    /// <inheritdoc cref="SiloCommand.Parse"/>
    public static new TakeOverCommand? Parse(string[] arguments) =>
        arguments is ["take-over", .. var settings] ? new TakeOverCommand(settings) : null;

    public override async Task<int> RunAsync()
    {
        try
        {
            await using var cluster = await ClusterData.OpenAsync(Settings, RequireCluster, CancellationToken.None);
            await cluster.RequireStoppedAsync(CancellationToken.None);
            await cluster.TakeStoreAsync(CancellationToken.None);
            Console.WriteLine($"{cluster.Mark.Place} is used by the cluster {cluster.Name} now. Start its silos.");
            return 0;
        }
        catch (Exception fault) when (fault is IOException or PartStoreUnavailableException or DbException or RequestFailedException
            or OrleansException)
        {
            throw new SettingException($"The command failed: {fault.Message} Run it again.", fault);
        }
    }
}
