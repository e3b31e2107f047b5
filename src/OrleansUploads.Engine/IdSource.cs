using System.Security.Cryptography;

namespace OrleansUploads.Engine;

/// <summary>Creates new IDs from secure random bytes. Tests and simulations override <see cref="Fill"/> to use a seed.</summary>
public class IdSource(TimeProvider time)
{
    /// <summary>Creates an upload ID.</summary>
    public UploadId NewUpload() => Draw(UploadId.RandomBytes, UploadId.FromRandom);

    /// <summary>Creates a job ID.</summary>
    public JobId NewJob() => Draw(JobId.RandomBytes, JobId.FromRandom);

    /// <summary>Creates a lock ID.</summary>
    public LockId NewLock() => Draw(LockId.RandomBytes, LockId.FromRandom);

    /// <summary>Creates an ID for a unit of provisioned capacity.</summary>
    public CapacityId NewCapacity() => Draw(CapacityId.RandomBytes, CapacityId.FromRandom);

    /// <summary>Creates an attempt ID, which contains the current time.</summary>
    public AttemptId NewAttempt()
    {
        Span<byte> random = stackalloc byte[AttemptId.RandomBytes];
        Fill(random);
        return AttemptId.Create(time.GetUtcNow(), random);
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
