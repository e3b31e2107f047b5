using System.CommandLine;
using System.Data.Common;
using Azure;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Checking;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Serving;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Checking;

/// <summary><c>check</c>: compares the decisions of a cluster with its bytes. It only reads, and its silos may be running.</summary>
internal static class ClusterCheckCommand
{
    public static Command Create(string name)
    {
        var check = new CheckArguments();
        var command = new Command(
            name,
            "Compare every acknowledged byte with the decisions, and change nothing. Silos may run. Exit codes: 0 if everything is sound, 1 if "
            + "something is damaged, 2 if the check could not be completed.");
        check.AddTo(command);
        command.Run((commandLine, cancellationToken) =>
            new CheckRun("orleans-uploads-silo", check.Read(commandLine), TimeProvider.System).RunAsync(
                (options, checkAsync, token) => OpenAsync(commandLine, options, checkAsync, token), cancellationToken));
        return command;
    }

    private static async Task OpenAsync(
        ParseResult commandLine, CheckOptions checkOptions, OpenedCheck checkAsync, CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenForReadingAsync(commandLine, cancellationToken);
            await RequireMarkAsync(cluster, cancellationToken);
            var check = new DataCheck(
                cluster.Journal,
                cluster.Parts,
                checkOptions with
                {
                    PartsPlace = cluster.Mark.Place,
                    ReadKeys = () => cluster.Settings.KeysFile is { } keys ? CheckRun.FindDamage(new KeyFile(keys), keys) : null,
                },
                TimeProvider.System);
            await checkAsync(
                check,
                $"the cluster {cluster.Name} ({cluster.Settings.Identity}) with the bytes in {cluster.Mark.Place}",
                $"Checking the cluster {cluster.Name} with the bytes in {cluster.Mark.Place}. Its silos may run at the same time.",
                cancellationToken);
        }
        catch (Exception fault) when (fault is SettingException or DbException or RequestFailedException or OrleansException)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    /// <summary>Requires that the store keeps the bytes of the cluster. With another one, all of them would seem to be lost.</summary>
    /// <exception cref="SettingException">It keeps others; the message names the marks of both.</exception>
    private static async Task RequireMarkAsync(ClusterData cluster, CancellationToken cancellationToken)
    {
        var setting = cluster.Settings.PartsFolder is null ? VariableOf(nameof(SiloSettings.Parts)) : VariableOf(nameof(SiloSettings.PartsFolder));
        if (await ClusterStoreMark.FindAsync(cluster.Rows, cancellationToken) is not { } mark)
        {
            throw new SettingException($"No silo of the cluster {cluster.Name} has ever started, so there is nothing to check. Start a silo first.");
        }

        if (await StoreOwnership.FindMovedAsync(cluster.Mark, cancellationToken) is { } place)
        {
            throw new SettingException($"{setting}: {cluster.Mark.Place} has moved to {place}. Set {VariableOf(nameof(SiloSettings.Parts))} to that store.");
        }

        if (await StoreMarks.FindDifferenceAsync(cluster.Mark, mark, cancellationToken) is { } difference)
        {
            throw new SettingException(
                $"{setting}: {cluster.Mark.Place} does not keep the bytes of the cluster {cluster.Name}: {difference} of the cluster. Correct the "
                + "setting, or mount the folder.");
        }
    }
}
