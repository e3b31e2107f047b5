using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>The faults of a run, the requests that failed or were answered late, and which fault explains which of them.</summary>
/// <param name="maxWait">How long an answer may take outside the windows, also at the end of one.</param>
internal sealed class FaultLog(TimeSpan maxWait)
{
    /// <summary>How long a window lasts after all silos are ready: until every entity answers.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly ConcurrentQueue<TroubledRequest> _failed = new();
    private readonly ConcurrentQueue<TroubledRequest> _late = new();
    private readonly ConcurrentQueue<FaultWindow> _windows = new();
    private long _answered;

    public TimeSpan Now => _watch.Elapsed;

    /// <summary>The number of requests that got their answer.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public IReadOnlyCollection<TroubledRequest> Failed => _failed;

    public IReadOnlyCollection<FaultWindow> Windows => _windows;

    /// <summary>The failures that no window covers, and the requests that waited too long outside the windows.</summary>
    public IReadOnlyList<TroubledRequest> Unexplained =>
        [.. _failed.Where(request => !_windows.Any(window => window.Covers(request)) || IsLate(request)), .. _late.Where(IsLate)];

    /// <summary>The broken promises: unexplained requests, failures because of what clients must not notice, and recoveries that took too
    /// long.</summary>
    public IEnumerable<string> Findings =>
    [
        .. Unexplained.Select(static request => $"No fault explains this: {request}"),
        .. _failed.Where(IsBecauseOfSeamless).Select(static request => $"Clients must not notice this: {request}"),
        .. _windows.Where(static window => window.Until - window.From - Settling > window.Cause.MaxTime)
            .Select(static window => $"The recovery took longer than {window.Cause.MaxTime.TotalSeconds:F0} s: {window}"),
    ];

    /// <summary>Adds a request that got its answer.</summary>
    public void AddAnswer(string operation, int silo, TimeSpan sentAt)
    {
        Interlocked.Increment(ref _answered);
        var waited = Now - sentAt;
        if (waited > maxWait)
        {
            _late.Enqueue(new TroubledRequest(operation, silo, sentAt, Now, "answered late", ""));
        }
    }

    public void AddFailure(TroubledRequest request) => _failed.Enqueue(request);

    /// <summary>Lets something happen and waits for the recovery.</summary>
    /// <param name="cause">What happens.</param>
    /// <param name="silo">The silo to which it happens.</param>
    /// <param name="injectAsync">Returns when all silos are ready again.</param>
    public async Task InjectAsync(Disturbance cause, int silo, Func<Task> injectAsync)
    {
        var from = Now;
        await injectAsync();
        await Task.Delay(Settling);
        Add(new FaultWindow(cause, silo, from, Now));
    }

    public void Add(FaultWindow window) => _windows.Enqueue(window);

    /// <summary>A line for each kind of fault and of failure, and one for the time of all windows.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var kind in _windows.GroupBy(static window => window.Cause.Kind))
        {
            yield return $"{kind.Count()} times: {kind.Key}, {kind.Average(static window => (window.Until - window.From).TotalSeconds):F0} s each";
            var covered =
                from window in kind
                from request in _failed
                where window.Covers(request)
                group request by (request.Symptom, IsVictim: window.Silo == request.Silo) into alike
                orderby alike.Count() descending
                select alike;
            foreach (var alike in covered)
            {
                var through = alike.Key.IsVictim ? "the silo to which it happened" : "another silo";
                yield return $"    {alike.Count()} requests through {through}: {alike.Key.Symptom}; one of them: {alike.First()}";
            }
        }

        var inside = _windows.Sum(static window => (window.Until - window.From).TotalSeconds);
        yield return $"{Answered} requests were answered, {_late.Count} of them after more than {maxWait.TotalSeconds:F0} s, and {_failed.Count} "
            + $"failed. {Unexplained.Count} failed or waited too long outside all windows. "
            + $"{inside:F0} of {Now.TotalSeconds:F0} s were inside a window.";
    }

    private bool IsBecauseOfSeamless(TroubledRequest request) =>
        _windows.Where(window => window.Covers(request)).ToList() is { Count: > 0 } covering
        && covering.TrueForAll(static window => window.Cause.IsSeamless);

    private bool IsLate(TroubledRequest request) =>
        request.EndedAt - request.SentAt - _windows.Aggregate(TimeSpan.Zero, (sum, window) => sum + window.Overlap(request)) > maxWait;
}
