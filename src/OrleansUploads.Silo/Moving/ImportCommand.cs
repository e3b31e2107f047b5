using System.CommandLine;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Azure;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway;
using OrleansUploads.Serving;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Moving;

/// <summary><c>import FOLDER</c>: takes the decisions of a data folder into the empty cluster of the settings, whose store
/// has the bytes already. Neither the server of the folder nor a silo runs.</summary>
/// <param name="deep">Whether every byte is read in the store of the cluster.</param>
internal sealed class ImportCommand(string folder, bool deep, ParseResult commandLine)
{
    private const int ShownFaults = 20;

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The data folder. Its server has stopped." };
        folder.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("Name the data folder: 'import FOLDER'.");
            }
        });
        var deep = new Option<bool>("--deep") { Description = "Read every byte in the store of the cluster." };
        var command = new Command(
            "import", "Take a data folder into the empty cluster, after 'orleans-uploads parts copy FOLDER TARGET' and when its server has stopped.")
        {
            folder, deep,
        };
        command.Run((commandLine, cancellationToken) => new ImportCommand(
            commandLine.GetRequiredValue(folder), commandLine.GetValue(deep), commandLine).RunAsync(cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenAsync(commandLine, cancellationToken);
            await cluster.RequireStoppedAsync(cancellationToken);
            using var import = FolderImport.Open(folder, cluster.Parts, cluster.Decisions);
            await ImportAsync(cluster, import, cancellationToken);
            return 0;
        }
        catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new InterruptedException("The import was interrupted. Run the command again to continue.", fault);
        }
        catch (Exception fault) when (fault is IOException or JournalDamagedException or JournalUnavailableException
            or PartStoreUnavailableException or PartStoreFullException or NotSupportedException or UnauthorizedAccessException
            or DbException or RequestFailedException or OrleansException)
        {
            throw new SettingException($"The import stopped: {fault.Message} Run the command again to continue.", fault);
        }
    }

    private async Task ImportAsync(ClusterData cluster, FolderImport import, CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        var begun = await ClusterImport.FindAsync(cluster.Rows, cancellationToken);
        if (begun is not null && begun.Id != import.Id)
        {
            throw new SettingException(
                $"Another folder was imported into the cluster {cluster.Name}, or this one was used again in between. Use an empty database.");
        }

        if (begun is { HasEnded: true })
        {
            Console.WriteLine($"{folder} was imported into the cluster {cluster.Name} before. Start the silos.");
            return;
        }

        await RequireStoreAsync(cluster, begun, cancellationToken);
        Console.WriteLine($"Importing {folder} into the cluster {cluster.Name} with the bytes in {cluster.Mark.Place}.");
        await RunAsync("Found", import, token => import.FindFaultsAsync(deep, token), cancellationToken);

        var id = import.Mark(cluster.Name);
        await new ClusterImport(id, HasEnded: false).WriteAsync(cluster.Rows, cancellationToken);

        // A silo that became active in the meantime may not have seen the import. One that is still joining sees it.
        await cluster.RequireStoppedAsync(cancellationToken);
        Console.WriteLine($"Servers now refuse to start on {folder}.");
        await RunAsync("Imported", import, token => import.ImportAsync(continues: begun is not null, token), cancellationToken);
        await RunAsync("Compared", import, import.CompareAsync, cancellationToken);
        await ClusterStoreMark.MakeAsync(cluster.Rows, cluster.Mark, NewMark(id), cancellationToken);

        // If the old server had the store, it no longer deletes anything in it.
        await cluster.TakeStoreAsync(cancellationToken);
        await new ClusterImport(id, HasEnded: true).WriteAsync(cluster.Rows, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The import has ended after {time.Elapsed.TotalSeconds:F1} s. Start the silos, and send clients to them."));
    }

    private static byte[] NewMark(string id) => Convert.FromHexString(id);

    /// <summary>Requires that the cluster is empty, and that its store has the bytes of the folder and belongs to no other cluster.</summary>
    /// <exception cref="SettingException">A condition is not met; the message says which.</exception>
    private async Task RequireStoreAsync(ClusterData cluster, ClusterImport? begun, CancellationToken cancellationToken)
    {
        if (begun is null && await ClusterStoreMark.FindAsync(cluster.Rows, cancellationToken) is not null)
        {
            throw new SettingException($"The cluster {cluster.Name} is not empty: its silos have run. Import into an empty database.");
        }

        var mark = await cluster.Mark.FindMarkAsync(cancellationToken);
        if (FolderMark.Find(folder) is { } own)
        {
            if (!mark.AsSpan().SequenceEqual(own))
            {
                throw new SettingException(
                    $"The bytes of {folder} are in an object store, and {cluster.Mark.Place} is another place. Set "
                    + $"{VariableOf(nameof(SiloSettings.Parts))} to the store that the old server names with --parts.");
            }
        }
        else if (mark is not null && (begun is null || !mark.AsSpan().SequenceEqual(NewMark(begun.Id))))
        {
            throw new SettingException(
                $"{cluster.Mark.Place} belongs to another cluster or data folder. Name the place to which the bytes of {folder} were copied.");
        }
    }

    /// <summary>Runs a step, and prints its result and from time to time its progress.</summary>
    /// <exception cref="SettingException">The step found damage.</exception>
    private async Task RunAsync(
        string done, FolderImport import, Func<CancellationToken, Task<MoveTally>> step, CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        var tally = await step(cancellationToken).ReportProgressAsync(() => Console.WriteLine($"... {Describe(import.Tally)}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} {Describe(tally)} in {time.Elapsed.TotalSeconds:F1} s."));
        if (tally.FaultCount == 0)
        {
            return;
        }

        foreach (var fault in tally.Faults.Take(ShownFaults))
        {
            await Console.Error.WriteLineAsync(fault);
        }

        throw new SettingException(
            $"{Quantity.Format(tally.FaultCount, "fault")} found; the first are listed above. If parts are missing, copy them again: 'orleans-uploads "
            + $"parts copy {folder} TARGET'. If 'orleans-uploads check --data {folder}' finds the same, delete or restore what is damaged first.");
    }

    private static string Describe(MoveTally tally)
    {
        var parts = tally.AttemptCount == 0 ? "" : $" with {Quantity.Format(tally.AttemptCount, "part")} of {ByteCount.Format(tally.ByteCount)}";
        return $"{Quantity.Format(tally.HistoryCount, "history", "histories")}, {Quantity.Format(tally.ArchiveCount, "archive")} and "
            + Quantity.Format(tally.ObjectCount, "object") + parts;
    }
}
