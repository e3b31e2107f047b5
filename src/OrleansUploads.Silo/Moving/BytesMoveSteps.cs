using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Moving;

namespace OrleansUploads.Silo.Moving;

/// <summary>The steps of the move of a cluster's bytes from its shared folder into another store. The new store is marked with the ID of
/// the move. When the grain storage has this mark too, the move is finished.</summary>
/// <param name="cluster">The cluster, with its new store.</param>
/// <param name="folder">The shared folder.</param>
internal sealed class BytesMoveSteps(ClusterData cluster, string folder)
{
    private readonly MoveReport _report = new("Restore what is damaged, or delete it while the silos run. Then run the command again.");

    /// <summary>Whether a folder is the shared folder of a cluster, and not the data folder of one process.</summary>
    public static bool IsSharedFolder(string folder) =>
        (FolderMark.Find(folder) is not null || MovedMark.Find(folder) is not null) && !DataFolder.Exists(folder);

    /// <summary>Copies what has changed, and gives the cluster its new store if the move is to finish.</summary>
    /// <exception cref="SettingException">The move is refused, or something is damaged.</exception>
    public async Task RunAsync(bool finishes, CancellationToken cancellationToken)
    {
        using var move = BytesMove.Open(folder, cluster.Parts, cluster.Decisions.ReadHistoryAsync, _report.WriteProgress);
        var mark = Convert.FromHexString(move.Id);
        if (await IsStoreOfClusterAsync(mark, cancellationToken))
        {
            // The last command was killed before it had ended the move.
            await ClusterMove.EndAsync(cluster.Storage, move.Id, cancellationToken);
            await FinishAsync();
            return;
        }

        await RequireFolderAsync(cancellationToken);
        await MarkStoreAsync(mark, cancellationToken);
        Console.WriteLine($"The bytes of {folder} move to {cluster.Mark.Place}.");
        if (!finishes)
        {
            await _report.StepAsync("Copied and compared", move.CopyAsync, cancellationToken);
            Console.WriteLine(
                $"The copy is complete, except for what changes from now on. Stop all silos and gateways when you like, and run 'move finish {folder}'.");
            return;
        }

        await RequireNoOtherAsync(move.Id, cancellationToken);
        try
        {
            await cluster.BeginMoveAsync(move.Id, cancellationToken);
            Console.WriteLine($"No silo of the cluster {cluster.Name} starts before this command has ended.");
            await _report.StepAsync("Copied and compared", move.CopyAsync, cancellationToken);
            await cluster.RequireStoppedAsync(cancellationToken);
            await ClusterStoreMark.MakeAsync(cluster.Storage, cluster.Mark, cancellationToken);
        }
        finally
        {
            // Silos may start again, with the old store or with the new one.
            await ClusterMove.EndAsync(cluster.Storage, move.Id, CancellationToken.None);
        }

        await FinishAsync();

        async Task FinishAsync()
        {
            await move.LeaveAsync(cluster.Mark.Place, cancellationToken);
            Console.WriteLine(
                $"The move is finished. The bytes of the cluster {cluster.Name} are in {cluster.Mark.Place}. Start silos and gateways with "
                + $"{KnownSettings.PartsVariable} instead of {KnownSettings.PartsFolder.Variable}.");
        }
    }

    /// <exception cref="SettingException">The folder is not the store of the cluster.</exception>
    private async Task RequireFolderAsync(CancellationToken cancellationToken)
    {
        if (FolderMark.Find(folder) is not { } mark || !await IsStoreOfClusterAsync(mark, cancellationToken))
        {
            throw new SettingException(
                $"{folder} is not the folder of the cluster {cluster.Name}, which the settings name: they have different marks. Use the settings of "
                + $"this cluster's silos, with {KnownSettings.PartsVariable} for the new store.");
        }
    }

    private async Task<bool> IsStoreOfClusterAsync(byte[] mark, CancellationToken cancellationToken) =>
        (await ClusterStoreMark.FindAsync(cluster.Storage, cancellationToken)).AsSpan().SequenceEqual(mark);

    /// <exception cref="SettingException">The new store is in use.</exception>
    private async Task MarkStoreAsync(byte[] mark, CancellationToken cancellationToken)
    {
        var found = await cluster.Mark.FindMarkAsync(cancellationToken);
        if (found is null && !await cluster.Mark.HasBytesAsync(cancellationToken))
        {
            found = await cluster.Mark.FindOrMakeMarkAsync(mark, cancellationToken);
        }

        if (!found.AsSpan().SequenceEqual(mark))
        {
            throw new SettingException(
                $"{cluster.Mark.Place} is not empty, and this move did not fill it, or the file {FolderMove.ProgressFileName} in {folder} was "
                + $"deleted. Set {KnownSettings.PartsVariable} to an empty store.");
        }
    }

    /// <exception cref="SettingException">A silo is running, or another folder moves into the cluster.</exception>
    private async Task RequireNoOtherAsync(string move, CancellationToken cancellationToken)
    {
        await cluster.RequireStoppedAsync(cancellationToken);
        if (await ClusterMove.FindAsync(cluster.Storage, cancellationToken) is { } other && other != move)
        {
            throw new SettingException($"Another folder moves into the cluster {cluster.Name} already. Finish that move first.");
        }
    }
}
