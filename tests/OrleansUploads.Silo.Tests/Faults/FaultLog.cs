using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>The faults of a run, the requests that failed or were answered late, and which fault explains which of them.</summary>
internal sealed class FaultLog
{
    /// <summary>How long a window lasts after all silos are ready: until every entity answers.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>An answer may take this long outside the windows, also at the end of one.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly ConcurrentQueue<TroubledRequest> _failed = new();
    private readonly ConcurrentQueue<TroubledRequest> _late = new();
    private readonly ConcurrentQueue<FaultWindow> _windows = new();
    private long _answered;
    private long _longestTicks;

    /// <summary>The time since the test began.</summary>
    public TimeSpan Now => _watch.Elapsed;

    /// <summary>The number of requests that got their answer.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>All failures.</summary>
    public IReadOnlyCollection<TroubledRequest> Failed => _failed;

    /// <summary>All windows.</summary>
    public IReadOnlyCollection<FaultWindow> Windows => _windows;

    /// <summary>The failures that no window covers, and the requests that waited too long outside the windows.</summary>
    public IReadOnlyList<TroubledRequest> Unexplained =>
        [.. _failed.Where(request => !_windows.Any(window => window.Covers(request)) || IsLate(request)), .. _late.Where(IsLate)];

    /// <summary>The failures that only windows of one kind cover.</summary>
    public IReadOnlyList<TroubledRequest> CoveredOnlyBy(string kind) =>
    [
        .. _failed.Where(request => _windows.Where(window => window.Covers(request)).Select(static window => window.Kind).Distinct() is var kinds
            && kinds.SequenceEqual([kind])),
    ];

    /// <summary>Adds a request that got its answer.</summary>
    public void AddAnswer(string operation, int silo, TimeSpan sentAt)
    {
        Interlocked.Increment(ref _answered);
        var waited = Now - sentAt;
        InterlockedMax(ref _longestTicks, waited.Ticks);
        if (waited > MaxWait)
        {
            _late.Enqueue(new TroubledRequest(operation, silo, sentAt, Now, "answered late", ""));
        }
    }

    /// <summary>Adds a failure.</summary>
    public void AddFailure(TroubledRequest request) => _failed.Enqueue(request);

    /// <summary>The longest time that an answered request took since this was asked the last time.</summary>
    public TimeSpan TakeLongestWait() => TimeSpan.FromTicks(Interlocked.Exchange(ref _longestTicks, 0));

    /// <summary>Injects a fault and waits for the recovery.</summary>
    /// <param name="kind">What the report calls it.</param>
    /// <param name="victims">The silos to which it happens.</param>
    /// <param name="injectAsync">Injects the fault, and returns when all silos are ready again.</param>
    public async Task InjectAsync(string kind, IReadOnlyList<int> victims, Func<Task> injectAsync)
    {
        var from = Now;
        await injectAsync();
        await Task.Delay(Settling);
        _windows.Enqueue(new FaultWindow(kind, victims, from, Now));
    }

    /// <summary>A line for each kind of fault and of failure, and one for the time of all windows.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var kind in _windows.GroupBy(static window => window.Kind))
        {
            yield return $"{kind.Count()} times {kind.Key}, {kind.Average(static window => (window.Until - window.From).TotalSeconds):F0} s each";
            var covered =
                from window in kind
                from request in _failed
                where window.Covers(request)
                group request by (request.Symptom, IsVictim: window.Victims.Contains(request.Silo)) into alike
                orderby alike.Count() descending
                select alike;
            foreach (var alike in covered)
            {
                var through = alike.Key.IsVictim ? "a silo to which it happened" : "another silo";
                yield return $"    {alike.Count()} requests through {through}: {alike.Key.Symptom}; one of them: {alike.First()}";
            }
        }

        var inside = _windows.Sum(static window => (window.Until - window.From).TotalSeconds);
        yield return $"{Answered} requests were answered, {_late.Count} of them after more than {MaxWait.TotalSeconds:F0} s, and {_failed.Count} "
            + $"failed. {Unexplained.Count} failed or waited too long outside all windows. "
            + $"{inside:F0} of {Now.TotalSeconds:F0} s were inside a window.";
    }

    private static void InterlockedMax(ref long largest, long value)
    {
        for (var known = Interlocked.Read(ref largest); value > known;)
        {
            var found = Interlocked.CompareExchange(ref largest, value, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }

    private bool IsLate(TroubledRequest request) =>
        request.EndedAt - request.SentAt - _windows.Aggregate(TimeSpan.Zero, (sum, window) => sum + window.Overlap(request)) > MaxWait;
}
