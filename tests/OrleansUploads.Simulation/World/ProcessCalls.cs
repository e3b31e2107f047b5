namespace OrleansUploads.Simulation.World;

/// <summary>Sends requests to processes that may be slow, crash, or lose an answer.</summary>
internal sealed class ProcessCalls(SimulatedWorld world, Hosts hosts)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends a request to a process and waits for its answer.</summary>
    public async Task<Outcome<T>?> SendAsync<T>(
        string what, Func<SimulatedProcess, Task<Outcome<T>>> request, TimeSpan? timeout = null, Action? ended = null)
        where T : class
    {
        var host = world.Faults.Below(hosts.Count);
        var answer = new TaskCompletionSource<Outcome<T>?>();
        var isLost = world.Faults.Chance(world.Options.RequestLost);
        var isReplyLost = world.Faults.Chance(world.Options.ReplyLost);
        world.Coverage.Operations++;
        world.Note(-1, "ask", what, host);
        if (!isLost)
        {
            world.Clock.After(Slowly(), () => Arrive(host, what, request, reply =>
            {
                if (!isReplyLost)
                {
                    world.Clock.After(Slowly(), () => answer.TrySetResult(reply));
                }
            }, ended));
        }
        else
        {
            ended?.Invoke();
        }

        var alarm = world.Clock.After(timeout ?? Patience, () => answer.TrySetResult(null));
        var outcome = await answer.Task;
        alarm.Cancel();
        world.Note(-1, "answer", what, detail: world.Trace.KeepsLines ? outcome is { } known ? $"{known.Refusal}" : "unknown" : null);
        return outcome;
    }

    private TimeSpan Slowly() => world.Faults.Milliseconds(0, world.Options.SlowMilliseconds);

    private void Arrive<T>(
        int host, string what, Func<SimulatedProcess, Task<Outcome<T>>> request, Action<Outcome<T>?> reply, Action? ended)
        where T : class
    {
        if (hosts[host] is not { } process)
        {
            ended?.Invoke();
            reply(null);
            return;
        }

        process.Crashed += End;

        _ = process.Scheduler.Start(async () =>
        {
            try
            {
                reply(await request(process));
            }
            catch (Exception fault) when (fault is EntityUnavailableException or IOException or JournalUnavailableException
                or PartStoreUnavailableException or PartStoreFullException or OperationCanceledException)
            {
                world.Note(process.Number, "fault", what, detail: world.Trace.KeepsLines ? fault.Message : null);
                reply(null);
            }
            catch (Exception fault)
            {
                world.Fail($"robustness: {what} threw {fault.GetType().Name}: {fault.Message}");
            }
            finally
            {
                process.Crashed -= End;
                End();
            }
        });

        void End()
        {
            ended?.Invoke();
            ended = null;
        }
    }
}
