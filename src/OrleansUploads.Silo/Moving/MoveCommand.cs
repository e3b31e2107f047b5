using System.Data.Common;
using Azure;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Moving;

/// <summary>Moves a data folder into the cluster of the settings, or the bytes of this cluster from its shared folder into the store of the
/// settings: <c>move copy FOLDER</c> while clients go on, then <c>move finish FOLDER</c>.</summary>
/// <param name="finishes">Whether the move is finished, or only prepared.</param>
/// <param name="folder">The data folder, or the shared folder.</param>
/// <param name="settings">The arguments behind the command.</param>
internal sealed class MoveCommand(bool finishes, string folder, string[] settings) : SiloCommand(settings)
{
    /// <inheritdoc cref="SiloCommand.Parse"/>
    public static new MoveCommand? Parse(string[] arguments) => arguments switch
    {
        ["move", "copy", { Length: > 0 } folder, .. var settings] when folder[0] != '-' => new(finishes: false, folder, settings),
        ["move", "finish", { Length: > 0 } folder, .. var settings] when folder[0] != '-' => new(finishes: true, folder, settings),
        ["move", ..] => throw new SettingException(
            $"Unknown command '{string.Join(' ', arguments)}'. Valid commands: 'move copy FOLDER', 'move finish FOLDER'."),
        _ => null,
    };

    public override Task<int> RunAsync() => RunInterruptiblyAsync(RunAsync);

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MoveAsync(cancellationToken);
            return 0;
        }
        catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new SettingException("The move was interrupted. Run the command again to continue.", fault);
        }
        catch (Exception fault) when (fault is IOException or JournalDamagedException or JournalUnavailableException
            or PartStoreUnavailableException or PartStoreFullException or NotSupportedException or UnauthorizedAccessException
            or DbException or RequestFailedException or OrleansException)
        {
            throw new SettingException($"The move stopped: {fault.Message} Run the command again to continue.", fault);
        }
    }

    private async Task MoveAsync(CancellationToken cancellationToken)
    {
        await using var cluster = await ClusterData.OpenAsync(Settings, RequireCluster, cancellationToken);
        await (BytesMoveSteps.IsSharedFolder(folder)
            ? new BytesMoveSteps(cluster, folder).RunAsync(finishes, cancellationToken)
            : new FolderMoveSteps(cluster, folder).RunAsync(finishes, cancellationToken));
    }
}
