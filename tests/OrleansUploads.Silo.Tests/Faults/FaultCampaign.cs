using OrleansUploads.Client;
using OrleansUploads.Simulation.RealServer;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Silos to which everything happens, under clients of both protocols that repeat nothing.</summary>
/// <remarks>The judge of the simulation compares every answer of the vault API, and the histories of the keys every answer of S3. A request
/// may fail or wait only while a disturbance, or the recovery from it, lasts. Soon after it, every upload that is open stores parts.</remarks>
internal sealed class FaultCampaign : RealSeries
{
    /// <summary>More than an hour has.</summary>
    private const int MaxRounds = 400;

    /// <summary>The races after which the silos are as fast as usual.</summary>
    private const int WarmUp = 9;

    private static readonly Disturbance Started = new("the silos were started", static _ => Task.CompletedTask) { IsSeamless = true };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private readonly RotatedService _service;
    private readonly FaultLog _log;
    private readonly ObjectLoad _objects;
    private readonly OpenUploads _uploads;
    private readonly Action<string> _say;
    private readonly Disturbance[] _table;
    private readonly Queue<Disturbance> _next = new();
    private readonly Random _random;
    private bool _wasOutlasted;

    private FaultCampaign(
        FaultPlan plan,
        RealTally tally,
        RotatedService service,
        FaultLog log,
        ObjectLoad objects,
        OpenUploads uploads,
        IEnumerable<Disturbance> table,
        Action<string> say)
        : base((ulong)plan.Seed, kind: 13, tally, Math.Max(plan.Rounds, plan.Duration == TimeSpan.Zero ? 0 : MaxRounds))
    {
        _service = service;
        _log = log;
        _objects = objects;
        _uploads = uploads;
        _say = say;
        _table = [.. table];
        _random = new Random(plan.Seed);
        Judge.AdviceMayBeStale = true;
    }

    /// <summary>Runs a campaign.</summary>
    /// <param name="plan">Its length and seed.</param>
    /// <param name="rotation">The silos.</param>
    /// <param name="table">What happens to them. Each happens once before one of them is repeated.</param>
    /// <param name="say">Reports progress.</param>
    /// <param name="sends">Sends requests instead of a client that repeats nothing.</param>
    /// <returns>The promises that were broken.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        FaultPlan plan, Rotation rotation, IReadOnlyList<Disturbance> table, Action<string> say, HttpMessageHandler? sends = null)
    {
        say($"Seed {plan.Seed}.");
        var log = new FaultLog(plan.MaxWait);
        using var http = new HttpClient(new MeasuredRequests(rotation, log, sends ?? UnrepeatedRequests.CreateHandler()))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var unmeasured = new HttpClient(new MeasuredRequests(rotation, null, UnrepeatedRequests.CreateHandler()))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var tally = new RealTally();
        var objects = new ObjectLoad(http, plan.Seed);
        await objects.BeginAsync();
        using var stopping = new CancellationTokenSource();
        var running = objects.RunAsync(stopping.Token);

        // The first requests of a process take longer, and must not fail.
        await Eventually.BecomesTrueAsync(() => objects.Played >= WarmUp || running.IsCompleted, "the first races end", Patience);
        log.Add(new FaultWindow(Started, 0, TimeSpan.Zero, log.Now));
        using var uploads = new OpenUploads(unmeasured, plan.OpenUploads);
        await uploads.OpenAsync();
        await using var service = new RotatedService(Connect(http), Connect(unmeasured));
        await using var campaign = new FaultCampaign(plan, tally, service, log, objects, uploads, table, say);

        var failure = await campaign.PlayAsync(
            service, round => round < MaxRounds && !running.IsCompleted && (round < plan.Rounds || log.Now < plan.Duration));

        await stopping.CancelAsync();
        await running;
        await objects.EndAsync();
        foreach (var line in log.Describe())
        {
            say(line);
        }

        say($"{tally}, {objects.Played} races for objects.");
        return [.. failure is null ? [] : (string[])[$"{failure}"], .. objects.Flaws, .. uploads.Findings, .. log.Findings];
    }

    /// <summary>Creates a client of the silos in a rotation, which repeats nothing unless it is told to.</summary>
    public static GlacierClient Connect(HttpClient http, RetryPolicy? retry = null) => new(http, new GlacierClientOptions
    {
        Endpoint = MeasuredRequests.Endpoint,
        Region = "us-east-1",
        AccessKeyId = CommandLine.AccessKeyId,
        SecretAccessKey = CommandLine.SecretAccessKey,
        Retry = retry ?? RetryPolicy.None,
    });

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task BeginAsync() => Task.CompletedTask;

    protected override async Task DisturbAsync(int round, int steps, Task clients)
    {
        // The log knows which failures the disturbance explains.
        Clients.MayFail = true;
        if (_table.Length == 0)
        {
            return;
        }

        await AwaitMomentAsync(steps, clients);
        var disturbance = Next();
        Clients.Note(disturbance.Kind);
        Clients.MayHangUp = false;
        var silo = _random.Next(SiloCluster.Count);
        await _log.InjectAsync(disturbance, silo, () => disturbance.StopsAll
            ? _service.PauseAsync(() => InjectAsync(disturbance, silo))
            : InjectAsync(disturbance, silo));
        _wasOutlasted = !clients.IsCompleted;
        await _objects.ReadKeptAsync();
        _say(string.Create(
            CultureInfo.InvariantCulture,
            $"{_log.Now.TotalSeconds,5:F0} s: {_log.Windows.Last()}; {_log.Answered} answers, {_log.Failed.Count} failures so far"));
    }

    /// <summary>Disturbs the silos, and lets every open upload store a part as soon as they are ready.</summary>
    private async Task InjectAsync(Disturbance disturbance, int silo)
    {
        await disturbance.InjectAsync(silo);
        var slowest = await _uploads.StorePartsAsync(FaultLog.Settling);
        _say(string.Create(CultureInfo.InvariantCulture, $"Each open upload stored a part, the slowest after {slowest.TotalSeconds:F1} s."));
        await disturbance.RepairAsync();
    }

    /// <summary>What a request without an answer has begun may take effect for a while.</summary>
    protected override Task SettleAsync() => _wasOutlasted ? Task.Delay(FaultLog.Settling) : Task.CompletedTask;

    protected override async Task EndAsync()
    {
        await Checks.CheckAsync(readsAll: true);
        await Task.Delay(Calm);
    }

    private Disturbance Next()
    {
        if (_next.Count == 0)
        {
            _random.Shuffle(_table);
            Array.ForEach(_table, _next.Enqueue);
        }

        return _next.Dequeue();
    }

    /// <summary>The silos, as the clients of the vault API reach them.</summary>
    private sealed class RotatedService : Service
    {
        private readonly GlacierClient _client;
        private readonly GlacierClient _unmeasured;

        /// <param name="client">Sends requests.</param>
        /// <param name="unmeasured">Sends requests that break off on purpose.</param>
        public RotatedService(GlacierClient client, GlacierClient unmeasured)
        {
            (_client, _unmeasured) = (client, unmeasured);
            Serve(new HttpServer(client, unmeasured));
        }

        public override string Log => "";

        /// <summary>Lets clients send nothing more until something has happened.</summary>
        public async Task PauseAsync(Func<Task> happenAsync)
        {
            BeginEnd();
            await happenAsync();
            Serve(Server);
        }

        public override ValueTask DisposeAsync()
        {
            _client.Dispose();
            _unmeasured.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
