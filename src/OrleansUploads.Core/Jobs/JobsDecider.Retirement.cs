using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <content>Retirement of deleted archives. Their bytes are kept as long as jobs need them.</content>
public sealed partial class JobsDecider
{
    /// <summary>Default number of retired archives to remember. If more archives are deleted between the lookup of an archive and
    /// the start of its retrieval, the retrieval is refused and the lookup must be repeated.</summary>
    public const int DefaultRememberedRetirements = 1024;

    /// <summary>How long the bytes are kept after the job's output has expired, because a download may still be
    /// running.</summary>
    public static readonly TimeSpan DownloadGrace = TimeSpan.FromHours(1);

    /// <summary>Refuses a retrieval if its archive was deleted after the caller looked it up. Such a retirement has a higher
    /// number than <see cref="StartRetrieval.Retirements"/>. If retirements after that number are already forgotten, the lookup
    /// is refused as stale.</summary>
    private static Refusal? RefusalOfStaleLookup(JobsState state, StartRetrieval command)
    {
        var archive = command.Archive.Archive;
        return state.Retired.FindByArchive(archive) is not null ? new Refusal.ArchiveNotFound(archive)
            : (command.Retirements ?? 0) < state.Retired.Forgotten ? new Refusal.LookupStale(archive)
            : null;
    }

    /// <summary>Refuses new retrievals from now on, and tells the upload until when jobs need the bytes. If this time is not later than
    /// the deletion, the upload deletes the bytes at once. With an unexpired job it is always later, even if the shard's clock is
    /// ahead.</summary>
    private static Decision<JobsEvent> RetireArchive(JobsState state, RetireArchive command, ServiceTime time)
    {
        if (state.Retired.FindByArchive(command.Archive) is { } known)
        {
            return known.Told ? Nothing : Nothing.Telling(TellUpload(known));
        }

        var until = state.LastExpiry.TryGetValue(command.Archive, out var last) && last > ExpiredBy(time)
            ? Later(time.DueAt(last - Limits.JobOutputLife, Limits.JobOutputLife), command.DeletedAt) + DownloadGrace
            : command.DeletedAt;
        var happened = new ArchiveRetired(command.Archive, command.Upload, command.DeletedAt, until);
        var retired = RetiredArchives.None.Add(happened, 1).ByNumber[1] with { Number = state.Retired.Count + 1 };
        return Accept(happened).Telling(TellUpload(retired));
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static RetiredArchives RestoreRetirements(RetirementsCarriedOver carried) => new(
        carried.Count,
        carried.Remembered.ToImmutableSortedDictionary(retired => retired.Number, retired => retired),
        carried.Remembered.Aggregate(
            ImmutableDictionary<ArchiveId, long>.Empty, (all, retired) => all.SetItem(retired.Archive, retired.Number)));

    private static ImmutableDictionary<ArchiveId, DateTimeOffset> WithExpiry(
        ImmutableDictionary<ArchiveId, DateTimeOffset> last, VaultJob started) =>
        started is RetrievalJob { Archive.Archive: var archive } job
        && !(last.TryGetValue(archive, out var known) && known >= job.ExpiresAt)
            ? last.SetItem(archive, job.ExpiresAt)
            : last;

    private static ImmutableDictionary<ArchiveId, DateTimeOffset> WithoutExpiry(
        ImmutableDictionary<ArchiveId, DateTimeOffset> last, VaultJob removed) =>
        removed is RetrievalJob { Archive.Archive: var archive } job
        && last.TryGetValue(archive, out var known) && known <= job.ExpiresAt
            ? last.Remove(archive)
            : last;

    private static Intent TellUpload(RetiredArchive retired) => new(
        "retire/" + retired.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        new TellEntity(
            retired.Upload.Entity, new ReleaseArchive(retired.Archive, retired.DeletedAt, retired.BytesUntil)),
        new ConfirmRetirementDelivered(retired.Number))
    {
        AnswersUnconfirmed = true,
    };
}
