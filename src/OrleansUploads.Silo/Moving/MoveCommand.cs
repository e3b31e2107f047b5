using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Moving;

/// <summary>Moves a data folder into the cluster of the settings: <c>move copy FOLDER</c> while the old server runs, then
/// <c>move finish FOLDER</c>. No silo runs meanwhile.</summary>
/// <param name="finishes">Whether the move is finished, or only prepared.</param>
/// <param name="folder">The data folder.</param>
/// <param name="settings">The arguments behind the command.</param>
internal sealed class MoveCommand(bool finishes, string folder, string[] settings) : SiloCommand(settings)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private const int ShownFaults = 20;

    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();

    /// <inheritdoc cref="SiloCommand.Parse"/>
    public static new MoveCommand? Parse(string[] arguments) => arguments switch
    {
        ["move", "copy", { Length: > 0 } folder, .. var settings] when folder[0] != '-' => new(finishes: false, folder, settings),
        ["move", "finish", { Length: > 0 } folder, .. var settings] when folder[0] != '-' => new(finishes: true, folder, settings),
        ["move", ..] => throw new SettingException(
            $"Unknown command '{string.Join(' ', arguments)}'. Valid commands: 'move copy FOLDER', 'move finish FOLDER'."),
        _ => null,
    };

    /// <inheritdoc/>
    public override async Task<int> RunAsync()
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = StopOn(PosixSignal.SIGINT, stopping);
        using var terminate = StopOn(PosixSignal.SIGTERM, stopping);
        try
        {
            return await RunAsync(stopping.Token);
        }
        catch (OperationCanceledException fault) when (stopping.IsCancellationRequested)
        {
            throw new SettingException("The move was interrupted. Run the command again to continue.", fault);
        }
        catch (Exception fault) when (fault is IOException or JournalDamagedException or JournalUnavailableException
            or PartStoreUnavailableException or NotSupportedException or UnauthorizedAccessException)
        {
            throw new SettingException($"The move stopped: {fault.Message} Run the command again to continue.", fault);
        }
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var cluster = await StoppedCluster.OpenAsync(Settings, RequireCluster, cancellationToken);
        var bytesStay = await RequireParts(cluster, cancellationToken);
        using var move = FolderMove.Open(folder, cluster.Parts, cluster.Target, bytesStay, WriteProgress);
        await cluster.BeginAsync(move.Id, bytesStay, cancellationToken);
        Console.WriteLine($"{folder} moves to the cluster {cluster.Name}.");
        await StepAsync("Copied", move.CopyAsync, cancellationToken);
        await StepAsync("Compared", move.VerifyAsync, cancellationToken);
        if (!finishes)
        {
            Console.WriteLine(
                $"The copy is complete, except for what changes from now on. Stop writing clients if you can, and run 'move finish {folder}'.");
            return 0;
        }

        var lastStep = Stopwatch.StartNew();
        move.Freeze(cluster.Name);
        Console.WriteLine($"{folder} takes no changes any more. {(move.IsOnline ? "Its server still answers reads." : "")}".TrimEnd());
        await StepAsync("Copied", move.CopyAsync, cancellationToken);
        await StepAsync("Compared", move.VerifyAsync, cancellationToken);
        await cluster.FinishAsync(cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"The move is finished, {lastStep.Elapsed.TotalSeconds:F1} seconds after the last step began. Start the silos, and send clients to them."));
        return 0;
    }

    /// <summary>Whether the bytes of the folder are in the cluster's store already.</summary>
    private async Task<bool> RequireParts(StoppedCluster cluster, CancellationToken cancellationToken)
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

    private async Task StepAsync(
        string done, Func<CancellationToken, Task<MoveTally>> step, CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        var tally = await step(cancellationToken);
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
            $"{tally.FaultCount} histories or attempts cannot be moved; the first are listed above. If 'orleans-uploads check --data {folder}' "
            + "finds damage, delete or restore what is damaged. Then run the command again.");
    }

    private void WriteProgress(MoveTally tally)
    {
        if (_sinceProgress.Elapsed >= ProgressInterval)
        {
            _sinceProgress.Restart();
            Console.WriteLine($"... {Describe(tally)}");
        }
    }

    private static string Describe(MoveTally tally)
    {
        var removed = tally.RemovedCount == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {tally.RemovedCount} removed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.EntityCount} histories{removed}, {tally.AttemptCount} attempts of {tally.ByteCount} bytes");
    }

    private static PosixSignalRegistration StopOn(
        PosixSignal signal, CancellationTokenSource stopping) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        });
}
