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
    public UploadId NewUpload()
    {
        Span<byte> random = stackalloc byte[UploadId.RandomBytes];
        Fill(random);
        return UploadId.FromRandom(random);
    }

    /// <summary>A fresh job ID.</summary>
    public JobId NewJob()
    {
        Span<byte> random = stackalloc byte[JobId.RandomBytes];
        Fill(random);
        return JobId.FromRandom(random);
    }

    /// <summary>A fresh lock ID.</summary>
    public LockId NewLock()
    {
        Span<byte> random = stackalloc byte[LockId.RandomBytes];
        Fill(random);
        return LockId.FromRandom(random);
    }

    /// <summary>A fresh ID of a unit of provisioned capacity.</summary>
    public CapacityId NewCapacity()
    {
        Span<byte> random = stackalloc byte[CapacityId.RandomBytes];
        Fill(random);
        return CapacityId.FromRandom(random);
    }

    /// <summary>A fresh attempt ID, which carries the present time.</summary>
    public AttemptId NewAttempt()
    {
        Span<byte> random = stackalloc byte[AttemptId.RandomBytes];
        Fill(random);
        return AttemptId.Create(time.GetUtcNow(), random);
    }

    /// <summary>Fills a span with unguessable bytes.</summary>
    protected virtual void Fill(Span<byte> random) => RandomNumberGenerator.Fill(random);
}
