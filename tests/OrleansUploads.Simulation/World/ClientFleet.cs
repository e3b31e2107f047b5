namespace OrleansUploads.Simulation.World;

/// <summary>The clients. Each performs its steps, repeats requests without an answer, and finally gives up. All share what
/// one of them learns.</summary>
internal sealed class ClientFleet(SimulatedWorld world, Hosts hosts, Judge judge, Schedule schedule)
{
    private readonly ClientMemory _memory = new(judge, schedule);
    private readonly NodeStore _store = new(world, hosts.Disk, judge.Written);
    private readonly Dictionary<ArchiveId, int> _livesAtLearning = [];
    private readonly Dictionary<UploadId, (int Host, int Lives)> _lastHost = [];

    public async Task RunAsync(IEnumerable<Step.Ask> steps)
    {
        foreach (var step in steps)
        {
            await world.Delay(step.Pause);
            switch (step.Operation)
            {
                case Operation.WriteGranted write when _memory.FindGrant(write.Grant) is { } grant:
                    await _store.WriteAsync(NodeBody.Of(grant, write.Lie));
                    break;
                case Operation.BeginCollection:
                    judge.AnyCollection = true;
                    _ = hosts.Collect(step.Host, TimeSpan.Zero);
                    break;
                case var operation when _memory.Resolve(operation) is { } request:
                    await AskAsync(step, request);
                    break;
            }
        }
    }

    public async Task<Reply> SendAsync(int host, Request request, TimeSpan timeout, bool hangsUp)
    {
        var asked = judge.Ask(request);
        world.Coverage.Operations++;
        world.Note(-1, "ask", request.GetType().Name, host, Text(request, null));
        SawHost(host, request);
        var answer = new TaskCompletionSource<Reply>();
        var hangUp = new CancellationTokenSource();
        var faults = world.Faults;
        var options = world.Options;
        var isLost = faults.Chance(options.RequestLost);
        var isTwice = faults.Chance(options.RequestTwice);
        var isReplyLost = faults.Chance(options.ReplyLost);
        if (isLost)
        {
            world.Fault(-1, "request lost");
            world.Coverage.Saw(Situations.RequestLost);
        }
        else
        {
            world.Clock.After(
                faults.Milliseconds(0, options.SlowMilliseconds), () => Arrive(host, request, isReplyLost ? null : answer, hangUp.Token));
        }

        if (isTwice)
        {
            judge.SentTwice(asked);
            world.Fault(-1, "request twice");
            world.Coverage.Saw(Situations.RequestTwice);
            world.Clock.After(
                faults.Milliseconds(0, 20_000), () => Arrive(faults.Below(hosts.Count), request, null, CancellationToken.None));
        }

        if (isReplyLost)
        {
            world.Fault(-1, "reply lost");
            world.Coverage.Saw(Situations.ReplyLost);
        }

        var alarm = world.Clock.After(timeout, () => answer.TrySetResult(Reply.Unknown));
        var reply = await answer.Task;
        alarm.Cancel();
        world.Note(-1, "answer", request.GetType().Name, (long)reply.Verdict, Text(request, reply));
        if (reply.Verdict == Verdict.Unknown)
        {
            judge.Abandon(asked);
            if (hangsUp)
            {
                hangUp.Cancel();
            }
        }
        else
        {
            judge.Answer(asked, reply);
            Learn(request, reply);
        }

        return reply;
    }

    private async Task AskAsync(Step.Ask step, Request request)
    {
        for (var attempt = 0; attempt < step.Attempts; attempt++)
        {
            var reply = await SendAsync((step.Host + attempt) % hosts.Count, request, step.Timeout, step.HangsUp);
            if (reply.Verdict != Verdict.Unknown)
            {
                _memory.Learn(step.Operation, reply);
                return;
            }

            if (!step.GoesOn)
            {
                await world.Delay(world.Faults.Milliseconds(0, 2000));
            }
        }

        world.Coverage.Saw(Situations.ClientGaveUp);
    }

    private void Arrive(int host, Request request, TaskCompletionSource<Reply>? answer, CancellationToken hungUp)
    {
        if (hosts[host] is not { } process)
        {
            answer?.TrySetResult(Reply.Unknown);
            return;
        }

        _ = process.Scheduler.Start(async () =>
        {
            var reply = await new EngineServer(world, process).HandleAsync(request, hungUp);
            world.Clock.After(
                world.Faults.Milliseconds(0, world.Options.SlowMilliseconds), () => answer?.TrySetResult(reply));
        });
    }

    private void Learn(Request request, Reply reply)
    {
        if (reply.Archive is not { } archive || reply.Verdict != Verdict.Done)
        {
            return;
        }

        if (_memory.LearnArchive(archive))
        {
            _livesAtLearning[archive] = hosts.Lives;
        }
        else if (_livesAtLearning[archive] < hosts.Lives && request is Request.CompleteUpload)
        {
            world.Coverage.Saw(Situations.CompleteRepeatedAfterRestart);
        }
    }

    private void SawHost(int host, Request request)
    {
        if (request is Request.OfUpload { Upload: var upload } and not Request.ListParts)
        {
            if (_lastHost.TryGetValue(upload, out var last) && last.Host != host && last.Lives == hosts.Lives)
            {
                world.Coverage.Saw(Situations.DualHosts);
            }

            _lastHost[upload] = (host, hosts.Lives);
        }
    }

    private string? Text(Request request, Reply? reply) => !world.Trace.KeepsLines ? null
        : reply is null ? RequestText.Of(request)
        : $"{RequestText.Of(request)}: {reply.Verdict} {reply.Reason}";
}
