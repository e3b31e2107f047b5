using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Jobs;

/// <summary>A deleted archive; new retrievals of it are refused.</summary>
/// <param name="Number">Within the vault's incarnation, starting at 1.</param>
/// <param name="BytesUntil">Until when jobs need its bytes.</param>
/// <param name="Told">Whether the retirement was delivered to the upload.</param>
public sealed record RetiredArchive(
    long Number, ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, DateTimeOffset BytesUntil, bool Told);

/// <summary>The archives that were retired most recently.</summary>
/// <param name="Numbers">The number of each remembered retirement, by archive.</param>
public sealed record RetiredArchives(
    long Count, ImmutableSortedDictionary<long, RetiredArchive> ByNumber, ImmutableDictionary<ArchiveId, long> Numbers)
{
    public static RetiredArchives None { get; } = new(
        0, ImmutableSortedDictionary<long, RetiredArchive>.Empty, ImmutableDictionary<ArchiveId, long>.Empty);

    internal static RetiredArchives Of(long count, IReadOnlyList<RetiredArchive> remembered) => new(
        count,
        remembered.ToImmutableSortedDictionary(retired => retired.Number, retired => retired),
        remembered.Aggregate(None.Numbers, (all, retired) => all.SetItem(retired.Archive, retired.Number)));

    /// <summary>All retirements up to and including it are forgotten.</summary>
    public long Forgotten => ByNumber.IsEmpty ? Count : ByNumber.First().Key - 1;

    /// <returns>Null if there was none or it is forgotten.</returns>
    public RetiredArchive? FindByArchive(ArchiveId archive) =>
        Numbers.TryGetValue(archive, out var number) ? ByNumber[number] : null;

    /// <summary>Adds a retirement, and forgets the oldest ones beyond the limit, except undelivered ones.</summary>
    public RetiredArchives Add(ArchiveRetired happened, int limit)
    {
        var added = new RetiredArchive(
            Count + 1, happened.Archive, happened.Upload, happened.DeletedAt, happened.BytesUntil, Told: false);
        return (this with
        {
            Count = added.Number,
            ByNumber = ByNumber.Add(added.Number, added),
            Numbers = Numbers.SetItem(added.Archive, added.Number),
        }).Trim(limit);
    }

    public RetiredArchives MarkDelivered(long number, int limit) => ByNumber.TryGetValue(number, out var retired)
        ? (this with { ByNumber = ByNumber.SetItem(number, retired with { Told = true }) }).Trim(limit)
        : this;

    private RetiredArchives Trim(int limit)
    {
        var left = this;
        while (left.ByNumber.Count > limit && left.ByNumber.First().Value is { Told: true } oldest)
        {
            left = left with
            {
                ByNumber = left.ByNumber.Remove(oldest.Number),
                Numbers = left.Numbers[oldest.Archive] == oldest.Number ? left.Numbers.Remove(oldest.Archive) : left.Numbers,
            };
        }

        return left;
    }
}

/// <summary>The rules of the retirement of deleted archives. Their bytes are kept as long as jobs need them.</summary>
internal sealed class RetirementRules : Rules<JobsEvent>
{
    /// <summary>Refuses a retrieval if its archive was deleted after the caller looked it up. Such a retirement has a higher
    /// number than <see cref="StartRetrieval.Retirements"/>. If retirements after that number are already forgotten, the lookup
    /// is refused as stale.</summary>
    public static Refusal? RefusalOfStaleLookup(RetiredArchives state, StartRetrieval command)
    {
        var archive = command.Archive.Archive;
        return state.FindByArchive(archive) is not null ? new Refusal.ArchiveNotFound(archive)
            : (command.Retirements ?? 0) < state.Forgotten ? new Refusal.LookupStale(archive)
            : null;
    }

    /// <summary>Refuses new retrievals from now on, and tells the upload until when jobs need the bytes. If this time is not
    /// later than the deletion, the upload deletes the bytes at once. With an unexpired job it is always later, even if the
    /// shard's clock is ahead.</summary>
    /// <param name="lastExpiry">Of the last unexpired job of the archive, or null if it has none.</param>
    public static Decision<JobsEvent> Retire(
        RetiredArchives state, RetireArchive command, DateTimeOffset? lastExpiry, ServiceTime time)
    {
        if (state.FindByArchive(command.Archive) is { } known)
        {
            return known.Told ? Nothing : Nothing.Raising(TellUpload(known));
        }

        var until = lastExpiry is { } last
            ? Later(time.DueAt(last - Limits.JobOutputLife, Limits.JobOutputLife), command.DeletedAt) + JobsDecider.DownloadGrace
            : command.DeletedAt;
        var happened = new ArchiveRetired(command.Archive, command.Upload, command.DeletedAt, until);
        var retired = RetiredArchives.None.Add(happened, 1).ByNumber[1] with { Number = state.Count + 1 };
        return Accept(happened).Raising(TellUpload(retired));
    }

    public static Decision<JobsEvent> ConfirmDelivered(RetiredArchives state, ConfirmRetirementDelivered command) =>
        state.ByNumber.TryGetValue(command.Number, out var retired) && !retired.Told
            ? Accept(new RetirementDelivered(command.Number))
            : Nothing;

    public static IEnumerable<Intent> Pending(RetiredArchives state) =>
        state.ByNumber.Values.Where(retired => !retired.Told).Select(TellUpload);

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static Intent TellUpload(RetiredArchive retired) => new(
        "retire/" + retired.Number.ToString(CultureInfo.InvariantCulture),
        new TellEntity(
            retired.Upload.Entity, new ReleaseArchive(retired.Archive, retired.DeletedAt, retired.BytesUntil)),
        new ConfirmRetirementDelivered(retired.Number))
    {
        AnswersUnconfirmed = true,
    };
}
