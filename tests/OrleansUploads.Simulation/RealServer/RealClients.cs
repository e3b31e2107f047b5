using System.Diagnostics;
using OrleansUploads.Simulation.Judging;
using OrleansUploads.Simulation.Workload;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Several clients at once, in real time, against a server that dies under them.</summary>
/// <remarks>The judge hears of a request before it is sent and of its answer after it came, one at a time: what it takes
/// for the span of a request is never shorter than the real one, so concurrent requests may have had effect in any
/// order.</remarks>
internal sealed class RealClients(
    ServerLives lives, Judge judge, ClientMemory memory, RealTally tally, Action<string> onViolation)
{
    /// <summary>Schedules are in a time in which nobody waits for timeouts.</summary>
    private const int TimeoutDivisor = 20;

    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<string> _lines = [];
    private readonly List<(int Asks, TaskCompletionSource Reached)> _moments = [];
    private int _asks;

    /// <summary>Whether clients may leave requests behind that the server goes on with.</summary>
    public bool MayHangUp { get; set; }

    /// <summary>Whether the server has a reason to answer that it cannot.</summary>
    public bool MayFail { get; set; }

    /// <summary>What was asked and answered, a line each.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Ends when so many requests of this round have been sent.</summary>
    public Task AskedAsync(int asks)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_asks >= asks)
            {
                reached.SetResult();
            }

            _moments.Add((asks, reached));
            return reached.Task;
        }
    }

    public void BeginRound()
    {
        _asks = 0;
        _moments.Clear();
        MayHangUp = true;
        MayFail = false;
    }

    public void Note(string what)
    {
        lock (_gate)
        {
            _lines.Add(FormattableString.Invariant($"{_watch.Elapsed.TotalSeconds,9:F3}s  {what}"));
        }
    }

    /// <summary>Runs one client's steps, one after the other.</summary>
    public async Task RunAsync(IEnumerable<Step.Ask> steps)
    {
        foreach (var step in steps)
        {
            await Task.Delay(step.Pause);
            for (var attempt = 0; attempt < step.Attempts; attempt++)
            {
                await lives.UpAsync();
                var patience = MayHangUp && step.HangsUp ? step.Timeout / TimeoutDivisor : Timeout.InfiniteTimeSpan;
                if (await AskAsync(step.Actor, step.Operation, patience))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Asks, and takes no silence for an answer: nothing is in the way.</summary>
    public async Task<Reply> MustAnswerAsync(Request request)
    {
        var reply = await SendAsync(Step.Nemesis, () => request, Timeout.InfiniteTimeSpan, null);
        return reply is { Verdict: not Verdict.Unknown } ? reply : Reply.Unknown with { Vaults = [], Uploads = [] };
    }

    private async Task<bool> AskAsync(int actor, Operation operation, TimeSpan patience) =>
        await SendAsync(actor, () => memory.Resolve(operation), patience, operation) is not { Verdict: Verdict.Unknown };

    /// <returns>Null where there was nothing to send.</returns>
    private async Task<Reply?> SendAsync(int actor, Func<Request?> resolve, TimeSpan patience, Operation? operation)
    {
        Request? request;
        Asked asked;
        HttpServer server;
        int ends;
        bool wasEnding;
        lock (_gate)
        {
            request = resolve();
            if (request is null || !HttpServer.CanSend(request))
            {
                return null;
            }

            asked = judge.Ask(request);
            tally.Operations++;
            _asks++;
            server = lives.Server;
            ends = lives.Ends;
            wasEnding = lives.IsEnding;
            Note($"client {actor,2}  ask    #{asked.Order} {RequestText.Of(request)}");
            foreach (var (_, reached) in _moments.Where(moment => moment.Asks <= _asks))
            {
                reached.TrySetResult();
            }
        }

        using var hangUp = new CancellationTokenSource(patience);
        var reply = await server.HandleAsync(request, hangUp.Token);
        lock (_gate)
        {
            Note($"client {actor,2}  answer #{asked.Order} {RequestText.Of(request)}: {reply.Verdict} {reply.Reason}");
            if (reply.Verdict != Verdict.Unknown)
            {
                judge.Answer(asked, reply);
                if (operation is not null)
                {
                    memory.Learn(operation, reply);
                }

                if (reply.Archive is { } archive)
                {
                    memory.LearnArchive(archive);
                }

                return reply;
            }

            judge.Abandon(asked);
            tally.InDoubt++;
            var isExplained = wasEnding || lives.Ends != ends || MayFail || hangUp.IsCancellationRequested;
            if (!isExplained && !HttpServer.EndsWithoutAnswer(request))
            {
                onViolation($"robustness: no definite answer to {RequestText.Of(request)}, and no fault explains it: {reply.Reason}");
            }

            return reply;
        }
    }
}

/// <summary>What a run was made of.</summary>
internal sealed class RealTally
{
    public int Rounds { get; set; }

    public long Operations { get; set; }

    public int Kills { get; set; }

    public int Stops { get; set; }

    public long InDoubt { get; set; }

    public int FullDisks { get; set; }

    /// <summary>Uploads with more possible states than the judge follows; their answers count for nothing.</summary>
    public int Unjudged { get; set; }

    public override string ToString() => FormattableString.Invariant(
        $"{Rounds} rounds, {Operations} operations, {Kills} kills, {Stops} stops, {FullDisks} full disks, {InDoubt} requests in doubt, {Unjudged} uploads unjudged");
}
