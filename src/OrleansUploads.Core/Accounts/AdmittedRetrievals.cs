namespace OrleansUploads.Core.Accounts;

public sealed record AdmittedRetrieval(JobId Job, long Bytes, DateTimeOffset At);

/// <summary>The retrievals that were admitted within <see cref="Limits.RetrievalPolicyWindow"/> while a limit was in
/// force.</summary>
public sealed class AdmittedRetrievals : IStoredAs<AdmittedRetrievals, IReadOnlyList<AdmittedRetrieval>>
{
    private readonly ImmutableQueue<AdmittedRetrieval> _byTime;
    private readonly ImmutableHashSet<JobId> _jobs;

    private readonly DateTimeOffset _latest;

    private AdmittedRetrievals(
        ImmutableQueue<AdmittedRetrieval> byTime, ImmutableHashSet<JobId> jobs, long bytes, DateTimeOffset latest)
    {
        _byTime = byTime;
        _jobs = jobs;
        _latest = latest;
        Bytes = bytes;
    }

    public static AdmittedRetrievals None { get; } = new([], [], 0, DateTimeOffset.MinValue);

    public long Bytes { get; }

    public int Count => _jobs.Count;

    /// <summary>The retrievals, oldest first.</summary>
    public IEnumerable<AdmittedRetrieval> ByTime => _byTime;

    public IReadOnlyList<AdmittedRetrieval> ToStored() => [.. _byTime];

    public static AdmittedRetrievals FromStored(IReadOnlyList<AdmittedRetrieval> stored) =>
        stored.Aggregate(None, static (all, admitted) => all.With(admitted));

    /// <summary>Whether a retrieval is among them.</summary>
    public bool Contains(JobId job) => _jobs.Contains(job);

    public AdmittedRetrievals With(AdmittedRetrieval admitted) =>
        new(
            _byTime.Enqueue(admitted),
            _jobs.Add(admitted.Job),
            Bytes + admitted.Bytes,
            admitted.At > _latest ? admitted.At : _latest);

    /// <summary>A copy without the retrievals that have left the window.</summary>
    public AdmittedRetrievals WithoutExpired(DateTimeOffset now)
    {
        if (_latest - now > Limits.RetrievalPolicyWindow)
        {
            return _byTime.Where(admitted => admitted.At - now <= Limits.RetrievalPolicyWindow)
                .Aggregate(None, static (kept, admitted) => kept.With(admitted))
                .WithoutExpired(now);
        }

        var (byTime, jobs, bytes) = (_byTime, _jobs, Bytes);
        while (!byTime.IsEmpty && byTime.Peek() is var oldest && oldest.At <= now - Limits.RetrievalPolicyWindow)
        {
            byTime = byTime.Dequeue();
            jobs = jobs.Remove(oldest.Job);
            bytes -= oldest.Bytes;
        }

        return new AdmittedRetrievals(byTime, jobs, bytes, _latest);
    }
}
