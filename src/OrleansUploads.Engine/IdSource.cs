using System.Security.Cryptography;

namespace OrleansUploads.Engine;

/// <summary>Creates new IDs from secure random bytes. Tests and simulations override <see cref="Fill"/> to use a seed.</summary>
public class IdSource(TimeProvider time)
{
    public UploadId NewUpload() => Draw(UploadId.RandomBytes, UploadId.FromRandom);

    /// <summary>The upload of a single request and its only attempt. They contain the current time.</summary>
    public (UploadId Upload, AttemptId Attempt) NewSingleRequest()
    {
        var attempt = NewAttempt();
        return (Draw(OnlyAttempt.RandomBytes, random => OnlyAttempt.UploadOf(attempt, random)), attempt);
    }

    public JobId NewJob() => Draw(JobId.RandomBytes, JobId.FromRandom);

    public LockId NewLock() => Draw(LockId.RandomBytes, LockId.FromRandom);

    public CapacityId NewCapacity() => Draw(CapacityId.RandomBytes, CapacityId.FromRandom);

    /// <summary>It contains the current time.</summary>
    public AttemptId NewAttempt()
    {
        Span<byte> random = stackalloc byte[AttemptId.RandomBytes];
        Fill(random);
        return AttemptId.Create(time.GetUtcNow(), random);
    }

    /// <summary>The ID of an attempt that a node writes. It contains the current time and the number of the part.</summary>
    public AttemptId NewGrantedAttempt(int number)
    {
        Span<byte> random = stackalloc byte[AttemptId.GrantedRandomBytes];
        Fill(random);
        return AttemptId.CreateGranted(time.GetUtcNow(), number, random);
    }

    /// <summary>Fills a span with unguessable bytes.</summary>
    protected virtual void Fill(Span<byte> random) => RandomNumberGenerator.Fill(random);

    private T Draw<T>(int randomBytes, Func<ReadOnlySpan<byte>, T> make)
    {
        Span<byte> random = stackalloc byte[randomBytes];
        Fill(random);
        return make(random);
    }
}
