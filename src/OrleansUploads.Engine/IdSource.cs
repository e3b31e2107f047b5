using System.Security.Cryptography;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine;

/// <summary>Where fresh IDs come from. Tests and simulations derive from it to draw from a seed.</summary>
public class IdSource(TimeProvider time)
{
    /// <summary>A fresh upload ID.</summary>
    public UploadId NewUpload() => Draw(UploadId.RandomBytes, UploadId.FromRandom);

    /// <summary>A fresh job ID.</summary>
    public JobId NewJob() => Draw(JobId.RandomBytes, JobId.FromRandom);

    /// <summary>A fresh lock ID.</summary>
    public LockId NewLock() => Draw(LockId.RandomBytes, LockId.FromRandom);

    /// <summary>A fresh ID of a unit of provisioned capacity.</summary>
    public CapacityId NewCapacity() => Draw(CapacityId.RandomBytes, CapacityId.FromRandom);

    /// <summary>A fresh attempt ID, which carries the present time.</summary>
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
