using System.Collections.Immutable;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Jobs;

/// <summary>A deleted archive; new retrievals of it are refused.</summary>
/// <param name="Number">Sequence number of the retirement within the vault's incarnation, starting at 1.</param>
/// <param name="Archive">The archive.</param>
/// <param name="Upload">The upload that created it.</param>
/// <param name="DeletedAt">When it was deleted.</param>
/// <param name="BytesUntil">Until when jobs need its bytes.</param>
/// <param name="Told">Whether the retirement was delivered to the upload.</param>
public sealed record RetiredArchive(
    long Number, ArchiveId Archive, UploadId Upload, DateTimeOffset DeletedAt, DateTimeOffset BytesUntil, bool Told);

/// <summary>The archives that were retired most recently.</summary>
/// <param name="Count">Total number of retirements.</param>
/// <param name="ByNumber">The retirements that are still remembered, by number.</param>
/// <param name="Numbers">The number of each remembered retirement, by archive.</param>
public sealed record RetiredArchives(
    long Count, ImmutableSortedDictionary<long, RetiredArchive> ByNumber, ImmutableDictionary<ArchiveId, long> Numbers)
{
    /// <summary>No retirements.</summary>
    public static RetiredArchives None { get; } = new(
        0, ImmutableSortedDictionary<long, RetiredArchive>.Empty, ImmutableDictionary<ArchiveId, long>.Empty);

    /// <summary>Number of the last forgotten retirement: all retirements up to and including it are forgotten.</summary>
    public long Forgotten => ByNumber.IsEmpty ? Count : ByNumber.First().Key - 1;

    /// <summary>The retirement of an archive, or null if there was none or it is forgotten.</summary>
    public RetiredArchive? FindByArchive(ArchiveId archive) =>
        Numbers.TryGetValue(archive, out var number) ? ByNumber[number] : null;

    /// <summary>Adds a retirement, and forgets the oldest ones beyond the limit.</summary>
    /// <param name="happened">The retirement.</param>
    /// <param name="limit">Number of retirements to remember. Undelivered ones are kept beyond it.</param>
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

    /// <summary>Records that a retirement was delivered to its upload.</summary>
    /// <param name="number">Number of the retirement.</param>
    /// <param name="limit">Number of retirements to remember. Undelivered ones are kept beyond it.</param>
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
