using System.Collections.Immutable;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Accounts;

/// <summary>A retrieval that an account's policy has let pass.</summary>
/// <param name="Job">The retrieval.</param>
/// <param name="Bytes">How many bytes it is about.</param>
/// <param name="At">When.</param>
public sealed record AdmittedRetrieval(JobId Job, long Bytes, DateTimeOffset At);

/// <summary>The retrievals of the last hour, as far as a limit was in force.</summary>
public sealed class AdmittedRetrievals
{
    private readonly ImmutableQueue<AdmittedRetrieval> _byTime;
    private readonly ImmutableHashSet<JobId> _jobs;

    private AdmittedRetrievals(ImmutableQueue<AdmittedRetrieval> byTime, ImmutableHashSet<JobId> jobs, long bytes)
    {
        _byTime = byTime;
        _jobs = jobs;
        Bytes = bytes;
    }

    /// <summary>None.</summary>
    public static AdmittedRetrievals None { get; } = new([], [], 0);

    /// <summary>What they add up to.</summary>
    public long Bytes { get; }

    /// <summary>How many.</summary>
    public int Count => _jobs.Count;

    /// <summary>All of them, the oldest first.</summary>
    public IEnumerable<AdmittedRetrieval> ByTime => _byTime;

    /// <summary>Whether a retrieval is one of them.</summary>
    public bool Contains(JobId job) => _jobs.Contains(job);

    /// <summary>With one more.</summary>
    public AdmittedRetrievals With(AdmittedRetrieval admitted) =>
        new(_byTime.Enqueue(admitted), _jobs.Add(admitted.Job), Bytes + admitted.Bytes);

    /// <summary>Without those that are an hour old.</summary>
    public AdmittedRetrievals InTheHourBefore(DateTimeOffset now)
    {
        var (byTime, jobs, bytes) = (_byTime, _jobs, Bytes);
        while (!byTime.IsEmpty && byTime.Peek() is var oldest && oldest.At <= now - Limits.RetrievalPolicyWindow)
        {
            byTime = byTime.Dequeue();
            jobs = jobs.Remove(oldest.Job);
            bytes -= oldest.Bytes;
        }

        return new AdmittedRetrievals(byTime, jobs, bytes);
    }
}
