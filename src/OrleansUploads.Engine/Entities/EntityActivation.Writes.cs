using System.Diagnostics;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Entities;

/// <content>Writes records and snapshots to the journal.</content>
public sealed partial class EntityActivation
{
    private Task _lastWrite = Task.CompletedTask;
    private WriteDeadline? _deadline;

    /// <summary>Waits for the write in progress, if any, but not longer than a write may take.</summary>
    public async Task QuiesceAsync()
    {
        Task write;
        lock (_gate)
        {
            write = _lastWrite;
        }

        await write.WaitAsync(_ports.WriteTimeout, _ports.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Fails the commands that still wait, because the host has stopped.</summary>
    public void FailWaiting() => SendInput(static runner => runner.HostStopped());

    private void TrackWrite(Task write)
    {
        lock (_gate)
        {
            _lastWrite = write;
        }
    }

    /// <summary>Runs a journal write. If it takes too long, its outcome is reported as unknown. If it succeeds later, the version in the
    /// journal fences the writes that do not know it.</summary>
    private async Task WriteAsync(long write, RunnerOutput output)
    {
        WriteDeadline? deadline = null;
        try
        {
            var task = StartWriteAsync(output, CancellationToken.None);
            if (!task.IsCompleted)
            {
                deadline = StartDeadline(write);
            }

            var outcome = await task;
            deadline?.TryEnd(write);
            SendInput(
                (Activation: this, Write: write, Outcome: outcome),
                static (runner, ended) => runner.WriteEnded(ended.Write, ended.Outcome, ended.Activation.Now));
        }
        catch (Exception fault)
        {
            if (deadline?.TryEnd(write) ?? true)
            {
                ReportUnknown(write, fault);
            }
        }
    }

    private ValueTask<AppendOutcome> StartWriteAsync(RunnerOutput output, CancellationToken cancellationToken) => output switch
    {
        RunnerOutput.Append { Tickets.Count: 0 } append => _ports.Journal.AppendAsync(append.Record, cancellationToken),
        RunnerOutput.Append append => AppendTracedAsync(append, cancellationToken),
        RunnerOutput.Forget forget => _ports.Journal.ForgetAsync(Entity, forget.ExpectedVersion, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, "Not a write."),
    };

    private async ValueTask<AppendOutcome> AppendTracedAsync(RunnerOutput.Append append, CancellationToken cancellationToken)
    {
        var activities = EngineTracing.StartAppend(
            Entity, [.. append.Tickets.Select(static ticket => ((CommandTicket)ticket).Activity).OfType<Activity>()]);
        try
        {
            return await _ports.Journal.AppendAsync(append.Record, cancellationToken);
        }
        finally
        {
            foreach (var activity in activities)
            {
                activity.Dispose();
            }
        }
    }

    private WriteDeadline StartDeadline(long write)
    {
        WriteDeadline deadline;
        lock (_gate)
        {
            deadline = _deadline ??= new WriteDeadline(_ports.Time, _ports.WriteTimeout, TaskScheduler.Current, ReportLate);
        }

        deadline.Start(write);
        return deadline;
    }

    private void ReportLate(long write) => ReportUnknown(
        write, new TimeoutException($"The journal did not end a write within {_ports.WriteTimeout.TotalSeconds:0} seconds."));

    private void ReportUnknown(long write, Exception fault)
    {
        EngineTelemetry.WritesUnknown.Add(1);
        SendInput(runner => runner.WriteUnknown(write, fault, Now));
    }

    private async Task SaveSnapshotAsync(RunnerOutput.SaveSnapshot snapshot)
    {
        try
        {
            await _ports.Journal.SaveSnapshotAsync(Entity, snapshot.Version, snapshot.Snapshot, _ports.Stopping);
        }
        catch (Exception) when (_ports.Stopping.IsCancellationRequested)
        {
            // No data is lost: all records still exist. The next host saves a snapshot.
        }
        catch (Exception fault)
        {
            EngineTelemetry.SnapshotsLost.Add(1);
            _ports.SnapshotLost?.Invoke(Entity, fault);
        }
    }
}
