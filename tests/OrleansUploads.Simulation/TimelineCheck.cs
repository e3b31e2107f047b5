using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Simulation.Judging;
using OrleansUploads.Simulation.Workload;
using OrleansUploads.Simulation.World;

namespace OrleansUploads.Simulation;

/// <summary>Compares the timeline of each upload with the model: its parts must be the parts that count, each with the sender of its
/// bytes. Each content has a sender of its own, so a sender says which bytes a timeline means.</summary>
internal sealed class TimelineCheck(SimulatedWorld world, Hosts hosts, Judge judge)
{
    /// <summary>Reads and compares the timelines of all uploads.</summary>
    public async Task RunAsync()
    {
        foreach (var upload in judge.Uploads.Where(upload => !judge.IsLost(upload)).ToList())
        {
            var read = await ReadAsync(upload);
            var timeline = read?.Unpack();
            if (timeline is { Lost.Count: > 0 })
            {
                world.Coverage.Saw(Situations.TimelineWithLostAttempt);
            }

            if (!judge.StatesOf(upload).Any(state => Shows(state, read, timeline)))
            {
                world.Fail($"timeline: that of upload {SimulatedProcess.Named(upload)} is {Describe(read, timeline)}");
            }
        }
    }

    /// <summary>Reads a timeline in the process, and returns to the world with it.</summary>
    private Task<UploadTimeline?> ReadAsync(UploadId upload)
    {
        var answer = new TaskCompletionSource<UploadTimeline?>();
        var process = hosts[0]!;
        _ = process.Scheduler.Start(async () =>
        {
            UploadTimeline? read = null;
            try
            {
                var vault = EngineServer.VaultNumbered(judge.FactsOf(upload).Vault);
                var asked = await process.Host.AskAsync(upload.Entity, new ReadTimeline(vault), CancellationToken.None);
                read = asked.TryGet(out var known, out _) ? known : null;
            }
            catch (EntityUnavailableException fault)
            {
                world.Fail($"liveness: a timeline has no definite answer after all faults have stopped: {fault.Message}");
            }

            world.Clock.After(TimeSpan.Zero, () => answer.TrySetResult(read));
        });
        return answer.Task;
    }

    private static bool Shows(ulong state, UploadTimeline? read, Timeline? timeline)
    {
        var phase = UploadRules.PhaseOf(state);
        if (read is null || phase is Phase.NotStarted or Phase.Forgotten)
        {
            return read is null && phase is Phase.NotStarted or Phase.Forgotten;
        }

        // The model knows no difference between expiry and the end of an upload with its vault.
        return (phase.ToString() == read.Phase.ToString() || (phase, read.Phase) == (Phase.Expired, UploadPhase.Aborted))
            && UploadRules.CountOf(state) == (timeline?.Parts.Count ?? 0)
            && (timeline?.Parts ?? []).All(part =>
                UploadRules.ContentAt(state, part.Number - 1) is { } content && timeline!.SenderOf(part.By) == content.Sender);
    }

    private static string Describe(UploadTimeline? read, Timeline? timeline) => read is null
        ? "missing"
        : $"{read.Phase} with "
            + string.Join(", ", (timeline?.Parts ?? []).Select(part => $"part {part.Number} = {timeline!.SenderOf(part.By)?.Address}"));
}
