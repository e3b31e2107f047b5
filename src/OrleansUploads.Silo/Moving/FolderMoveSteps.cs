using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Moving;

namespace OrleansUploads.Silo.Moving;

/// <summary>The steps of the move of a data folder into an empty cluster.</summary>
/// <param name="cluster">The cluster. Its silos do not run.</param>
/// <param name="folder">The data folder.</param>
internal sealed class FolderMoveSteps(ClusterData cluster, string folder)
{
    private readonly MoveReport _report = new(
        $"If 'orleans-uploads check --data {folder}' finds damage, delete or restore what is damaged. Then run the command again.");

    /// <summary>Copies what has changed, and moves the decisions if the move is to finish.</summary>
    /// <exception cref="SettingException">The move is refused, or something is damaged.</exception>
    public async Task RunAsync(bool finishes, CancellationToken cancellationToken)
    {
        await cluster.RequireStoppedAsync(cancellationToken);
        var bytesStay = await RequireParts(cancellationToken);
        using var move = FolderMove.Open(folder, cluster.Parts, cluster.Decisions, bytesStay, _report.WriteProgress);
        await BeginAsync(move.Id, bytesStay, cancellationToken);
        Console.WriteLine($"{folder} moves to the cluster {cluster.Name}.");
        await _report.StepAsync("Copied", move.CopyAsync, cancellationToken);
        await _report.StepAsync("Compared", move.VerifyAsync, cancellationToken);
        if (!finishes)
        {
            Console.WriteLine(
                $"The copy is complete, except for what changes from now on. Stop writing clients if you can, and run 'move finish {folder}'.");
            return;
        }

        var lastStep = Stopwatch.StartNew();
        move.Freeze(cluster.Name);
        Console.WriteLine($"{folder} takes no changes any more. {(move.IsOnline ? "Its server still answers reads." : "")}".TrimEnd());
        await _report.StepAsync("Copied", move.CopyAsync, cancellationToken);
        await _report.StepAsync("Compared", move.VerifyAsync, cancellationToken);
        await FinishAsync(move.Id, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The move is finished, {lastStep.Elapsed.TotalSeconds:F1} seconds after the last step began. Start the silos, and send clients to them."));
    }

    /// <summary>Whether the bytes of the folder are in the cluster's store already.</summary>
    private async Task<bool> RequireParts(CancellationToken cancellationToken)
    {
        if (FolderMark.Find(folder) is not { } mark)
        {
            return false;
        }

        var other = await cluster.Mark.FindMarkAsync(cancellationToken);
        return other is not null && other.AsSpan().SequenceEqual(mark)
            ? true
            : throw new SettingException(
                $"The bytes of {folder} are in an object store, and {cluster.Mark.Place} is another place. Set "
                + $"{KnownSettings.PartsVariable} to the store that the old server names with --parts.");
    }

    /// <summary>Begins a move into the cluster, or continues it. From now on its silos refuse to start.</summary>
    /// <param name="move">The ID of the move.</param>
    /// <param name="bytesStay">Whether the bytes of the folder are in the cluster's store already.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SettingException">The cluster is not empty, or another folder moves into it.</exception>
    private async Task BeginAsync(string move, bool bytesStay, CancellationToken cancellationToken)
    {
        if (await ClusterMove.FindAsync(cluster.Storage, cancellationToken) is { } other)
        {
            if (other != move)
            {
                throw new SettingException(
                    $"Another folder moves into the cluster {cluster.Name} already, or the file {FolderMove.ProgressFileName} of this one was "
                    + "deleted. Use an empty cluster.");
            }

            return;
        }

        if (await ClusterStoreMark.FindAsync(cluster.Storage, cancellationToken) is not null
            || (!bytesStay && await cluster.Mark.HasBytesAsync(cancellationToken)))
        {
            throw new SettingException(
                $"The cluster {cluster.Name} is not empty: its silos have run, or {cluster.Mark.Place} contains bytes. Move into "
                + "an empty database and an empty store.");
        }

        await cluster.BeginMoveAsync(move, cancellationToken);
    }

    /// <summary>Ends the move. From now on the silos of the cluster may start.</summary>
    private async Task FinishAsync(string move, CancellationToken cancellationToken)
    {
        await cluster.RequireStoppedAsync(cancellationToken);
        await ClusterStoreMark.MakeAsync(cluster.Storage, cluster.Mark, cancellationToken);

        // If the bytes stay where they are, the old server deletes nothing of them any more.
        await cluster.TakeStoreAsync(cancellationToken);
        await ClusterMove.EndAsync(cluster.Storage, move, cancellationToken);
    }
}
