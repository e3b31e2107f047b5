namespace OrleansUploads.Simulation.RealServer;

/// <summary>Concurrent clients, in real time, of a server that is killed while they run.</summary>
/// <remarks>The judge records a request before it is sent and its answer after it arrived, one at a time. The recorded time
/// span of a request is never shorter than the real one, so overlapping requests may have happened in any order.</remarks>
internal sealed class RealClients(Judge judge, ClientMemory memory, RealTally tally, Action<string> onViolation)
{
    /// <summary>Timeouts of a schedule are divided by this for a real server, so that clients do not wait for long.</summary>
    private const int TimeoutDivisor = 20;

    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<string> _lines = [];
    private readonly List<(int Asks, TaskCompletionSource Reached)> _moments = [];
    private int _asks;

    public Service Service { get; set; } = null!;

    /// <summary>Whether clients may abandon requests that the server still processes.</summary>
    public bool MayHangUp { get; set; }

    /// <summary>Whether an injected fault explains a server error.</summary>
    public bool MayFail { get; set; }

    /// <summary>Whether a fault explains that a request has no answer which clients never repeat: an archive in one request, or a
    /// download.</summary>
    public bool MayFailUnrepeated { get; set; }

    public IReadOnlyList<string> Lines => _lines;

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

    public async Task RunAsync(IEnumerable<Step.Ask> steps)
    {
        foreach (var step in steps)
        {
            await Task.Delay(step.Pause);
            for (var attempt = 0; attempt < step.Attempts; attempt++)
            {
                await Service.UpAsync();
                var patience = MayHangUp && step.HangsUp ? step.Timeout / TimeoutDivisor : Timeout.InfiniteTimeSpan;
                if (await AskAsync(step.Actor, step.Operation, patience))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Sends a request that must get an answer, because no fault is active.</summary>
    public async Task<Reply> MustAnswerAsync(Request request)
    {
        var reply = await SendAsync(Step.Nemesis, () => request, Timeout.InfiniteTimeSpan, null);
        return reply is { Verdict: not Verdict.Unknown } ? reply : Reply.Unknown with { Vaults = [], Uploads = [] };
    }

    public async Task<Reply> TryAnswerAsync(Request request) =>
        await SendAsync(Step.Nemesis, () => request, Timeout.InfiniteTimeSpan, null) ?? Reply.Unknown;

    private async Task<bool> AskAsync(int actor, Operation operation, TimeSpan patience) =>
        await SendAsync(actor, () => memory.Resolve(operation), patience, operation) is not { Verdict: Verdict.Unknown };

    /// <returns>Null if there was nothing to send.</returns>
    private async Task<Reply?> SendAsync(int actor, Func<Request?> resolve, TimeSpan patience, Operation? operation)
    {
        Request? request;
        Asked asked;
        HttpServer server;
        int ends;
        bool wasEnding;
        bool couldFail;
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
            server = Service.Server;
            ends = Service.Ends;
            wasEnding = Service.IsEnding;
            couldFail = MayFail || (MayFailUnrepeated && request is Request.PutArchive or Request.ReadArchive);
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
                tally.CountAnswer(request);
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
            var isExplained = wasEnding || Service.Ends != ends || couldFail || MayFail || hangUp.IsCancellationRequested;
            if (!isExplained && !HttpServer.EndsWithoutAnswer(request))
            {
                onViolation($"robustness: no definite answer to {RequestText.Of(request)}; no injected fault explains this: {reply.Reason}");
            }

            return reply;
        }
    }
}

internal class RealTally
{
    private readonly Dictionary<string, int> _answers = [];

    public int Rounds { get; set; }

    public long Operations { get; set; }

    public int Kills { get; set; }

    public int Stops { get; set; }

    public long InDoubt { get; set; }

    /// <summary>Uploads with more possible states than the judge tracks. Their answers are not checked.</summary>
    public int Unjudged { get; set; }

    public int Answered(string kind) => _answers.GetValueOrDefault(kind);

    public void CountAnswer(Request request) => _answers[request.GetType().Name] = Answered(request.GetType().Name) + 1;

    public override string ToString() => FormattableString.Invariant(
        $"{Rounds} rounds, {Operations} operations, {Kills} kills, {Stops} stops, {InDoubt} requests in doubt, {Unjudged} uploads unjudged");
}
