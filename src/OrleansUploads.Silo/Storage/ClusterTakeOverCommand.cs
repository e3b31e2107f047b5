using System.CommandLine;
using System.Data.Common;
using Azure;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Storage;

/// <summary>Gives the part store to the cluster of the settings, after a restore: <c>take-over</c>. Its silos do not run, and those of the
/// former cluster never run again.</summary>
internal static class ClusterTakeOverCommand
{
    public static Command Create()
    {
        var command = new Command(
            "take-over", "Give the bytes to the stopped cluster, which replaces the one that used them, after a restore.");
        command.Run(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult commandLine, CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenAsync(commandLine, cancellationToken);
            await cluster.RequireStoppedAsync(cancellationToken);
            await cluster.TakeStoreAsync(cancellationToken);
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
