using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>State of a page of a vault's uploads in progress.</summary>
/// <param name="Vault">The vault's incarnation.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="Seen">The admissions that have arrived.</param>
/// <param name="Uploads">The uploads whose admissions have not ended, by ID in ordinal order.</param>
public sealed record UploadPageState(
    VaultIncarnation Vault,
    int Page,
    AdmissionsSeen Seen,
    ImmutableSortedDictionary<string, UploadSpec> Uploads)
{
    /// <summary>A page that has never listed an upload.</summary>
    public static UploadPageState Empty { get; } = new(
        default, 0, AdmissionsSeen.None, ImmutableSortedDictionary.Create<string, UploadSpec>(StringComparer.Ordinal));

    /// <summary>Number of admissions that have ended. It only grows.</summary>
    public long Closed => Seen.Count - Uploads.Count;
}

/// <summary>The set of admission numbers that have arrived. Numbers start at 1 and arrive almost in order, so few of them follow
/// the first gap.</summary>
/// <param name="UpTo">All numbers from 1 to this one have arrived.</param>
/// <param name="Beyond">Numbers that have arrived after the first gap.</param>
public sealed record AdmissionsSeen(long UpTo, ImmutableSortedSet<long> Beyond)
{
    /// <summary>The empty set.</summary>
    public static AdmissionsSeen None { get; } = new(0, []);

    /// <summary>Number of admissions that have arrived.</summary>
    public long Count => UpTo + Beyond.Count;

    /// <summary>Whether a number has arrived.</summary>
    public bool Contains(long number) => number <= UpTo || Beyond.Contains(number);

    /// <summary>Returns the set with another number added.</summary>
    public AdmissionsSeen With(long number)
    {
        if (Contains(number))
        {
            return this;
        }

        if (number > UpTo + 1)
        {
            return this with { Beyond = Beyond.Add(number) };
        }

        var upTo = number;
        var beyond = Beyond;
        while (!beyond.IsEmpty && beyond.Min == upTo + 1)
        {
            upTo++;
            beyond = beyond.Remove(upTo);
        }

        return new AdmissionsSeen(upTo, beyond);
    }
}

/// <summary>Events of a page of uploads in progress. They are stored for years: never change an existing event, add a new
/// one.</summary>
public abstract record UploadPageEvent
{
    private protected UploadPageEvent()
    {
    }
}

/// <summary>The page received its first command.</summary>
[Named("upload-page-opened.1")]
public sealed record UploadPageOpened(VaultIncarnation Vault, int Page) : UploadPageEvent;

/// <summary>An admitted upload was listed.</summary>
[Named("upload-paged.1")]
public sealed record UploadPaged(UploadSpec Spec, long Admission) : UploadPageEvent;

/// <summary>An admission ended without being listed: its upload was already listed under another admission, or had ended before
/// the admission arrived.</summary>
[Named("admission-ended.1")]
public sealed record AdmissionEnded(long Admission) : UploadPageEvent;

/// <summary>A listed upload ended.</summary>
[Named("paged-upload-closed.1")]
public sealed record PagedUploadClosed(UploadId Upload) : UploadPageEvent;

/// <summary>The page's whole state; occurs only in snapshots. The members are those of <see
/// cref="UploadPageState"/>.</summary>
[Named("upload-page-snapshot.1")]
public sealed record UploadPageSnapshot(
    VaultIncarnation Vault,
    int Page,
    long SeenUpTo,
    IReadOnlyList<long> SeenBeyond,
    IReadOnlyList<UploadSpec> Uploads) : UploadPageEvent;
